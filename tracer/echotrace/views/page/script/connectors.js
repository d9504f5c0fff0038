// Lines from each descriptor to the open file description that it refers to. They only show what
// is written at their ends: who cannot see them misses nothing.

import { makeDrawn } from "./dom.js";

/** More lines than these would be a tangle. */
const MOST_CONNECTORS = 24;

/** Connects what refers to a description with it, in a picture that may change its size. */
export class Connectors {
  /** @param {HTMLElement} picture in which the lines are drawn; it is positioned */
  constructor(picture) {
    this.picture = picture;
    this.drawing = makeDrawn("svg", { "aria-hidden": "true", class: "connectors" });
    picture.append(this.drawing);
    this.asked = false;
    new ResizeObserver(() => this.draw()).observe(picture);
  }

  /** Draw them anew with the next frame. */
  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  draw() {
    const slots = [...this.picture.querySelectorAll(".slot>.line")];
    const few = slots.length <= MOST_CONNECTORS && this.picture.checkVisibility();
    this.drawing.replaceChildren(...(few ? this.paths(slots) : []));
  }

  /** @param {Element[]} slots */
  paths(slots) {
    const origin = this.picture.getBoundingClientRect();
    return slots.flatMap((slot) => {
      const { description = "" } = /** @type {HTMLElement} */ (slot).dataset;
      const open = this.picture.querySelector(`.open:has(>[data-description="${description}"])`);
      if (!open) return [];
      const [from, to] = [slot.getBoundingClientRect(), open.getBoundingClientRect()];
      const [x, end] = [from.right - origin.left, to.left - origin.left];
      if (end <= x) return [];
      const [y, height] = [headOfBox(from) - origin.top, headOfBox(to) - origin.top];
      const path = makeDrawn("path", { d: curve(x, y, end, height) });
      path.dataset.description = description;
      const { mark } = /** @type {HTMLElement} */ (slot.parentElement).dataset;
      if (mark) path.dataset.mark = mark;
      return [path];
    });
  }
}

/** @param {DOMRect} box */
function headOfBox({ top, height }) {
  return top + Math.min(height / 2, 12);
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} end
 * @param {number} height
 */
function curve(x, y, end, height) {
  const half = ((x + end) / 2).toFixed(1);
  const [first, last] = [y.toFixed(1), height.toFixed(1)];
  return `M${x.toFixed(1)} ${first}C${half} ${first} ${half} ${last} ${end.toFixed(1)} ${last}`;
}
