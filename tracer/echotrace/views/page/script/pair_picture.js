// What a drawing of two sides shows: the rows of their comparison around the current one.

import { tied } from "./drawing_text.js";
import { below } from "./moves.js";
import { sideTold } from "./pair_words.js";
import { drawnAround, leftOut, sentenceRow } from "./picture.js";

/**
 * @param {import("./pair_tab.js").PairTab} tab
 * @param {import("./store.js").View} view
 * @returns {import("./picture.js").Picture}
 */
export function pairPicture(tab, view) {
  const { pair } = tab;
  const chosen = tab.chosen(view);
  const [first, end] = drawnAround(chosen, view.at);
  const drawn = chosen.slice(first, end);
  const names = pair.sides.map((side) => side.name);
  const rows = drawn.flatMap((at, index) => {
    const heading = headingOf(pair, at, index ? drawn[index - 1] : -1);
    return [...(heading ? [sentenceRow(heading)] : []), alignedRow(pair, at, at === view.at)];
  });
  const step = `Step ${below(chosen, view.at) + 1} of ${chosen.length}`;
  return {
    title: `Comparison of ${names.join(" and ")}`,
    description: `What each of ${names.join(" and ")} does, by logical event: ${drawn.length} rows `
      + "in order, not to scale; the numbers are those of events. The current row is outlined.",
    above: [pair.packed.title, ...pair.packed.notes],
    margin: ["", ""],
    columns: pair.sides.map((side) => ({ title: side.name, subtitle: side.title })),
    rows: [...leftOut(first, "above"), ...rows, ...leftOut(chosen.length - end, "below")],
    below: [
      ...(drawn.length ? pairTold(pair, view.at, step) : []), pair.packed.legend.join(" \u00b7 "),
    ],
  };
}

/**
 * What a row stands under, if the one before it stands under something else.
 * @param {import("./pair.js").Pair} pair
 * @param {number} at
 * @param {number} before
 */
function headingOf(pair, at, before) {
  const heading = (/** @type {number} */ row) =>
    [...new Set([pair.part(row).title, pair.section(row)])].filter(Boolean).join(": ");
  return before >= 0 && heading(before) === heading(at) ? "" : heading(at);
}

/**
 * @param {import("./pair.js").Pair} pair
 * @param {number} at
 * @param {boolean} current
 * @returns {import("./picture.js").PictureRow}
 */
function alignedRow(pair, at, current) {
  const cells = [0, 1].map((column) => {
    const row = pair.own(at, column);
    const number = row === undefined ? "" : `${pair.sides[column].rows.seq[row]} `;
    return { column, text: `${tied(number)}${pair.said(at, column)}` };
  });
  return {
    margin: [current ? "\u25b6" : "", pair.mark(at)],
    cells: cells.filter((cell) => cell.text),
    waits: [],
    current,
    sentence: "",
  };
}

/**
 * What is told of a row, for each side that does something in it.
 * @param {import("./pair.js").Pair} pair
 * @param {number} at
 * @param {string} step
 */
function pairTold(pair, at, step) {
  const told = pair.sides.flatMap((side, which) => {
    const row = pair.own(at, which);
    return row === undefined ? [] : [`${side.name}: ${sideTold(pair, at, which)}`];
  });
  return [`\u25b6 ${step}`, ...told];
}
