// A long list of which only what is near the window is drawn: chunks of rows, each a placeholder as
// high as its rows may be until it comes near, and again, as high as they were, when it is far.

import { focusStepper, make } from "./dom.js";

const ROWS = 16;
/** Chunks that stand together: to lay them out among thousands takes long. */
const CHUNKS = 64;
/** Chunks that the highest window may show above or below another. */
const AROUND = 8;
/** How far (px) from the window rows are drawn. */
const NEAR = 800;
/** When (ms) they are drawn if nobody scrolls: not before a step is painted, or while a key is held. */
const SOON = 50;

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
    body.addEventListener("click", ({ target }) => {
      const at = /** @type {HTMLElement} */ (target).closest("[data-at]")?.getAttribute("data-at");
      if (!at || getSelection()?.isCollapsed === false) return;
      go(Number(at));
      focusStepper();
    });
    this.count = 0;
    /** @type {Set<number>} */
    this.drawn = new Set();
    /** @type {HTMLElement[]} */
    this.chunks = [];
    /** What draws soon what is near. @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    scroller.addEventListener("scroll", () => this.drawNear());
    new ResizeObserver(() => this.drawNear()).observe(scroller);
  }

  /**
   * Be a list of so many rows, none of which is drawn yet.
   * @param {number} count
   */
  restart(count) {
    this.count = count;
    this.drawn.clear();
    this.chunks = Array.from({ length: Math.ceil(count / ROWS) }, (_, chunk) => {
      const element = make("div", { class: "chunk", role: "none" });
      element.style.setProperty("--rows", String(Math.min(ROWS, count - chunk * ROWS)));
      return element;
    });
    this.body.replaceChildren(...numbersFrom(0, Math.ceil(this.chunks.length / CHUNKS)).map((shelf) =>
      make("div", { role: "none" }, ...this.chunks.slice(shelf * CHUNKS, (shelf + 1) * CHUNKS)),
    ));
    requestAnimationFrame(() => this.drawNear());
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
      else this.empty(chunk, height);
    }
    this.drawSoon();
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
    const end = Math.min(this.chunks.length, own + AROUND + 1);
    const missing = numbersFrom(Math.max(0, own - AROUND), end).filter((chunk) => {
      if (this.drawn.has(chunk)) return false;
      const box = this.chunks[chunk].getBoundingClientRect();
      return box.bottom > top && box.top < bottom;
    });
    for (const chunk of missing) this.fill(chunk);
    return missing.length > 0;
  }

  /** Draw soon what is near. */
  drawSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drawNear(), SOON);
  }

  /** Draw what is near the window, and nothing else; that may move it, so look again. */
  drawNear() {
    if (!this.scroller.clientHeight) return;
    const { top, bottom } = this.scroller.getBoundingClientRect();
    const box = (/** @type {number} */ chunk) => this.chunks[chunk].getBoundingClientRect();
    const from = firstOf(this.chunks.length, (chunk) => box(chunk).bottom > top - NEAR);
    const to = firstOf(this.chunks.length, (chunk) => box(chunk).top >= bottom + NEAR);
    const far = [...this.drawn].filter((chunk) => chunk < from || chunk >= to);
    const heights = far.map((chunk) => box(chunk).height);
    far.forEach((chunk, index) => this.empty(chunk, heights[index]));
    const missing = numbersFrom(from, to).filter((chunk) => !this.drawn.has(chunk));
    for (const chunk of missing) this.fill(chunk);
    if (missing.length) this.drawSoon();
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

/**
 * @param {number} from
 * @param {number} to
 */
function numbersFrom(from, to) {
  return Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index);
}

/**
 * The first of so many numbers of which something is true that is true of all behind it, too.
 * @param {number} count
 * @param {(number: number) => boolean} isTrue
 */
function firstOf(count, isTrue) {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isTrue(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
