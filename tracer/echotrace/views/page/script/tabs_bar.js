// A tab for each trace and for each pair. Another tab shows the same moment, if it has it, or else
// the step that it was left at; each keeps its filter.

import { focusStepper, make, place } from "./dom.js";
import { NO_FILTER, filtered } from "./filters.js";
import { nearest } from "./moves.js";
import { sameMoment } from "./same_moment.js";
import { quizIn } from "./seen.js";

/** @typedef {import("./store.js").View} View */

/** Where the arrow keys take the focus, from one tab of so many; Enter and Space show its tab. */
const KEYS = /** @type {Record<string, (number: number, count: number) => number>} */ ({
  ArrowLeft: (number, count) => (number + count - 1) % count,
  ArrowRight: (number, count) => (number + 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
});

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function tabsBar(store, tabs) {
  /** @type {Map<number, View>} */
  const left = new Map();
  /** A comparison would tell what a quiz asks. */
  const closed = (/** @type {number} */ number) =>
    tabs[number].kind === "pair" && quizIn(store.view, tabs);
  const go = (/** @type {number} */ number) => {
    if (!closed(number)) store.set(returned(tabs, number, store.view, left.get(number)));
  };
  const buttons = tabs.map((tab, number) =>
    make("button", {
      type: "button", role: "tab", id: `tab-${number}`, "aria-controls": "panes",
      onclick: (/** @type {MouseEvent} */ { detail }) => {
        go(number);
        if (detail) focusStepper(); // a key stays at the tabs
      },
    }, tab.name),
  );
  const bar = place("tabs");
  bar.append(...buttons);
  bar.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const open = [...tabs.keys()].filter((number) => !closed(number));
    const from = open.findIndex((number) => buttons[number] === event.target);
    buttons[open[way(from, open.length)]].focus();
  });
  store.show((view, before) => {
    if (view.tab !== before.tab) left.set(before.tab, before);
    buttons.forEach((button, number) => {
      const chosen = number === view.tab;
      button.setAttribute("aria-selected", String(chosen));
      button.setAttribute("aria-disabled", String(closed(number)));
      button.title = closed(number) ? "Not while the quiz is on" : "";
      button.tabIndex = chosen ? 0 : -1;
    });
    place("panes").setAttribute("aria-labelledby", `tab-${view.tab}`);
  });
}

/**
 * The changes with which a tab is shown: at the same moment, as it was left, or from its beginning.
 * @param {import("./tabs.js").Tab[]} tabs
 * @param {number} number
 * @param {View} view
 * @param {View | undefined} was how it was left
 * @returns {Partial<View>}
 */
function returned(tabs, number, view, was) {
  if (number === view.tab) return {};
  const tab = tabs[number];
  const same = quizIn(view, tabs) ? null : sameMoment(tabs, view, number);
  if (same !== null) {
    const { connection, task } = was ?? NO_FILTER;
    const after = { tab: number, connection, task };
    return { ...after, at: nearest(tab.chosen({ ...view, ...after }), same) };
  }
  if (!was) return { tab: number, at: 0, ...NO_FILTER };
  const { at, connection, task } = was;
  if (tab.kind !== "side") return { tab: number, at, connection, task };
  const { everything } = view;
  return { tab: number, connection, task, ...filtered(tab, was, { everything }) };
}
