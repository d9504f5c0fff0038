// Which lanes are shown where there is no room for all of them.

/**
 * The lanes shown, by the index of their column: the first one, and a window of the others. `rest`
 * is whether one more lane has all that is in no lane of its own. `begin` is where the window
 * begins and `size` how many lanes it has.
 * @typedef {{lanes: number[], rest: boolean, begin: number, size: number}} LaneWindow
 */

/**
 * The window with the lane `current`: where it was if that is in it, or else a page of its own, so
 * that lanes do not move step by step.
 * @param {number} count how many lanes there are
 * @param {number} fitting how many there is room for, 1 at least
 * @param {number} current
 * @param {number} begin where the window was
 * @returns {LaneWindow}
 */
export function laneWindow(count, fitting, current, begin) {
  if (count <= fitting) {
    return { lanes: Array.from({ length: count }, (_, lane) => lane), rest: false, begin: 1,
      size: count - 1 };
  }
  const size = Math.max(0, fitting - 2);
  const first = fitting > 1 ? [0] : [];
  if (!size) return { lanes: first, rest: true, begin: 1, size };
  const seen = current < 1 || (current >= begin && current < begin + size);
  const page = 1 + Math.floor((current - 1) / size) * size;
  const from = clamped(seen ? begin : page, count, size);
  const window = Array.from({ length: size }, (_, lane) => from + lane);
  return { lanes: [...first, ...window], rest: true, begin: from, size };
}

/**
 * @param {number} begin
 * @param {number} count
 * @param {number} size
 */
function clamped(begin, count, size) {
  return Math.max(1, Math.min(begin, count - size));
}
