// First, previous, next, last, the slider, and the sentence that explains the step.

import { make, place } from "./dom.js";
import { below, next, previous } from "./moves.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function stepperPane(store, tabs) {
  const pane = place("stepper");
  const chosen = () => tabs[store.view.tab].chosen(store.view);
  /** @type {[string, string, () => number][]} */
  const ways = [
    ["First", "Home", () => chosen()[0]],
    ["Previous", "ArrowLeft", () => previous(chosen(), store.view.at)],
    ["Next", "ArrowRight", () => next(chosen(), store.view.at)],
    ["Last", "End", () => chosen()[chosen().length - 1]],
  ];
  const buttons = ways.map(([name, , way]) =>
    make("button", { type: "button", onclick: () => store.set({ at: way() }) }, name),
  );
  const slider = make("input", {
    type: "range", min: 0, "aria-label": "Step",
    oninput: () => store.set({ at: chosen()[slider.valueAsNumber] }),
  });
  const where = make("output", { id: "where" });
  const told = make("p", { id: "told", "aria-live": "polite" });
  pane.append(...buttons, slider, where, told);
  pane.addEventListener("keydown", (event) => {
    const way = ways.find(([, key]) => key === event.key);
    if (!way || event.target === slider) return;
    event.preventDefault();
    store.set({ at: way[2]() });
  });
  store.show((view) => {
    const positions = chosen();
    slider.max = String(Math.max(0, positions.length - 1));
    slider.value = String(below(positions, view.at));
    where.value = `Step ${below(positions, view.at) + 1} of ${positions.length}`;
    const tab = tabs[view.tab];
    if (tab.kind !== "side") return;
    const { side } = /** @type {import("./tabs.js").SideTab} */ (tab);
    const row = /** @type {import("./tabs.js").SideTab} */ (tab).row(view);
    told.textContent = row === undefined ? "There is no event in this trace." : side.told(row);
  });
}
