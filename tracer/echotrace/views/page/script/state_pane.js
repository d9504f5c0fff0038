// What the kernel keeps at a step: tasks, descriptor tables, open file descriptions.

import { make, place } from "./dom.js";
import { previous } from "./moves.js";
import { Seen } from "./seen.js";
import { MARK_WORDS } from "./state_line.js";
import { StateView } from "./state_view.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function statePane(store, tabs) {
  const pane = place("state");
  const signs = [...MARK_WORDS].map(([sign, word]) => `${sign} ${word}`).join("  ");
  pane.append(make("p", { class: "legend" }, `Since the step before: ${signs}`));
  const picture = new StateView(pane);
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "side";
    if (pane.hidden) return;
    const { side } = /** @type {import("./tabs.js").SideTab} */ (tab);
    const seen = new Seen(side, view);
    const from = previous(tab.chosen(view), view.at);
    const before = from < view.at ? seen.timeline.states[from] : 0;
    picture.show(side, seen.hidden ? seen.moment() : before, seen.moment());
  });
}
