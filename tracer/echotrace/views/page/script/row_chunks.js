// A long list of which only what is near the window is drawn: chunks of rows, each a placeholder as
// high as its rows may be until it comes near, and again, as high as they were, when it is far.

import { focusStepper, make } from "./dom.js";

const ROWS = 32;
/** Chunks that the highest window may show above or below another. */
const AROUND = 4;
/** How far (px) from the window rows are drawn. */
const NEAR = 800;

/** The chunks of a list. */
export class RowChunks {
  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} body where the chunks stand
   * @param {(from: number, to: number) => HTMLElement[]} draw makes the elements of the rows
   *   `[from, to)`, and behind them whatever else stands in their chunk
   * @param {(at: number) => void} go told the `data-at` of a row that is clicked, unless text was
   *   selected
   */
  constructor(scroller, body, draw, go) {
    this.scroller = scroller;
    this.body = body;
    this.draw = draw;
    this.count = 0;
    /** @type {Set<number>} */
    this.drawn = new Set();
    /** @type {HTMLElement[]} */
    this.chunks = [];
    /** @type {Map<Element, number>} */
    this.numbers = new Map();
    this.observer = new IntersectionObserver((seen) => this.seen(seen), {
      root: scroller, rootMargin: `${NEAR}px 0px`,
    });
    body.addEventListener("click", ({ target }) => {
      const at = /** @type {HTMLElement} */ (target).closest("[data-at]")?.getAttribute("data-at");
      if (!at || getSelection()?.isCollapsed === false) return;
      go(Number(at));
      focusStepper();
    });
  }

  /**
   * Be a list of so many rows, none of which is drawn yet.
   * @param {number} count
   */
  restart(count) {
    this.observer.disconnect();
    this.count = count;
    this.drawn.clear();
    this.chunks = Array.from({ length: Math.ceil(count / ROWS) }, (_, chunk) => {
      const element = make("div", { class: "chunk", role: "none" });
      element.style.setProperty("--rows", String(Math.min(ROWS, count - chunk * ROWS)));
      return element;
    });
    this.numbers = new Map(this.chunks.map((element, chunk) => [element, chunk]));
    this.body.replaceChildren(...this.chunks);
    for (const element of this.chunks) this.observer.observe(element);
  }

  /** Draw again what is drawn: at once what is in the window, soon what is near. */
  redraw() {
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const drawn = [...this.drawn].map((chunk) => {
      const box = this.chunks[chunk].getBoundingClientRect();
      return { chunk, height: box.height, seen: box.bottom > top && box.top < bottom };
    });
    for (const { chunk, height, seen } of drawn) {
      if (seen) this.fill(chunk);
      else this.postpone(chunk, height);
    }
  }

  /**
   * @param {number} chunk
   * @param {number} height
   */
  postpone(chunk, height) {
    this.empty(chunk, height);
    this.observer.unobserve(this.chunks[chunk]);
    this.observer.observe(this.chunks[chunk]);
  }

  /**
   * The element of a row, drawn if it was not; none if there is no such row.
   * @param {number} row
   * @returns {HTMLElement | undefined}
   */
  row(row) {
    if (row >= this.count) return undefined;
    const chunk = Math.floor(row / ROWS);
    if (!this.drawn.has(chunk)) this.fill(chunk);
    return /** @type {HTMLElement | undefined} */ (this.chunks[chunk].children[row % ROWS]);
  }

  /**
   * Draw what is in the window next to a row.
   * @param {number} row
   * @returns {boolean} whether anything had to be drawn, which may have moved the row
   */
  complete(row) {
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const own = Math.floor(row / ROWS);
    const around = this.chunks.slice(Math.max(0, own - AROUND), own + AROUND + 1);
    const missing = around.filter((chunk) => {
      if (chunk.firstChild) return false;
      const box = chunk.getBoundingClientRect();
      return box.bottom > top && box.top < bottom;
    });
    for (const chunk of missing) this.fill(/** @type {number} */ (this.numbers.get(chunk)));
    return missing.length > 0;
  }

  /** @param {IntersectionObserverEntry[]} seen */
  seen(seen) {
    for (const { target, isIntersecting, boundingClientRect } of seen) {
      const chunk = this.numbers.get(target);
      if (chunk === undefined) continue;
      if (!isIntersecting) this.empty(chunk, boundingClientRect.height);
      else if (!this.drawn.has(chunk)) this.fill(chunk);
    }
  }

  /** @param {number} chunk */
  fill(chunk) {
    const element = this.chunks[chunk];
    const from = chunk * ROWS;
    element.replaceChildren(...this.draw(from, Math.min(from + ROWS, this.count)));
    element.setAttribute("role", "rowgroup");
    element.style.height = "";
    this.drawn.add(chunk);
  }

  /**
   * @param {number} chunk
   * @param {number} height (px) of its rows
   */
  empty(chunk, height) {
    if (!this.drawn.has(chunk)) return;
    const element = this.chunks[chunk];
    element.style.height = `${height}px`;
    element.replaceChildren();
    this.drawn.delete(chunk);
    element.setAttribute("role", "none");
  }
}
