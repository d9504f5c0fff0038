// From the number of an event to where it is shown, whatever hides it now.

import { focusStepper, make, place } from "./dom.js";
import { NO_FILTER } from "./filters.js";
import { below } from "./moves.js";

/**
 * How the view has to change to show an event, and what is said of it.
 * @typedef {{changes: Partial<import("./store.js").View>, told: string}} Way
 */

/**
 * The way to an event of a side: in the pair that is shown, if it is in that, or else in the side's
 * own tab. Filters that hide it fall; null if the side has no such event.
 * @param {import("./tabs.js").Tab[]} tabs
 * @param {import("./store.js").View} view
 * @param {import("./data.js").Side} side
 * @param {number} seq
 * @returns {Way | null}
 */
export function wayTo(tabs, view, side, seq) {
  const tab = tabs[view.tab];
  if (tab.kind === "pair") {
    const { pair } = tab;
    const at = pair.rowOf(seq, pair.sides.indexOf(side));
    if (at !== undefined) return unhidden(tab, { ...view, at }, { at }, `Event ${seq}`);
  }
  return wayToStep(tabs, view, side, seq);
}

/**
 * @param {import("./tabs.js").Tab[]} tabs
 * @param {import("./store.js").View} view
 * @param {import("./data.js").Side} side
 * @param {number} seq
 * @returns {Way | null}
 */
function wayToStep(tabs, view, side, seq) {
  const number = tabs.findIndex((tab) => tab.kind === "side" && tab.side === side);
  const tab = /** @type {import("./tabs.js").SideTab} */ (tabs[number]);
  const elsewhere = number !== view.tab;
  const what = elsewhere ? `Event ${seq} of ${side.name}` : `Event ${seq}`;
  const moved = elsewhere ? `${what}.` : "";
  const cause = view.everything ? null : endedBy(side, seq);
  if (cause !== null && tab.position(String(seq), { ...view, tab: number }) === null) {
    const at = tab.position(String(cause), { ...view, tab: number });
    const changes = { tab: number, everything: false, at: at ?? 0 };
    const added = `the end that event ${cause} leads to; that is shown`;
    if (at !== null) return unhidden(tab, { ...view, tab: number, at }, changes, what, added);
  }
  for (const everything of [view.everything, true]) {
    const wanted = { ...view, tab: number, everything };
    const at = tab.position(String(seq), wanted);
    if (at === null) continue;
    const changes = { tab: number, everything, at };
    const added = everything === view.everything ? "" : "all events are shown now";
    return unhidden(tab, { ...wanted, at }, changes, what, added, moved);
  }
  return null;
}

/**
 * The event before the last one of a task, if that is `seq`: the call by which it ends.
 * @param {import("./data.js").Side} side
 * @param {number} seq
 * @returns {number | null}
 */
function endedBy({ rows }, seq) {
  const last = rows.seq.lastIndexOf(seq);
  const actor = rows.actor[last];
  if (last < 0 || rows.actor.indexOf(actor, last + 1) >= 0) return null;
  const before = rows.actor.lastIndexOf(actor, last - 1);
  return last > 0 && before >= 0 ? rows.seq[before] : null;
}

/**
 * Without the filters that hide the step at the position of a view.
 * @param {import("./tabs.js").Tab} tab
 * @param {import("./store.js").View} view
 * @param {Partial<import("./store.js").View>} changes
 * @param {string} what
 * @param {string} [added] what is changed already
 * @param {string} [moved] what is said if nothing else has to be: where that is, if elsewhere
 * @returns {Way}
 */
function unhidden(tab, view, changes, what, added = "", moved = "") {
  const attempts = [{}, { task: "" }, { connection: 0 }, NO_FILTER];
  const less = attempts.find((attempt) => passes(tab, { ...view, ...attempt })) ?? {};
  const off = Object.keys(less).map((filter) => `the filter by ${filter} is off`);
  const changed = [added, ...off].filter(Boolean).join(", and ");
  return { changes: { ...changes, ...less }, told: changed ? `${what}: ${changed}.` : moved };
}

/**
 * Whether the step of a view passes its filter.
 * @param {import("./tabs.js").Tab} tab
 * @param {import("./store.js").View} view
 */
function passes(tab, view) {
  const chosen = tab.chosen(view);
  return chosen[below(chosen, view.at)] === view.at;
}

/** What was jumped to; it is said above the stepper until the next step. */
export class Jumps {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./tabs.js").Tab[]} tabs
   */
  constructor(store, tabs) {
    this.store = store;
    this.tabs = tabs;
    this.notice = make("p", { id: "notice", role: "status" });
    place("stepper").before(this.notice);
    store.show(() => (this.notice.textContent = ""));
  }

  /**
   * Buttons that lead to events.
   * @param {import("./data.js").Side} side
   * @param {number[]} events
   * @returns {HTMLElement}
   */
  buttons(side, events) {
    const list = make("span", { class: "events" });
    for (const seq of events) {
      list.append(make(
        "button", {
          type: "button", "data-event": seq, "aria-label": `Event ${seq} of ${side.name}`,
          onclick: () => this.go(side, seq),
        }, String(seq),
      ));
    }
    return list;
  }

  /**
   * @param {import("./data.js").Side} side
   * @param {number} seq
   */
  go(side, seq) {
    const way = wayTo(this.tabs, this.store.view, side, seq);
    if (way) this.store.set(way.changes);
    this.notice.textContent = way ? way.told : `Event ${seq} of ${side.name} is not in this page.`;
    focusStepper();
    place("window").scrollIntoView({ block: "start" });
  }
}
