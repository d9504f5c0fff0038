// What is said of a side at a row of a comparison.

import { RETURN } from "./data.js";

const AT_END = "Its state is that at the end of the trace.";

/**
 * What a side does there or, in a gap, why its state is the one that is shown.
 * @param {import("./pair.js").Pair} pair
 * @param {number} at
 * @param {number} which
 * @returns {string}
 */
export function sideTold(pair, at, which) {
  const side = pair.sides[which];
  const { row, here, ahead } = pair.standing(at, which);
  if (here && row !== undefined) {
    const whole = side.neverReturned(row);
    return whole ? `${whole} ${AT_END}` : side.told(row);
  }
  const elsewhere = pair.said(at, which);
  const lacks = elsewhere
    ? `${side.name} does the same at ${elsewhere}.`
    : `${side.name} has no counterpart here.`;
  return `${lacks} ${reasonOf(side, row, ahead)}`;
}

/**
 * @param {import("./data.js").Side} side
 * @param {number | undefined} row
 * @param {boolean} ahead
 * @returns {string}
 */
function reasonOf(side, row, ahead) {
  if (row === undefined) return "Its state is that before its first event.";
  const event = `event ${side.rows.seq[row]}`;
  if (side.neverReturned(row)) return AT_END;
  if (ahead) return `Its state is that before ${event}, which begins this course.`;
  return `Its state stays as it is after ${event}.`;
}

/**
 * What heads a side: its name, and its event there if it has one.
 * @param {import("./pair.js").Pair} pair
 * @param {number} at
 * @param {number} which
 * @returns {string}
 */
export function headOf(pair, at, which) {
  const side = pair.sides[which];
  const row = pair.own(at, which);
  if (row === undefined) return `${side.name} \u00b7 no event`;
  const since = side.neverReturned(row) ? "from " : pair.backTo(at, which) && "back to ";
  const when = `${since}${side.milliseconds(row)} ms`;
  return `${side.name} \u00b7 event ${side.rows.seq[row]} \u00b7 ${when}`;
}

/**
 * Where in its source a side is there, and the line that just ran or in which it waits; empty if
 * that is not known.
 * @param {import("./pair.js").Pair} pair
 * @param {number} at
 * @param {number} which
 * @returns {[string, string]}
 */
export function sourceOf(pair, at, which) {
  const side = pair.sides[which];
  const row = pair.own(at, which);
  if (row === undefined) return ["", ""];
  const { title, source, ran } = side.place(row);
  if (source === null || ran === null) return ["", ""];
  const how = side.neverReturned(row)
    ? ", waits in this line:"
    : side.rows.part[row] === RETURN ? ", returned from this line:" : "";
  return [`${title}${how}`, (side.sources[source].lines[ran - 1] ?? "").trim()];
}
