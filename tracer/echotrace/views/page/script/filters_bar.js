// Which steps are taken: of one connection, of one task, the essential ones or all.

import { Chooser } from "./chooser.js";
import { make, place } from "./dom.js";
import { NO_FILTER, filtered, unshown } from "./filters.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function filtersBar(store, tabs) {
  const filter = (/** @type {import("./filters.js").Filter} */ changes) =>
    store.set(filtered(tabs[store.view.tab], store.view, changes));
  const connection = new Chooser("Connection", "all connections", (value) =>
    filter({ connection: Number(value) }),
  );
  const task = new Chooser("Task", "all tasks", (value) => filter({ task: value }));
  const box = make("input", {
    type: "checkbox", onchange: () => filter({ everything: box.checked }),
  });
  const hidden = make("span", { class: "hidden-events" });
  const bar = make(
    "div", { class: "filters", role: "group", "aria-label": "Filter" },
    connection.element, task.element, make("label", {}, box, "all events", hidden),
  );
  bar.addEventListener("keydown", (event) => {
    if (event.key === "Escape") filter(NO_FILTER);
  });
  place("tools").append(bar);
  /** @type {unknown} */
  let offered;
  /** The essential steps whose fellows were counted. @type {unknown} */
  let counted;
  let more = 0;
  store.show((view) => {
    const shown = tabs[view.tab];
    bar.hidden = shown.kind !== "side";
    if (shown.kind !== "side") return;
    const { side } = shown;
    if (offered !== side) {
      offered = side;
      connection.offer(connections(side));
      task.offer(side.actors.map((name) => ({ value: name, text: name })));
    }
    connection.show(view.connection ? String(view.connection) : "");
    task.show(view.task);
    box.checked = view.everything;
    const essential = shown.chosen({ ...view, everything: false });
    if (essential !== counted) more = unshown(shown, view);
    counted = essential;
    hidden.textContent = view.everything || view.quiz ? "" : `(${more} hidden)`;
  });
}

/**
 * The connections of a side, with the titles of their columns if they have some.
 * @param {import("./data.js").Side} side
 */
function connections(side) {
  const titles = new Map(side.columns.map(({ key, title }) => [key, title]));
  const numbers = [...new Set(side.rows.connection)].filter(Boolean).sort((a, b) => a - b);
  return numbers.map((n) => ({ value: String(n), text: titles.get(`#${n}`) ?? `#${n}` }));
}
