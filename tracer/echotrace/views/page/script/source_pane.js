// The source at a step.

import { place } from "./dom.js";
import { Seen } from "./seen.js";
import { SourceView } from "./source_view.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function sourcePane(store, tabs) {
  const pane = place("source");
  const program = new SourceView(pane);
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "side";
    if (tab.kind !== "side") return;
    const row = tab.row(view);
    program.show(tab.side, row, row === undefined ? null : new Seen(tab.side, view).place());
    store.whenShown(() => program.reveal());
  });
}
