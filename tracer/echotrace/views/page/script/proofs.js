// Where one sees that something was found: how much, above all steps; and what, at those that prove it.

import { make } from "./dom.js";
import { quizIn } from "./seen.js";

/**
 * @typedef {import("./data.js").Finding} Finding
 * @typedef {import("./data.js").Side} Side
 * @typedef {import("./tabs.js").Tab} Tab
 * @typedef {import("./store.js").View} View
 */

/** The shape of a severity, which is its own in grey, too; the gravest first. */
export const SHAPES = new Map([["error", "\u25a0"], ["warning", "\u25b2"], ["note", "\u25cb"]]);
export const FINDINGS_HEADING = "findings-heading";

/**
 * What is found at an event, the gravest first; notes are no cause to look.
 * @param {Side} side
 * @param {number} seq
 * @returns {Finding[]}
 */
export function provedBy(side, seq) {
  let known = PROOFS.get(side);
  if (!known) {
    known = new Map();
    for (const severity of ["error", "warning"]) {
      for (const found of side.findings.filter((each) => each.severity === severity)) {
        for (const event of new Set(found.events)) {
          known.set(event, [...(known.get(event) ?? []), found]);
        }
      }
    }
    PROOFS.set(side, known);
  }
  return known.get(seq) ?? [];
}

/** @type {WeakMap<Side, Map<number, Finding[]>>} */
const PROOFS = new WeakMap();

/**
 * What is found at a step, each with its side.
 * @param {Tab} tab
 * @param {View} view
 * @param {number} [at]
 * @returns {{side: Side, found: Finding}[]}
 */
function provedAt(tab, view, at = view.at) {
  const rows = tab.kind === "pair"
    ? tab.sides.map((_, which) => tab.pair.own(at, which))
    : [tab.row(view, at)];
  const proved = tab.sides.flatMap((side, which) => {
    const row = rows[which];
    const found = row === undefined ? [] : provedBy(side, side.rows.seq[row]);
    return found.map((each) => ({ side, found: each }));
  });
  return proved.sort((one, other) => order(one.found) - order(other.found));
}

/**
 * The gravest finding of each step that proves one; none while a quiz is on.
 * @param {Tab[]} tabs
 * @param {View} view
 * @returns {(at: number) => Finding | undefined}
 */
export function gravestIn(tabs, view) {
  const tab = tabs[view.tab];
  if (quizIn(view, tabs)) return () => undefined;
  return (at) => provedAt(tab, view, at)[0]?.found;
}

/** @param {Finding} found */
function order({ severity }) {
  return [...SHAPES.keys()].indexOf(severity);
}

/**
 * A severity as a shape, and as a word for those who do not see that.
 * @param {Finding} found
 */
export function sign({ severity, id, sentence }) {
  return make(
    "span", { class: `proof ${severity}`, title: `${severity}: ${id}: ${sentence}` },
    make("span", { class: "shape", "aria-hidden": "true" }, SHAPES.get(severity) ?? ""),
    make("span", { class: "spoken" }, `${severity} `),
  );
}

/**
 * The id of a finding's element.
 * @param {Side[]} sides those that are shown
 * @param {Finding} found
 */
export function findingId(sides, found) {
  return `finding-${sides.flatMap((side) => side.findings).indexOf(found) + 1}`;
}

/** The count of findings, and the line that names the one of a step. */
export class Proofs {
  constructor() {
    this.counts = make("button", {
      type: "button", class: "counts", title: "What this run shows, below",
      onclick: () => document.getElementById(FINDINGS_HEADING)?.focus(),
    });
    this.line = make("p", { class: "proved" });
  }

  /**
   * @param {Tab[]} tabs
   * @param {View} view
   */
  show(tabs, view) {
    const { sides } = tabs[view.tab];
    const quiz = quizIn(view, tabs);
    const counts = quiz ? [] : countsOf(sides.flatMap(({ findings }) => findings));
    this.counts.hidden = !counts.length;
    const named = counts.map(([shape, text]) =>
      make("span", {}, make("span", { class: "shape", "aria-hidden": "true" }, shape), ` ${text}`));
    this.counts.replaceChildren(...named.flatMap((each, index) => (index ? [", ", each] : [each])));
    const [first, ...more] = quiz ? [] : provedAt(tabs[view.tab], view);
    this.line.hidden = !first;
    this.line.replaceChildren(...(first ? [link(sides, first, more.length)] : []));
  }
}

/**
 * How many findings there are of each severity; notes are not counted.
 * @param {Finding[]} findings
 * @returns {[string, string][]} shape and text
 */
export function countsOf(findings) {
  return ["error", "warning"].flatMap((severity) => {
    const count = findings.filter((each) => each.severity === severity).length;
    const text = `${count} ${severity}${count === 1 ? "" : "s"}`;
    return count ? [/** @type {[string, string]} */ ([SHAPES.get(severity) ?? "", text])] : [];
  });
}

/**
 * @param {Side[]} sides
 * @param {{side: Side, found: Finding}} proved
 * @param {number} more how many are found there besides
 */
function link(sides, { side, found }, more) {
  const id = findingId(sides, found);
  const onclick = (/** @type {Event} */ event) => {
    event.preventDefault(); // the fragment is the permalink's
    document.getElementById(id)?.focus();
  };
  const whose = sides.length > 1 ? `${side.name}: ` : "";
  const besides = more ? ` (and ${more} more)` : "";
  const text = `${whose}${found.id}: ${found.sentence}${besides}`;
  return make("a", { href: `#${id}`, title: text, onclick }, sign(found), ` ${text}`);
}
