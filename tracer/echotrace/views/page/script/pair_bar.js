// Above the rows of a pair: which connection they are of, and how many differences there are.

import { Chooser } from "./chooser.js";
import { make, place } from "./dom.js";
import { filtered } from "./filters.js";

/** The controls of a pair. */
export class PairBar {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./tabs.js").Tab[]} tabs
   */
  constructor(store, tabs) {
    this.connection = new Chooser("Connection", "all connections", (value) => {
      const { view } = store;
      store.set(filtered(tabs[view.tab], view, { connection: Number(value) }));
    });
    this.differing = make("button", {
      type: "button", onclick: () => place("what-differs").focus(),
    });
    this.element = make("div", { class: "pair-bar" }, this.connection.element, this.differing);
    /** @type {import("./pair.js").Pair | undefined} */
    this.pair = undefined;
  }

  /**
   * @param {import("./pair.js").Pair} pair
   * @param {number} connection
   */
  show(pair, connection) {
    if (pair !== this.pair) {
      this.pair = pair;
      this.differing.textContent = `What differs (${pair.packed.differences.length})`;
      this.connection.offer(offered(pair));
    }
    this.connection.show(connection ? String(connection) : "");
  }
}

/**
 * The connections of a pair, as the first side that has one numbers it.
 * @param {import("./pair.js").Pair} pair
 */
function offered({ parts }) {
  const known = new Map(parts.flatMap(({ title, connections: [left, right] }) =>
    left || right ? [[String(left || right), title]] : []));
  return [...known].map(([value, text]) => ({ value, text }));
}
