// What stands behind a tab, as the controls see it: a list of steps of which a filter takes some.

import { Cells } from "./cells.js";
import { RETURN } from "./data.js";
import { Seen } from "./seen.js";

/**
 * What all tabs have in common. Positions count the steps of a timeline from 0.
 * @typedef {object} TabBase
 * @property {"side" | "pair"} kind
 * @property {string} name
 * @property {(view: import("./store.js").View) => ArrayLike<number>} chosen the positions that
 *   pass the filter, ascending
 * @property {(view: import("./store.js").View) => string} key of the step at the view's position,
 *   for a permalink
 * @property {(key: string, view: import("./store.js").View) => number | null} position where the
 *   step of a key is, null if nowhere
 * @property {(view: import("./store.js").View) => string} told the sentence that explains the
 *   step, "" if that is told elsewhere
 * @property {(view: import("./store.js").View) => string} where which event that is, and when
 * @property {(at: number, view: import("./store.js").View) => number} course the number of the
 *   connection that a position belongs to, 0 if to none
 *
 * @typedef {SideTab | import("./pair_tab.js").PairTab} Tab
 */

/** The steps of one trace. @implements {TabBase} */
export class SideTab {
  /** @param {import("./data.js").Side} side */
  constructor(side) {
    this.kind = /** @type {const} */ ("side");
    this.name = side.name;
    this.side = side;
    /** The traces that it shows. */
    this.sides = [side];
    /** What is missing, one sentence each. */
    this.notes = side.notes;
    /** @type {Map<string, ArrayLike<number>>} */
    this.kept = new Map();
    /** @type {Map<boolean, Map<string, number>>} */
    this.positions = new Map();
    /** @type {Cells | undefined} */
    this.said = undefined;
  }

  /** What its rows say. */
  get cells() {
    this.said ??= new Cells(this.side);
    return this.said;
  }

  /**
   * The row of a step.
   * @param {import("./store.js").View} view
   * @param {number} [at]
   * @returns {number | undefined}
   */
  row(view, at = view.at) {
    return this.side.timeline(view.everything).rows[at];
  }

  /** @param {import("./store.js").View} view */
  chosen(view) {
    const filter = JSON.stringify([view.everything, view.connection, view.task]);
    let found = this.kept.get(filter);
    if (!found) {
      found = this.choose(view);
      this.kept.set(filter, found);
    }
    return found;
  }

  /**
   * @param {import("./store.js").View} view
   * @returns {ArrayLike<number>}
   */
  choose(view) {
    const { rows } = this.side.timeline(view.everything);
    const { connection, actor } = this.side.rows;
    const who = this.side.actors.indexOf(view.task);
    const positions = Array.from(rows.keys());
    return positions.filter(
      (at) =>
        (!view.connection || connection[rows[at]] === view.connection) &&
        (!view.task || actor[rows[at]] === who),
    );
  }

  /** @param {import("./store.js").View} view */
  key(view) {
    const row = this.row(view);
    return row === undefined ? "" : this.keyOf(row);
  }

  /**
   * @param {number} row
   * @returns {string} the event, with an r behind it for the return of a call that waited
   */
  keyOf(row) {
    const { seq, part } = this.side.rows;
    return `${seq[row]}${part[row] === RETURN ? "r" : ""}`;
  }

  /**
   * @param {string} key
   * @param {import("./store.js").View} view
   * @returns {number | null}
   */
  position(key, view) {
    let known = this.positions.get(view.everything);
    if (!known) {
      const { rows } = this.side.timeline(view.everything);
      known = new Map(rows.map((row, at) => [this.keyOf(row), at]));
      this.positions.set(view.everything, known);
    }
    return known.get(key) ?? known.get(key.replace("r", "")) ?? null;
  }

  /** @param {import("./store.js").View} view */
  told(view) {
    if (this.row(view) === undefined) return this.nothing();
    return new Seen(this.side, view).told();
  }

  /** Why there is no step. */
  nothing() {
    const { rows } = this.side.everything;
    return rows.length
      ? "No event of this trace is essential: choose all events."
      : "There is no event in this trace.";
  }

  /** @param {import("./store.js").View} view */
  where(view) {
    const row = this.row(view);
    if (row === undefined) return "";
    const event = new Seen(this.side, view).event(view.at);
    return `event ${event} \u00b7 ${this.side.milliseconds(row)} ms`;
  }

  /**
   * @param {number} at
   * @param {import("./store.js").View} view
   */
  course(at, view) {
    return this.side.rows.connection[this.row(view, at) ?? -1] ?? 0;
  }
}
