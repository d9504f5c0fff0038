// The timeline: a lane for each connection, a row for each step.

import { make, place } from "./dom.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function lanesPane(store, tabs) {
  const pane = place("lanes");
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "side";
    if (pane.hidden) return;
    const { side } = /** @type {import("./tabs.js").SideTab} */ (tab);
    const { rows } = side.timeline(view.everything);
    const heads = ["ms", "event", ...side.columns.map((column) => column.title)];
    const table = make("table", {}, make("tr", {}, ...heads.map((head) => make("th", {}, head))));
    const chosen = tab.chosen(view);
    for (let i = 0; i < chosen.length; i += 1) {
      const at = chosen[i];
      const row = rows[at];
      const cells = side.columns.map((_, column) =>
        make("td", {}, column === side.rows.column[row] ? side.line(row) : ""),
      );
      const current = at === view.at;
      table.append(
        make(
          "tr", { class: current ? "current" : "", onclick: () => store.set({ at }) },
          make("td", {}, side.milliseconds(row)), make("td", {}, String(side.rows.seq[row])),
          ...cells,
        ),
      );
    }
    pane.replaceChildren(table);
    table.querySelector(".current")?.scrollIntoView({ block: "nearest" });
  });
}
