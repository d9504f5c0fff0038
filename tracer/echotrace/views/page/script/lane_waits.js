// From where to where somebody waits in a lane. A call begins, and returns, in the middle of its
// rows, so all is counted in halves of rows.

/**
 * Whether somebody waits in the upper half of a step's row, and in the lower one.
 * @param {number} at
 * @param {(at: number) => boolean} waits whether somebody waits there
 * @param {(at: number) => boolean} begins whether a call begins to wait there
 * @returns {[boolean, boolean]}
 */
export function waitHalves(at, waits, begins) {
  const here = waits(at);
  return [here || waits(at - 1), here || waits(at + 1) || begins(at)];
}

/**
 * The spans of waiting in a lane, `[from, to)` in halves of rows from the first one.
 * @param {ArrayLike<number>} positions of the rows, ascending
 * @param {(at: number) => boolean} waits whether somebody waits there
 * @param {(at: number) => boolean} begins whether a call begins to wait there
 * @returns {[number, number][]}
 */
export function waitSpans(positions, waits, begins) {
  /** @type {[number, number][]} */
  const spans = [];
  for (let row = 0; row < positions.length; row += 1) {
    const halves = waitHalves(positions[row], waits, begins);
    for (const half of [0, 1]) {
      if (!halves[half]) continue;
      const from = 2 * row + half;
      const last = spans[spans.length - 1];
      if (last && last[1] === from) last[1] += 1;
      else spans.push([from, from + 1]);
    }
  }
  return spans;
}
