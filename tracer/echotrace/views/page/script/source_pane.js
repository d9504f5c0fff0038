// The source, with the line that just ran and the one that runs next.

import { make, place } from "./dom.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function sourcePane(store, tabs) {
  const pane = place("source");
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "side";
    if (pane.hidden) return;
    const { side } = /** @type {import("./tabs.js").SideTab} */ (tab);
    const row = /** @type {import("./tabs.js").SideTab} */ (tab).row(view);
    if (row === undefined) {
      pane.replaceChildren();
      return;
    }
    const where = side.place(row);
    const lines = where.source === null ? [] : side.sources[where.source].lines;
    const list = make("ol", { class: "lines" });
    lines.forEach((line, index) => {
      const number = index + 1;
      const marks = [number === where.ran && "ran", number === where.upcoming && "upcoming"];
      list.append(make("li", { class: marks.filter(Boolean).join(" ") }, make("code", {}, line)));
    });
    pane.replaceChildren(make("h2", {}, where.title), make("p", {}, where.problem), list);
    list.querySelector(".ran")?.scrollIntoView({ block: "nearest" });
  });
}
