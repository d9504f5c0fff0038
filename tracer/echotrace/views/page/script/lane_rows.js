// The elements of a timeline's rows, and the hatched spans in which somebody waits.

import { BEGIN } from "./data.js";
import { make } from "./dom.js";
import { MARGIN } from "./lane_frame.js";
import { waitSpans } from "./lane_waits.js";
import { markFound } from "./search_marks.js";
import { below } from "./moves.js";
import { provedBy, sign } from "./proofs.js";
import { Seen } from "./seen.js";

/** Where a long word may be broken: behind these. */
const SEAM = /(?<=[|,([/:])/;
const SHORT = 12;
const LONG = /([^ ]{16,})/;

/**
 * How many characters the times and the numbers of events take, headed.
 * @param {import("./data.js").Side} side
 */
export function margin(side) {
  const [time, number] = MARGIN;
  const last = side.times.length - 1;
  const widest = last < 0 ? "" : side.milliseconds(last);
  return {
    time: Math.max(time.length, widest.length),
    number: Math.max(number.length, String(side.rows.seq[last] ?? "").length),
  };
}

/** Draws the rows of a tab in some lanes. */
export class LaneRows {
  /**
   * @param {import("./tabs.js").SideTab} tab
   * @param {import("./store.js").View} view
   * @param {import("./lane_window.js").LaneWindow} window
   */
  constructor(tab, view, window) {
    this.side = tab.side;
    this.cells = tab.cells;
    this.timeline = tab.side.timeline(view.everything);
    this.chosen = tab.chosen(view);
    this.seen = new Seen(tab.side, view);
    /** How many of the chosen rows may be seen. */
    this.count = below(this.chosen, this.seen.last + 1);
    this.query = view.query;
    this.window = window;
    this.slots = new Map(window.lanes.map((lane, slot) => [lane, slot]));
    this.margin = margin(tab.side);
  }

  /** How many columns the lanes take. */
  get lanes() {
    return this.window.lanes.length + Number(this.window.rest);
  }

  /**
   * The rows `[from, to)` of the chosen ones, and where somebody waits.
   * @param {number} from
   * @param {number} to
   * @returns {HTMLElement[]}
   */
  draw(from, to) {
    const positions = Array.from({ length: to - from }, (_, index) => this.chosen[from + index]);
    return [
      ...positions.map((at, index) => this.row(at, index, from + index)),
      ...this.window.lanes.flatMap((lane, slot) => this.waits(lane, slot, positions)),
    ];
  }

  /**
   * @param {number} at
   * @param {number} line in its chunk
   * @param {number} index of the chosen ones
   */
  row(at, line, index) {
    const time = this.side.milliseconds(this.timeline.rows[at]);
    const element = make(
      "div", { class: "row", role: "row", "data-at": at, "aria-rowindex": index + 2 },
      make("div", { class: "margin", role: "cell", "aria-colindex": 1 }, time),
      make("div", { class: "margin", role: "cell", "aria-colindex": 2 },
        make("b", {}, this.seen.event(at))),
      this.cell(at),
    );
    element.style.gridRow = String(line + 1);
    return element;
  }

  /**
   * The cell in its lane; in one that takes all of them if it may not be seen in which it is.
   * @param {number} at
   */
  cell(at) {
    const column = this.seen.column(at);
    const slot = column < 0 ? 0 : (this.slots.get(column) ?? this.lanes - 1);
    const place = MARGIN.length + 1 + slot;
    const cell = make("div", { class: "cell", role: "cell", "aria-colindex": place });
    cell.style.gridColumn = `${place} / ${column < 0 ? -1 : this.end(at, slot)}`;
    if (column >= 0 && !this.slots.has(column)) {
      cell.append(make("span", { class: "lane" }, this.side.columns[column].title), " ");
    }
    const seq = this.side.rows.seq[this.timeline.rows[at]];
    const [gravest] = this.seen.quiz ? [] : provedBy(this.side, seq);
    if (gravest) cell.append(sign(gravest), " ");
    cell.append(this.said(at));
    if (this.query) markFound(cell, this.query);
    return cell;
  }

  /**
   * The grid line where a cell ends. No other one is in its row, so it has the lanes behind it, too,
   * up to one in which somebody waits.
   * @param {number} at
   * @param {number} slot of its lane
   */
  end(at, slot) {
    const waits = (/** @type {number} */ lane) =>
      [at - 1, at, at + 1].some((near) => this.seen.waits(lane, near));
    const taken = this.window.lanes.findIndex((lane, other) => other > slot && waits(lane));
    return taken < 0 ? -1 : MARGIN.length + 1 + taken;
  }

  /**
   * What a step says, piece by piece.
   * @param {number} at
   */
  said(at) {
    const said = make("span", { class: "said" });
    const shown = this.seen.cell(at);
    const row = this.timeline.rows[at];
    for (const { kind, text } of this.cells.pieces(row, shown, !this.seen.quiz)) {
      if (said.firstChild) said.append(" ");
      if (kind === "head") said.append(call(text, shown.descriptor));
      else said.append(piece(kind, text));
    }
    return said;
  }

  /**
   * Where somebody waits in a lane.
   * @param {number} lane
   * @param {number} slot
   * @param {number[]} positions of the rows of a chunk
   */
  waits(lane, slot, positions) {
    const { rows } = this.timeline;
    const waits = (/** @type {number} */ at) => this.seen.waits(lane, at);
    const begins = (/** @type {number} */ at) =>
      at >= 0 && this.side.rows.part[rows[at]] === BEGIN && this.seen.column(at) === lane;
    const spans = waitSpans(positions, waits, begins);
    return spans.map(([from, to]) => span(from, to, MARGIN.length + 1 + slot));
  }
}

/**
 * A hatched span, from one half of a row to another. One that ends in the middle of a row stands in
 * those above it, and hangs over; unless it begins there, too.
 * @param {number} from
 * @param {number} to
 * @param {number} column
 */
function span(from, to, column) {
  const [first, last] = [from >> 1, (to - 1) >> 1];
  const hangs = to % 2 === 1 && first < last;
  const marks = [from % 2 && "begins", hangs && "hangs", to % 2 && !hangs && "stub"];
  const element = make("div", {
    class: ["waiting", ...marks].filter(Boolean).join(" "), "aria-hidden": "true",
    "data-from": from, "data-to": to,
  });
  element.style.gridArea = `${first + 1} / ${column} / ${hangs ? last + 1 : last + 2} / auto`;
  return element;
}

/**
 * A piece of a cell; a short one stays on one line.
 * @param {string} kind
 * @param {string} text
 */
function piece(kind, text) {
  const tied = text.length <= SHORT ? " tied" : "";
  return make(kind === "actor" ? "b" : "span", { class: `${kind}${tied}` }, ...breakable(text));
}

/**
 * The call, in which the descriptor that it is about stands apart.
 * @param {string} text
 * @param {string} descriptor
 */
function call(text, descriptor) {
  const begin = descriptor ? text.indexOf(`(${descriptor}`) + 1 : 0;
  if (!begin) return make("code", { class: "head" }, ...breakable(text));
  return make(
    "code", { class: "head" }, ...breakable(text.slice(0, begin)),
    make("span", { class: "descriptor" }, descriptor),
    ...breakable(text.slice(begin + descriptor.length)),
  );
}

/**
 * Text whose long words may be broken at their seams.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function breakable(text) {
  const broken = (/** @type {string} */ word) =>
    word.split(SEAM).flatMap((part, index) => (index ? [make("wbr"), part] : [part]));
  return text.split(LONG).flatMap((part, index) => (index % 2 ? broken(part) : [part]));
}
