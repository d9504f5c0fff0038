// What the kernel keeps at a step: tasks, descriptor tables, open file descriptions.

import { make, place } from "./dom.js";
import { Seen } from "./seen.js";
import { MARK_SIGNS } from "./state_line.js";
import { StateView } from "./state_view.js";

const CHANGE_LEGEND = `At this step: ${MARK_SIGNS}`;
const STATE_BEFORE = "The state before this step, until you have answered.";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function statePane(store, tabs) {
  const pane = place("state");
  const legend = make("p", { class: "legend" });
  pane.append(legend);
  const picture = new StateView(pane);
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "side";
    if (tab.kind !== "side") {
      picture.leave();
      return;
    }
    const { side } = tab;
    const seen = new Seen(side, view);
    legend.textContent = seen.hidden ? STATE_BEFORE : CHANGE_LEGEND;
    picture.show(tab, side, seen.momentBefore(tab.chosen(view)), seen.moment());
  });
}
