// What is said of a side at a row of a comparison.

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
  if (here && row !== undefined) return side.told(row);
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
  return `${side.name} \u00b7 event ${side.rows.seq[row]} \u00b7 ${side.milliseconds(row)} ms`;
}

/**
 * Where in its source a side is there, and the line that just ran; empty if that is not known.
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
  return [title, (side.sources[source].lines[ran - 1] ?? "").trim()];
}
