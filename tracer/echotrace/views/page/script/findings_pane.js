// What is wrong or worth knowing in what a server did, each with the events that prove it.

import { make, place } from "./dom.js";
import { showUnlessQuiz } from "./seen.js";

/** The shape of a severity, which is its own in grey, too. */
const SHAPES = new Map([["error", "\u25a0"], ["warning", "\u25b2"], ["note", "\u25cb"]]);

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 * @param {import("./jump.js").Jumps} jumps
 */
export function findingsPane(store, tabs, jumps) {
  const pane = place("findings");
  showUnlessQuiz(store, tabs, (sides) => {
    const found = sides?.flatMap((side) => ofSide(side, jumps, sides.length > 1));
    pane.replaceChildren(
      make("h2", {}, "Findings"), ...(found ?? [make("p", {}, "Not while the quiz is on.")]),
    );
  });
}

/**
 * @param {import("./data.js").Side} side
 * @param {import("./jump.js").Jumps} jumps
 * @param {boolean} named whether the side is one of several
 * @returns {HTMLElement[]}
 */
function ofSide(side, jumps, named) {
  const list = side.findings.length
    ? make("ul", { class: "findings" }, ...side.findings.map((each) => finding(each, side, jumps)))
    : make("p", {}, named ? `No findings in ${side.name}.` : "No findings.");
  return named ? [make("h3", {}, side.name), list] : [list];
}

/**
 * @param {import("./data.js").Finding} found
 * @param {import("./data.js").Side} side
 * @param {import("./jump.js").Jumps} jumps
 * @returns {HTMLElement}
 */
function finding(found, side, jumps) {
  const { id, severity, sentence, events, places, remedy, cost } = found;
  const facts = [["Otherwise", cost], ["Remedy", remedy], ["Source", places.join(", ")]];
  return make(
    "li", { class: `finding ${severity}` },
    make(
      "p", {},
      make("span", { class: "shape", "aria-hidden": "true" }, SHAPES.get(severity) ?? ""), " ",
      make("b", { class: "severity" }, severity), " ", make("code", {}, id), " ",
      make("span", { class: "sentence" }, sentence),
    ),
    make(
      "dl", {},
      ...facts.filter(([, text]) => text).flatMap(([name, text]) =>
        [make("dt", {}, name), make("dd", {}, text)]),
      ...(events.length
        ? [make("dt", {}, "Events"), make("dd", {}, jumps.buttons(side, events))]
        : []),
    ),
  );
}
