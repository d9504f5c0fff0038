// What the kernel keeps at a step: tasks, descriptor tables, open file descriptions.

import { changes } from "./changes.js";
import { make, place } from "./dom.js";
import { previous } from "./moves.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function statePane(store, tabs) {
  const pane = place("state");
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "side";
    if (pane.hidden) return;
    const { side } = /** @type {import("./tabs.js").SideTab} */ (tab);
    const { states } = side.timeline(view.everything);
    const chosen = tab.chosen(view);
    const from = previous(chosen, view.at);
    const before = side.moments.at(from < view.at ? states[from] : 0);
    const after = side.moments.at(states[view.at] ?? 0);
    pane.replaceChildren(
      ...side.moments.sections.flatMap((title, section) => {
        const list = make("ul", { class: "state" });
        for (const line of changes(before[section], after[section], (n) => side.moments.line(n))) {
          const facts = line.facts.map((fact) =>
            [fact.label, fact.text, fact.was && `(was ${fact.was})`].filter(Boolean).join(" "),
          );
          const text = [line.head, ...facts].join(" \u00b7 ");
          list.append(make("li", { "data-mark": line.mark, "data-depth": line.depth }, text));
        }
        return [make("h3", {}, title), list];
      }),
    );
  });
}
