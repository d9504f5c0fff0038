// The timeline: a lane for the server and for each connection, a row for each step.

import { make, place } from "./dom.js";
import { NO_FILTER } from "./filters.js";
import { LaneFrame } from "./lane_frame.js";
import { LaneRows, margin } from "./lane_rows.js";
import { laneWindow } from "./lane_window.js";
import { below } from "./moves.js";
import { RowChunks } from "./row_chunks.js";
import { Seen } from "./seen.js";

/** What rows say depends on these. */
const CONTENT = /** @type {const} */ (["query", "quiz", "revealed"]);

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function lanesPane(store, tabs) {
  const element = place("lanes");
  const pane = new LanesPane(element, store);
  store.show((view) => {
    const tab = tabs[view.tab];
    element.hidden = tab.kind !== "side";
    if (tab.kind === "side") pane.show(tab, view);
  });
}

/** The pane; stepping moves a mark in it and draws nothing anew. */
class LanesPane {
  /**
   * @param {HTMLElement} element
   * @param {import("./store.js").Store} store
   */
  constructor(element, store) {
    this.store = store;
    const clear = () => store.set(NO_FILTER);
    this.nothing = make(
      "p", { class: "nothing" }, "No step passes this filter. ",
      make("button", { type: "button", onclick: clear }, "Show all"),
    );
    element.append(this.nothing);
    this.frame = new LaneFrame(element, (direction) => this.turn(direction));
    const draw = (/** @type {number} */ from, /** @type {number} */ to) => this.draw(from, to);
    this.chunks = new RowChunks(this.frame.table, this.frame.body, draw, (at) => store.set({ at }));
    this.begin = 1;
    /** @type {import("./tabs.js").SideTab | undefined} */
    this.tab = undefined;
    this.view = store.view;
    /** @type {ArrayLike<number>} */
    this.chosen = [];
    /** @type {LaneRows | undefined} */
    this.rows = undefined;
    /** @type {HTMLElement | undefined} */
    this.marked = undefined;
    const observer = new ResizeObserver(() => this.resized());
    observer.observe(this.frame.table);
    observer.observe(this.frame.ruler);
  }

  /**
   * @param {import("./tabs.js").SideTab} tab
   * @param {import("./store.js").View} view
   */
  show(tab, view) {
    const before = this.view;
    const chosen = tab.chosen(view);
    const count = below(chosen, new Seen(tab.side, view).last + 1);
    const others = tab !== this.tab || chosen !== this.chosen || count !== this.chunks.count;
    if (tab !== this.tab) this.begin = 1;
    [this.tab, this.view, this.chosen] = [tab, view, chosen];
    if (others) this.restart(count);
    if (others || !this.frame.seen) this.frame.measure();
    const stepped = others || view.at !== before.at || view.revealed !== before.revealed;
    const anew = others || CONTENT.some((name) => view[name] !== before[name]);
    this.lay(anew, stepped ? this.lane() : 0);
    if (stepped) this.come();
  }

  /**
   * Be a list of other rows, of which none is drawn yet.
   * @param {number} count
   */
  restart(count) {
    this.chunks.restart(count);
    const { connection, task } = this.view;
    this.nothing.hidden = this.chosen.length > 0 || (!connection && !task);
    this.frame.table.hidden = !this.nothing.hidden;
  }

  /** The lane of the current step: for a call at the listening socket that which it serves. */
  lane() {
    const row = this.tab?.row(this.view);
    if (!this.tab || row === undefined) return 0;
    if (new Seen(this.tab.side, this.view).column(this.view.at) < 0) return 0;
    const { columns, rows } = this.tab.side;
    const connection = rows.connection[row];
    return columns[connection]?.key === `#${connection}` ? connection : rows.column[row];
  }

  /**
   * Choose the lanes that are shown; if they are others, all that is drawn is drawn again.
   * @param {boolean} anew to do so in any case
   * @param {number} lane one that has to be shown; 0 is always
   */
  lay(anew, lane) {
    if (!this.tab) return;
    const { side } = this.tab;
    const { time, number } = margin(side);
    const fitting = this.frame.fitting(time + number);
    if (!fitting) return;
    const window = laneWindow(side.columns.length, fitting, lane, this.begin);
    this.begin = window.begin;
    if (!anew && String(window.lanes) === String(this.rows?.window.lanes)) return;
    this.rows = new LaneRows(this.tab, this.view, window);
    this.frame.dress(this.rows);
    this.chunks.redraw();
  }

  /** @param {number} direction */
  turn(direction) {
    this.begin = Math.max(1, this.begin + direction * (this.rows?.window.size ?? 0));
    this.lay(false, 0);
  }

  resized() {
    this.frame.measure();
    this.lay(false, this.lane());
    this.reveal();
  }

  /** Mark the current row, and bring it into sight when all else is shown. */
  come() {
    this.current();
    this.store.whenShown(() => this.reveal());
  }

  /**
   * The current row, which is drawn and marked.
   * @returns {HTMLElement | undefined}
   */
  current() {
    const index = below(this.chosen, this.view.at);
    if (!this.rows || this.chosen[index] !== this.view.at) return undefined;
    const row = this.chunks.row(index);
    if (row) this.mark(row);
    return row;
  }

  reveal() {
    const row = this.current();
    if (!row) return;
    const index = below(this.chosen, this.view.at);
    do this.frame.reveal(row);
    while (this.chunks.complete(index));
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  draw(from, to) {
    const drawn = this.rows?.draw(from, to) ?? [];
    const index = below(this.chosen, this.view.at);
    if (index >= from && index < to && drawn.length) this.mark(drawn[index - from]);
    return drawn;
  }

  /** @param {HTMLElement} row */
  mark(row) {
    if (row === this.marked) return;
    this.marked?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "step");
    this.marked = row;
  }

}
