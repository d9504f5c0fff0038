// What a picture of the current view shows, before it is drawn: columns and rows of text.

import { below } from "./moves.js";

/**
 * One line: what stands in the margin and in which column; for each column whether somebody waits
 * above, and below the middle of its first line. Instead of all that it may be a sentence.
 * @typedef {{margin: string[], cells: {column: number, text: string}[], waits: boolean[][],
 *   current: boolean, sentence: string}} PictureRow
 *
 * What is drawn; the first sentence above is its heading.
 * @typedef {{title: string, description: string, above: string[], margin: string[],
 *   columns: {title: string, subtitle: string}[], rows: PictureRow[], below: string[]}} Picture
 */

/** So many rows are drawn: of more those around the current one. */
export const MOST_DRAWN = 200;

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
 * @param {number} count
 * @param {string} where
 * @returns {PictureRow[]}
 */
export function leftOut(count, where) {
  if (!count) return [];
  const steps = count === 1 ? "1 step is" : `${count} steps are`;
  return [sentenceRow(`\u2026 ${steps} left out ${where}`)];
}

/**
 * A line over all columns.
 * @param {string} sentence
 * @returns {PictureRow}
 */
export function sentenceRow(sentence) {
  return { margin: [], cells: [], waits: [], current: false, sentence };
}
