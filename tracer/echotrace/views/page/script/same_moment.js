// The same moment in another tab: where the comparison aligns it with that which is shown.

import { BEGIN } from "./data.js";

/**
 * @typedef {import("./tabs.js").Tab} Tab
 * @typedef {import("./store.js").View} View
 * @typedef {import("./data.js").Side} Side
 * @typedef {import("./pair.js").Pair} Pair
 *
 * The row of a side that is shown; `here` is whether it is what the side does at this step.
 * @typedef {{side: Side, row: number, here: boolean}} Seat
 */

/**
 * The position in another tab that is aligned with the step of a view; null if nothing is.
 * @param {Tab[]} tabs
 * @param {View} view
 * @param {number} number that of the other tab
 * @returns {number | null}
 */
export function sameMoment(tabs, view, number) {
  const tab = tabs[number];
  const shown = seats(tabs[view.tab], view);
  if (tab.kind === "pair") {
    const found = shown.filter(({ here }) => here).map((seat) => rowIn(tab.pair, seat));
    return found.find((at) => at !== undefined) ?? null;
  }
  const own = shown.find(({ side }) => side === tab.side);
  const pairs = tabs.flatMap((each) => (each.kind === "pair" ? [each.pair] : []));
  const key = own ? tab.keyOf(own.row) : alignedKey(pairs, shown, tab.side);
  return key ? tab.position(key, view) : null;
}

/**
 * @param {Tab} tab
 * @param {View} view
 * @returns {Seat[]}
 */
function seats(tab, view) {
  if (tab.kind === "side") {
    const row = tab.row(view);
    return row === undefined ? [] : [{ side: tab.side, row, here: true }];
  }
  return tab.sides.flatMap((side, which) => {
    const { row, here, ahead } = tab.pair.standing(view.at, which);
    return row === undefined || ahead ? [] : [{ side, row, here }];
  });
}

/**
 * The row of a comparison that a seat is in.
 * @param {Pair} pair
 * @param {Seat} seat
 */
function rowIn(pair, { side, row }) {
  const which = pair.sides.indexOf(side);
  return which < 0 ? undefined : pair.rowOf(side.rows.seq[row], which);
}

/**
 * What a side does where it is aligned with one that is shown; "" if it does nothing there. A call
 * that begins to wait is aligned with the begin of its counterpart.
 * @param {Pair[]} pairs
 * @param {Seat[]} shown
 * @param {Side} wanted
 * @returns {string} the key of its step
 */
function alignedKey(pairs, shown, wanted) {
  for (const seat of shown.filter(({ here }) => here)) {
    for (const pair of pairs.filter(({ sides }) => sides.includes(wanted))) {
      const at = rowIn(pair, seat);
      const row = at === undefined ? undefined : pair.own(at, pair.sides.indexOf(wanted));
      if (row === undefined) continue;
      const { seq, part } = wanted.rows;
      const begins = seat.side.rows.part[seat.row] === BEGIN;
      return `${seq[row]}${part[row] && !begins ? "r" : ""}`;
    }
  }
  return "";
}
