// What the kernel keeps at a step: tasks, descriptor tables, open file descriptions.

import { make, place } from "./dom.js";
import { previous } from "./moves.js";
import { MARKS } from "./state_line.js";
import { StateView } from "./state_view.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function statePane(store, tabs) {
  const pane = place("state");
  const signs = [...MARKS].map(([sign, word]) => `${sign} ${word}`).join("  ");
  pane.append(make("p", { class: "legend" }, `Since the step before: ${signs}`));
  const picture = new StateView(pane);
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "side";
    if (pane.hidden) return;
    const { side } = /** @type {import("./tabs.js").SideTab} */ (tab);
    const { states } = side.timeline(view.everything);
    const from = previous(tab.chosen(view), view.at);
    picture.show(side, from < view.at ? states[from] : 0, states[view.at] ?? 0);
  });
}
