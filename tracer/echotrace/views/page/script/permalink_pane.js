// The address of the page leads to what is shown, and what is shown follows the address.

import { make, place } from "./dom.js";
import { readLink, written } from "./permalink.js";

/** At most once in this time (ms) the address is written: a browser may refuse more. */
const PAUSE = 350;

/** The fragment of the address; "" if it only leads to an element of the page. */
export function fragment() {
  const found = location.hash.slice(1);
  return document.getElementById(found) ? "" : found;
}

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function linkPane(store, tabs) {
  const status = make("p", { class: "status", role: "status", hidden: true });
  place("stepper").append(status);
  const say = (/** @type {string} */ text) => {
    status.textContent = text;
    status.hidden = !text;
  };
  let waits = 0;
  const write = () => {
    waits = 0;
    const link = `#${written(store.view, tabs, store.beginning)}`;
    if (link !== location.hash) history.replaceState(null, "", link);
  };
  const follow = () => {
    const { view, problems } = readLink(fragment(), tabs, store.beginning);
    store.set(view);
    say(problems.join(" "));
  };
  follow();
  addEventListener("hashchange", follow);
  addEventListener("pagehide", () => waits && write());
  store.show((view, before) => {
    if (view === before) return;
    say("");
    waits ||= window.setTimeout(write, PAUSE);
  });
}

/**
 * The link that leads to what is shown.
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function linkTo(store, tabs) {
  const link = new URL(location.href);
  link.hash = written(store.view, tabs, store.beginning);
  return link.href;
}
