// A tab for each trace.

import { make, place } from "./dom.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function tabsBar(store, tabs) {
  const buttons = tabs.map((tab, number) =>
    make("button", { type: "button", onclick: () => store.set({ tab: number, at: 0 }) }, tab.name),
  );
  place("tabs").append(...buttons);
  store.show((view) => {
    buttons.forEach((button, number) =>
      button.setAttribute("aria-pressed", String(number === view.tab)),
    );
  });
}
