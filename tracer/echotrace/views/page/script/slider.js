// The slider: a place for each step, and a mark where it helps to find one.

import { make, makeDrawn } from "./dom.js";
import { below } from "./moves.js";
import { SHAPES } from "./proofs.js";

/** More steps than these have no mark each: it would be a bar. */
const MOST_TICKS = 120;
/** So many marks can be told from one another. */
const FINEST = 120;
/** How far (px) from a mark the mouse is at it. */
const NEAR_MARK = 6;

/**
 * What is said of positions: the last one that may have a mark; to which course one belongs, 0 to
 * none; and what is found at one, if anything.
 * @typedef {{known: number, course: (at: number) => number,
 *   proved: (at: number) => import("./data.js").Finding | undefined}} Told
 *
 * A mark that says what it is when the mouse is at it, by the index of its step.
 * @typedef {{index: number, text: string}} Named
 */

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
    this.input.addEventListener("pointermove", ({ offsetX }) => {
      this.input.title = this.named(offsetX);
    });
    /** @type {Named[]} */
    this.names = [];
    this.steps = makeDrawn("path", { class: "steps" });
    this.begins = makeDrawn("path", { class: "begins" });
    const look = { "aria-hidden": "true", viewBox: "0 0 1 1", preserveAspectRatio: "none" };
    const drawing = makeDrawn("svg", look, this.steps, this.begins);
    this.proofs = make("div", { class: "proofs", "aria-hidden": "true" });
    this.element = make("div", { class: "slider" }, drawing, this.proofs, this.input);
  }

  /**
   * @param {ArrayLike<number>} chosen
   * @param {number} at
   * @param {string} where in words
   * @param {Told} told
   */
  show(chosen, at, where, told) {
    if (chosen !== this.chosen || told.known !== this.known) {
      [this.chosen, this.known] = [chosen, told.known];
      this.input.max = String(Math.max(0, chosen.length - 1));
      this.steps.setAttribute("d", ticks(chosen.length > MOST_TICKS ? [] : every(chosen), chosen));
      this.mark(told);
    }
    this.input.value = String(below(chosen, at));
    this.input.setAttribute("aria-valuetext", where);
  }

  /**
   * Mark the steps with which courses begin, and those that prove a finding.
   * @param {Told} told
   */
  mark({ known, course, proved }) {
    const courses = (/** @type {number} */ at) => (at > known ? 0 : course(at));
    const begins = beginnings(this.chosen, courses);
    this.begins.setAttribute("d", ticks(begins, this.chosen));
    const longest = Math.max(1, this.chosen.length - 1);
    const all = every(this.chosen).flatMap((index) => {
      const one = proved(this.chosen[index]);
      return one ? [{ index, one }] : [];
    });
    const errorsLast = all.sort((a, b) => b.one.severity.localeCompare(a.one.severity));
    const found = apart(errorsLast, longest);
    this.proofs.replaceChildren(...found.map(({ index, one }) => {
      const mark = make("span", { class: one.severity }, SHAPES.get(one.severity) ?? "");
      mark.style.insetInlineStart = `${(index / longest) * 100}%`;
      return mark;
    }));
    this.names = [
      ...begins.map((index) => ({ index, text: `#${courses(this.chosen[index])} begins` })),
      ...found.map(({ index, one }) => ({ index, text: `${one.severity}: ${one.id}` })),
    ];
  }

  /**
   * What the marks at a place are, "" if there is none.
   * @param {number} x (px) in the slider
   */
  named(x) {
    const drawn = this.proofs.getBoundingClientRect();
    const from = drawn.left - this.input.getBoundingClientRect().left;
    const longest = Math.max(1, this.chosen.length - 1);
    const near = this.names.filter(({ index }) =>
      Math.abs(from + (index / longest) * drawn.width - x) <= NEAR_MARK);
    return near.map(({ text }) => text).join("; ");
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
 * Those marks that can be told from another; of those that cannot the last one.
 * @template {{index: number}} Mark
 * @param {Mark[]} marks
 * @param {number} longest
 * @returns {Mark[]}
 */
function apart(marks, longest) {
  return [...new Map(marks.map((mark) => [Math.round((mark.index / longest) * FINEST), mark])).values()];
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
