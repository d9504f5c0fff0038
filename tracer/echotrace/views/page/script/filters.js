// Another filter, and the step nearest to where one was.

import { RETURN } from "./data.js";
import { below, nearest } from "./moves.js";

/**
 * @typedef {Partial<Pick<import("./store.js").View, "everything" | "connection" | "task">>} Filter
 */

/** Takes every connection and every task. */
export const NO_FILTER = { connection: 0, task: "" };

/**
 * The changes of the view that another filter comes with: positions count the steps of one
 * timeline, so the step has another one where there are all events. A pair has one timeline.
 * @param {import("./tabs.js").Tab} tab
 * @param {import("./store.js").View} view
 * @param {Filter} filter
 * @returns {Partial<import("./store.js").View>}
 */
export function filtered(tab, view, filter) {
  const after = { ...view, ...filter };
  const moves = tab.kind === "side" && view.everything !== after.everything;
  const at = moves ? translated(tab, view, after) : view.at;
  return { ...filter, at: nearest(tab.chosen(after), at) };
}

/**
 * Where the step of a view is in another timeline; if it is not, that before it.
 * @param {import("./tabs.js").SideTab} tab
 * @param {import("./store.js").View} view
 * @param {import("./store.js").View} after
 */
function translated(tab, view, after) {
  const row = tab.row(view);
  if (row === undefined) return 0;
  const { rows } = tab.side.timeline(after.everything);
  return tab.position(tab.key(view), after) ?? Math.max(0, below(rows, row + 1) - 1);
}

/**
 * How many events more pass the filter of a view where all are shown, not only the essential.
 * @param {import("./tabs.js").SideTab} tab
 * @param {import("./store.js").View} view
 */
export function unshown(tab, view) {
  const [all, essential] = [true, false].map((everything) => {
    const filter = { ...view, everything };
    const { rows } = tab.side.timeline(everything);
    const chosen = Array.from(tab.chosen(filter));
    return chosen.filter((at) => tab.side.rows.part[rows[at]] !== RETURN).length;
  });
  return all - essential;
}
