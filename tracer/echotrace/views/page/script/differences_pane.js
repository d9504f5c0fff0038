// What differs between the two sides of a pair, most telling first.

import { make, place } from "./dom.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 * @param {import("./jump.js").Jumps} jumps
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
    );
  });
}

/**
 * @param {import("./data.js").Difference} found
 * @param {import("./pairs.js").Pair} pair
 * @param {import("./jump.js").Jumps} jumps
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
