// The search: which steps it finds, and the ways between them.

import { make, place } from "./dom.js";
import { among, counted, foundRows, nextHit } from "./search_hits.js";
import { quizIn } from "./seen.js";

const NOTHING = { positions: [], elsewhere: 0, filtered: false };

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function searchBar(store, tabs) {
  const search = new Search(store, tabs);
  place("tools").append(search.element);
  place("stepper").addEventListener("keydown", (event) => {
    if (event.key !== "/" || search.element.hidden) return;
    event.preventDefault();
    search.field.select();
  });
  store.show((view) => search.show(view));
}

class Search {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./tabs.js").Tab[]} tabs
   */
  constructor(store, tabs) {
    this.store = store;
    this.tabs = tabs;
    this.field = make("input", {
      type: "search", "aria-label": "Find in the timeline", placeholder: "Find", size: 10,
      "aria-keyshortcuts": "/", autocomplete: "off",
      onfocus: () => setTimeout(() => this.tab?.cells.found()),
      oninput: () => store.set({ query: this.field.value.trim() }),
      onkeydown: (/** @type {KeyboardEvent} */ event) => this.pressed(event),
    });
    this.back = this.way("\u2191", "Hit before", -1);
    this.on = this.way("\u2193", "Next hit", 1);
    this.count = make("output", { class: "hits" });
    this.element = make(
      "div", { class: "search", role: "search" }, this.field, this.back, this.on, this.count,
    );
    /** @type {import("./tabs.js").SideTab | undefined} */
    this.tab = undefined;
    this.query = "";
    /** @type {Set<number>} the rows */
    this.rows = new Set();
    /** @type {ArrayLike<number>} */
    this.chosen = [];
    /** @type {import("./search_hits.js").Found} */
    this.found = NOTHING;
  }

  /**
   * @param {string} sign
   * @param {string} name
   * @param {number} direction
   */
  way(sign, name, direction) {
    const go = () => this.go(direction);
    return make("button", { type: "button", "aria-label": name, title: name, onclick: go }, sign);
  }

  /** @param {import("./store.js").View} view */
  show(view) {
    const shown = this.tabs[view.tab];
    this.element.hidden = shown.kind !== "side" || quizIn(view, this.tabs);
    if (shown.kind !== "side" || this.element.hidden) return;
    this.find(shown, view);
    if (this.field.value.trim() !== view.query) this.field.value = view.query;
    this.back.hidden = this.on.hidden = !view.query;
    this.back.disabled = this.on.disabled = !this.found.positions.length;
    this.count.value = view.query ? counted(this.found, view.at) : "";
  }

  /**
   * @param {import("./tabs.js").SideTab} tab
   * @param {import("./store.js").View} view
   */
  find(tab, view) {
    const chosen = tab.chosen(view);
    const another = tab !== this.tab || view.query !== this.query;
    if (another) this.rows = foundRows(tab.cells, view.query);
    if (another || chosen !== this.chosen) this.found = among(tab, view, this.rows);
    [this.tab, this.query, this.chosen] = [tab, view.query, chosen];
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.key === "Enter") this.go(event.shiftKey ? -1 : 1);
    if (event.key === "Escape") this.store.set({ query: "" });
  }

  /** @param {number} direction */
  go(direction) {
    const { view } = this.store;
    const at = nextHit(this.found.positions, view.at, direction);
    if (at !== undefined) this.store.set({ at });
  }
}
