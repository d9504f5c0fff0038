// The slider: a place for each step, and a mark where it helps to find one.

import { make, makeDrawn } from "./dom.js";
import { below } from "./moves.js";

/** More steps than these have no mark each: it would be a bar. */
const MOST_TICKS = 120;
/** So many marks can be told from one another. */
const FINEST = 120;

/** A slider over the steps that the filter takes, with marks. */
export class Slider {
  /** @param {(at: number) => void} go told the position that is slid to */
  constructor(go) {
    /** @type {ArrayLike<number>} */
    this.chosen = [];
    /** The last position that may have a mark. */
    this.known = Infinity;
    this.input = make("input", {
      type: "range", min: 0, "aria-label": "Step",
      oninput: () => go(this.chosen[this.input.valueAsNumber] ?? 0),
    });
    this.steps = makeDrawn("path", { class: "steps" });
    this.begins = makeDrawn("path", { class: "begins" });
    const look = { "aria-hidden": "true", viewBox: "0 0 1 1", preserveAspectRatio: "none" };
    const drawing = makeDrawn("svg", look, this.steps, this.begins);
    this.element = make("div", { class: "slider" }, drawing, this.input);
  }

  /**
   * @param {ArrayLike<number>} chosen
   * @param {number} at
   * @param {string} where in words
   * @param {(position: number) => number} course to which a position belongs, 0 to none
   * @param {number} known the last position of which that may be seen
   */
  show(chosen, at, where, course, known) {
    if (chosen !== this.chosen || known !== this.known) {
      [this.chosen, this.known] = [chosen, known];
      this.input.max = String(Math.max(0, chosen.length - 1));
      this.steps.setAttribute("d", ticks(chosen.length > MOST_TICKS ? [] : every(chosen), chosen));
      this.begins.setAttribute("d", ticks(beginnings(chosen, (each) => (each > known ? 0 : course(each))), chosen));
    }
    this.input.value = String(below(chosen, at));
    this.input.setAttribute("aria-valuetext", where);
  }
}

/** @param {ArrayLike<number>} chosen */
function every(chosen) {
  return Array.from(chosen, (_, index) => index);
}

/**
 * The indices of the steps with which courses begin.
 * @param {ArrayLike<number>} chosen
 * @param {(position: number) => number} course
 * @returns {number[]}
 */
export function beginnings(chosen, course) {
  const known = new Set([0]);
  const found = [];
  for (let index = 0; index < chosen.length; index += 1) {
    const number = course(chosen[index]);
    if (known.has(number)) continue;
    known.add(number);
    found.push(index);
  }
  return found;
}

/**
 * Upright lines at some steps, as a path in a square of size 1; those too near to another are left
 * out.
 * @param {number[]} indices
 * @param {ArrayLike<number>} chosen
 */
export function ticks(indices, chosen) {
  const longest = Math.max(1, chosen.length - 1);
  const places = indices.map((index) => index / longest);
  const kept = new Map(places.map((place) => [Math.round(place * FINEST), place]));
  return Array.from(kept.values(), (place) => `M${place} 0V1`).join("");
}
