// A long list of which only what is near the window is drawn: chunks of rows, each a placeholder as
// high as its rows may be until it comes near, and again, as high as they were, when it is far.

import { make } from "./dom.js";

const ROWS = 50;
/** How far (px) from the window rows are drawn. */
const NEAR = 1000;

/** The chunks of a list. */
export class RowChunks {
  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} body where the chunks stand
   * @param {(from: number, to: number) => HTMLElement[]} draw the elements of the rows `[from, to)`,
   *   and behind them whatever else stands in their chunk
   */
  constructor(scroller, body, draw) {
    this.body = body;
    this.draw = draw;
    this.count = 0;
    /** @type {HTMLElement[]} */
    this.chunks = [];
    /** @type {Map<Element, number>} */
    this.numbers = new Map();
    this.observer = new IntersectionObserver((seen) => this.seen(seen), {
      root: scroller, rootMargin: `${NEAR}px 0px`,
    });
  }

  /**
   * Be a list of so many rows, none of which is drawn yet.
   * @param {number} count
   */
  restart(count) {
    this.observer.disconnect();
    this.count = count;
    this.chunks = Array.from({ length: Math.ceil(count / ROWS) }, (_, chunk) => {
      const element = make("div", { class: "chunk", role: "none" });
      element.style.setProperty("--rows", String(Math.min(ROWS, count - chunk * ROWS)));
      return element;
    });
    this.numbers = new Map(this.chunks.map((element, chunk) => [element, chunk]));
    this.body.replaceChildren(...this.chunks);
    for (const element of this.chunks) this.observer.observe(element);
  }

  /** Draw again what is drawn. */
  redraw() {
    this.chunks.forEach((element, chunk) => {
      if (element.firstChild) this.fill(chunk);
    });
  }

  /**
   * The element of a row, drawn if it was not; none if there is no such row.
   * @param {number} row
   * @returns {HTMLElement | undefined}
   */
  row(row) {
    const chunk = this.chunks[Math.floor(row / ROWS)];
    if (chunk && !chunk.firstChild) this.fill(Math.floor(row / ROWS));
    return /** @type {HTMLElement | undefined} */ (chunk?.children[row % ROWS]);
  }

  /** @param {IntersectionObserverEntry[]} seen */
  seen(seen) {
    for (const { target, isIntersecting } of seen) {
      const chunk = this.numbers.get(target);
      if (chunk === undefined) continue;
      if (!isIntersecting) this.empty(chunk);
      else if (!target.firstChild) this.fill(chunk);
    }
  }

  /** @param {number} chunk */
  fill(chunk) {
    const element = this.chunks[chunk];
    const from = chunk * ROWS;
    element.replaceChildren(...this.draw(from, Math.min(from + ROWS, this.count)));
    element.setAttribute("role", "rowgroup");
    element.style.height = "";
  }

  /** @param {number} chunk */
  empty(chunk) {
    const element = this.chunks[chunk];
    if (!element.firstChild) return;
    element.style.height = `${element.offsetHeight}px`;
    element.replaceChildren();
    element.setAttribute("role", "none");
  }
}
