// What a search finds: in what a row says, in the sentence that explains it, and by its number.

import { below } from "./moves.js";
import { finder } from "./search_marks.js";

/**
 * What is found among the steps: their positions, and how many events more in what is not shown;
 * whether some are hidden by a filter, or only because they are not essential.
 * @typedef {{positions: number[], elsewhere: number, filtered: boolean}} Found
 */

/**
 * The rows at which a query is found.
 * @param {import("./cells.js").Cells} cells
 * @param {string} query
 * @returns {Set<number>}
 */
export function foundRows(cells, query) {
  /** @type {Set<number>} */
  const found = new Set();
  if (!query) return found;
  const pattern = new RegExp(finder(query), "iu");
  const { seq } = cells.side.rows;
  const number = /^\d+$/.test(query) ? Number(query) : -1;
  cells.found().forEach((text, row) => {
    if (seq[row] === number || pattern.test(text)) found.add(row);
  });
  return found;
}

/**
 * Which of the steps are among the rows found, and how many events are not among the steps.
 * @param {import("./tabs.js").SideTab} tab
 * @param {import("./store.js").View} view
 * @param {Set<number>} found
 * @returns {Found}
 */
export function among(tab, view, found) {
  const { rows } = tab.side.timeline(view.everything);
  const { seq } = tab.side.rows;
  const chosen = found.size ? Array.from(tab.chosen(view)) : [];
  const positions = chosen.filter((at) => found.has(rows[at]));
  const seen = new Set(positions.map((at) => seq[rows[at]]));
  const all = new Set([...found].map((row) => seq[row]));
  const elsewhere = [...all].filter((event) => !seen.has(event)).length;
  return { positions, elsewhere, filtered: Boolean(view.connection || view.task) };
}

/**
 * The hit behind (or, with direction -1, before) a position, and at the end the first one again.
 * @param {number[]} positions
 * @param {number} at
 * @param {number} direction
 * @returns {number | undefined}
 */
export function nextHit(positions, at, direction) {
  const index = direction > 0 ? below(positions, at + 1) : below(positions, at) - 1;
  return positions[(index + positions.length) % positions.length];
}

/**
 * Which of the hits one is at, and how many more there are elsewhere.
 * @param {Found} found
 * @param {number} at
 * @returns {string}
 */
export function counted({ positions, elsewhere, filtered }, at) {
  const index = below(positions, at);
  const count = positions.length;
  const all = count ? `${count} found` : "nothing found";
  const here = positions[index] === at ? `${index + 1} of ${count}` : all;
  if (!elsewhere) return here;
  const more = `${elsewhere}${count ? " more" : ""}`;
  if (!filtered) return `${here}, ${more} among all events`;
  return `${here}, ${more} ${elsewhere === 1 ? "is" : "are"} hidden by the filter`;
}
