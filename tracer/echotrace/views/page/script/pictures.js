// What a drawing of a side's current view shows: its steps, as far as they may be seen.

import { BEGIN } from "./data.js";
import { tied } from "./fitting.js";
import { waitHalves } from "./lane_waits.js";
import { below } from "./moves.js";
import { Seen } from "./seen.js";

/** So many steps are drawn: of more those around the current one. */
const MOST_DRAWN = 200;
const [MOST_PAYLOAD, SHORT_PAYLOAD] = [16, 7];

/**
 * @param {import("./tabs.js").SideTab} tab
 * @param {import("./store.js").View} view
 * @returns {import("./drawing.js").Picture}
 */
export function sidePicture(tab, view) {
  const { side } = tab;
  const seen = new Seen(side, view);
  const chosen = tab.chosen(view);
  const shown = Array.from(seen.among(chosen));
  const [first, end] = drawnAround(shown, view.at);
  const drawn = shown.slice(first, end);
  const columns = columnsOf(seen, drawn);
  const steps = `${drawn.length} ${drawn.length === 1 ? "step" : "steps"}`;
  const step = below(chosen, view.at) + 1;
  const told = drawn.length ? [`\u25b6 Step ${step} of ${chosen.length}: ${seen.told()}`] : [];
  return {
    title: `Timeline of ${side.title}`,
    description: `What the server does: ${steps} in their order, not to scale, in `
      + `${columns.length} columns. Who waits is hatched. The current step, with `
      + `event ${drawn.length ? seen.event(view.at) : "none"}, is outlined.`,
    above: [side.title, ...side.notes],
    margin: ["", "ms", "event"],
    columns: columns.map((column) => side.columns[column]),
    rows: [
      ...leftOut(first, "above"), ...drawn.map((at) => rowOf(seen, at, columns)),
      ...leftOut(shown.length - end, "below"),
    ],
    below: [
      ...told, "The order of the rows is that of the events, not to scale; the times are in ms.",
      "Hatched: waits; such a call stands where it began and where it returned. "
        + "\u2591 waited, until what is named next.",
    ],
  };
}

/**
 * The first index, and that behind the last one, of what is drawn.
 * @param {ArrayLike<number>} shown
 * @param {number} at
 */
export function drawnAround(shown, at) {
  const middle = below(shown, at) - MOST_DRAWN / 2;
  const first = Math.max(0, Math.min(middle, shown.length - MOST_DRAWN));
  return [first, Math.min(first + MOST_DRAWN, shown.length)];
}

/**
 * The columns in which something stands: all of them, unless there are many.
 * @param {Seen} seen
 * @param {number[]} drawn
 */
function columnsOf(seen, drawn) {
  const all = Array.from(seen.side.columns.keys());
  if (drawn.length < MOST_DRAWN && all.length <= 4) return all;
  const used = new Set(drawn.map((at) => seen.column(at)));
  return all.filter((column) => used.has(column));
}

/**
 * @param {number} count
 * @param {string} where
 * @returns {import("./drawing.js").PictureRow[]}
 */
export function leftOut(count, where) {
  if (!count) return [];
  const steps = count === 1 ? "1 step is" : `${count} steps are`;
  return [sentenceRow(`\u2026 ${steps} left out ${where}`)];
}

/**
 * A line over all columns.
 * @param {string} sentence
 * @returns {import("./drawing.js").PictureRow}
 */
export function sentenceRow(sentence) {
  return { margin: [], cells: [], waits: [], current: false, sentence };
}

/**
 * @param {Seen} seen
 * @param {number} at
 * @param {number[]} columns
 * @returns {import("./drawing.js").PictureRow}
 */
function rowOf(seen, at, columns) {
  const row = seen.timeline.rows[at];
  const column = columns.indexOf(seen.column(at));
  const begins = seen.side.rows.part[row] === BEGIN;
  const current = at === seen.at;
  return {
    margin: [current ? "\u25b6" : "", seen.side.milliseconds(row), seen.event(at)],
    cells: column < 0 ? [] : [{ column, text: pictured(seen.cell(at)) }],
    waits: columns.map((lane, index) =>
      waitHalves(at, (near) => seen.waits(lane, near), () => begins && index === column)),
    current,
    sentence: "",
  };
}

/**
 * What stands in a cell of a drawing.
 * @param {import("./data.js").Cell} cell
 */
function pictured({ actor, head, kernel, outcome, data, wait, note }) {
  const behind = [
    kernel && `\u2192 ${kernel}`, outcome, shortPayload(data), wait && `\u2591 until ${wait}`,
    note && `\u00b7 ${note}`,
  ];
  return [actor, head, ...behind.map(tied)].filter(Boolean).join(" ");
}

/**
 * A payload, or its begin.
 * @param {string} data in quotes
 */
function shortPayload(data) {
  if (data.length <= MOST_PAYLOAD) return data;
  return `${data.slice(0, 1 + SHORT_PAYLOAD)}\u2026"`;
}
