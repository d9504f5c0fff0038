// What stands below the window, named at its lower edge: who does not scroll finds it, too.

import { make, place } from "./dom.js";
import { showUnlessQuiz } from "./seen.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function furtherPane(store, tabs) {
  const pane = place("further");
  showUnlessQuiz(store, tabs, (sides) => {
    const sections = [...(sides ? furtherOf(tabs[store.view.tab]) : []), RECORDED];
    pane.replaceChildren(...sections.map(([id, words]) =>
      make("button", { type: "button", onclick: () => goTo(place(id)) }, words)));
  });
}

/** @type {[string, string]} */
const RECORDED = ["recorded", "How it was recorded"];

/**
 * The sections below that have something to say and may be seen: the place of each, and its words.
 * @param {import("./tabs.js").Tab} tab
 * @returns {[string, string][]}
 */
function furtherOf(tab) {
  const findings = tab.sides.reduce((sum, side) => sum + side.findings.length, 0);
  /** @type {[string, string][]} */
  const sections = [["findings", counted(findings, "finding")]];
  if (tab.kind === "pair") {
    const { differences } = tab.pair.packed;
    sections.unshift(["differences", counted(differences.length, "difference")]);
  }
  return [...sections, ["events", "All events as text"]];
}

/**
 * @param {number} count
 * @param {string} thing
 */
function counted(count, thing) {
  return `${count || "No"} ${thing}${count === 1 ? "" : "s"}`;
}

/**
 * Bring a section below into sight, and be there with the keys, too.
 * @param {HTMLElement} section
 */
function goTo(section) {
  section.tabIndex = -1;
  section.scrollIntoView();
  section.focus();
}
