// The elements of a timeline's rows, and the hatched spans in which somebody waits.

import { BEGIN } from "./data.js";
import { make } from "./dom.js";
import { MARGIN } from "./lane_frame.js";
import { waitSpans } from "./lane_waits.js";
import { markFound } from "./marked.js";

/** Where a long word may be broken: behind these. */
const LANE_SEAM = /(?<=[|,([/:])/;
const LONG = /([^ ]{16,})/;

/**
 * How many characters the times and the numbers of events take, headed.
 * @param {import("./data.js").Side} side
 */
export function margin({ times, rows }) {
  const [time, number] = MARGIN;
  return {
    time: Math.max(time.length, ((times[times.length - 1] ?? 0) / 1e6).toFixed(2).length),
    number: Math.max(number.length, String(rows.seq[rows.seq.length - 1] ?? "").length),
  };
}

/** Draws the rows of a tab in some lanes. */
export class LaneRows {
  /**
   * @param {import("./tabs.js").SideTab} tab
   * @param {import("./seen.js").Seen} seen
   * @param {ArrayLike<number>} chosen the positions that are shown
   * @param {import("./lane_window.js").LaneWindow} window
   */
  constructor(tab, seen, chosen, window) {
    this.side = tab.side;
    this.cells = tab.cells;
    this.seen = seen;
    this.timeline = seen.timeline;
    this.chosen = chosen;
    this.query = seen.query;
    this.window = window;
    this.slots = new Map(window.lanes.map((lane, slot) => [lane, slot]));
    const { time, number } = margin(tab.side);
    this.time = time;
    this.number = number;
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
    const row = this.timeline.rows[at];
    const column = this.seen.column(at);
    const slot = this.slots.get(column);
    const place = MARGIN.length + 1 + (slot ?? this.lanes - 1);
    const cell = make("div", { class: "cell", role: "cell", "aria-colindex": place });
    if (slot === undefined && column >= 0) {
      cell.append(make("span", { class: "lane" }, this.side.columns[column].title), " ");
    }
    cell.style.gridColumn = column < 0 ? `${MARGIN.length + 1} / -1` : String(place);
    cell.append(this.said(at));
    if (this.query) markFound(cell, this.query);
    const element = make(
      "div",
      { class: "row", role: "row", "data-at": at, "aria-rowindex": index + 2 },
      make("div", { class: "margin", role: "cell", "aria-colindex": 1 },
        this.side.milliseconds(row)),
      make("div", { class: "margin", role: "cell", "aria-colindex": 2 },
        make("b", {}, this.seen.event(at))),
      cell,
    );
    element.style.gridRow = String(line + 1);
    return element;
  }

  /**
   * What a row says, piece by piece.
   * @param {number} at
   */
  said(at) {
    const said = make("span", { class: "said" });
    const cell = this.seen.cell(at);
    for (const { kind, text } of this.seen.pieces(at, this.cells)) {
      if (said.firstChild) said.append(" ");
      if (kind === "head") said.append(this.call(cell.descriptor, text));
      else said.append(make(kind === "actor" ? "b" : "span", { class: kind }, ...breakable(text)));
    }
    return said;
  }

  /**
   * The call, in which the descriptor that it is about stands apart.
   * @param {string} descriptor
   * @param {string} text
   */
  call(descriptor, text) {
    const begin = descriptor ? text.indexOf(`(${descriptor}`) + 1 : 0;
    if (!begin) return make("code", { class: "head" }, ...breakable(text));
    return make(
      "code", { class: "head" }, ...breakable(text.slice(0, begin)),
      make("span", { class: "descriptor" }, descriptor),
      ...breakable(text.slice(begin + descriptor.length)),
    );
  }

  /**
   * Where somebody waits in a lane.
   * @param {number} lane
   * @param {number} slot
   * @param {number[]} positions of the rows of a chunk
   */
  waits(lane, slot, positions) {
    const { rows } = this.timeline;
    const { part } = this.side.rows;
    const begins = (/** @type {number} */ at) =>
      at >= 0 && part[rows[at]] === BEGIN && this.seen.column(at) === lane;
    const spans = waitSpans(this.seen.waits(lane), positions, begins);
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
 * Text whose long words may be broken at their seams.
 * @param {string} text
 * @returns {(Node | string)[]}
 */
function breakable(text) {
  const broken = (/** @type {string} */ word) =>
    word.split(LANE_SEAM).flatMap((piece, index) => (index ? [make("wbr"), piece] : [piece]));
  return text.split(LONG).flatMap((part, index) => (index % 2 ? broken(part) : [part]));
}
