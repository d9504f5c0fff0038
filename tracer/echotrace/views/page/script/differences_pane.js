// What differs between the two sides of a pair, most telling first, and what each costs.

import { make, place } from "./dom.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 * @param {import("./jumps.js").Jumps} jumps
 */
export function differencesPane(store, tabs, jumps) {
  const pane = place("differences");
  let shown = -1;
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "pair";
    if (tab.kind !== "pair" || view.tab === shown) return;
    shown = view.tab;
    const { pair } = tab;
    const { differences, answer } = pair.packed;
    pane.replaceChildren(
      make("h2", { id: "what-differs", tabindex: -1 }, "What differs"),
      answer
        ? make("p", {}, answer)
        : make("ol", {}, ...differences.map((each) => difference(each, pair, jumps))),
      ...costs(pair),
    );
  });
}

/**
 * What is measured of both sides, as a table; nothing if nothing is.
 * @param {import("./pair.js").Pair} pair
 */
function costs({ packed, sides, texts }) {
  if (!packed.costs.length) return [];
  const head = (/** @type {string} */ scope, /** @type {string} */ text) =>
    make("th", { scope }, text);
  const rows = packed.costs.map((row) => {
    const [measure, ...values] = row.map((number) => texts.text(number));
    return make("tr", {}, head("row", measure), ...values.map((each) => make("td", {}, each)));
  });
  const names = sides.map(({ name }) => head("col", name));
  const top = make("tr", {}, make("td"), ...names);
  return [
    make("h2", { id: "what-it-costs" }, "What it costs"),
    make(
      "table", { class: "costs", "aria-labelledby": "what-it-costs" },
      make("thead", {}, top), make("tbody", {}, ...rows),
    ),
    make("p", { class: "note" }, packed.costs_note),
  ];
}

/**
 * @param {import("./data.js").Difference} found
 * @param {import("./pair.js").Pair} pair
 * @param {import("./jumps.js").Jumps} jumps
 * @returns {HTMLElement}
 */
function difference(found, pair, jumps) {
  const item = make("li", {}, make("span", { class: "sentence" }, `${found.sentence}.`));
  found.events.forEach((events, which) => {
    const side = pair.sides[which];
    if (events.length) item.append(" ", make("span", {}, `${side.name}: `), jumps.buttons(side, events));
  });
  return item;
}
