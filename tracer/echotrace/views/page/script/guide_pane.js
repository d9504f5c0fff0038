// What a newcomer sees above the panes until the first step, and everybody behind the ? button.

import { make, place } from "./dom.js";
import { fragment } from "./permalink_pane.js";

/** A link that names a step was made by somebody who knows the page. */
const STEP = /(^|&)(event|row|step)=/;

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function guidePane(store, tabs) {
  if (STEP.test(fragment())) return;
  const box = make("div", { id: "guide" });
  place("panes").before(box);
  store.show((view, before) => {
    if (view.at !== before.at) box.remove();
    if (view.tab === before.tab && box.firstChild) return;
    const gone = make("p", { class: "note" }, "Gone with the first step; ? shows it again.");
    box.replaceChildren(...guideOf(tabs[view.tab].sides), gone);
  });
}

/**
 * What was recorded, and what the names and marks mean.
 * @param {import("./data.js").Side[]} sides
 * @returns {HTMLElement[]}
 */
export function guideOf(sides) {
  const recorded = sides.map(({ guide }) => make("p", {}, make("b", {}, guide[0])));
  const meant = new Set(sides.flatMap(({ guide }) => guide.slice(1)));
  const items = [...meant].map((text) => make("li", {}, text));
  return [...recorded, make("ul", {}, ...items)];
}
