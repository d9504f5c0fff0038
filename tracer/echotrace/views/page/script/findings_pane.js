// What is wrong or worth knowing in what a server did, each with the events that prove it.

import { make, place } from "./dom.js";
import { FINDINGS_HEADING, SHAPES, findingId } from "./proofs.js";
import { showUnlessQuiz } from "./seen.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 * @param {import("./jumps.js").Jumps} jumps
 */
export function findingsPane(store, tabs, jumps) {
  const pane = place("findings");
  showUnlessQuiz(store, tabs, (sides) => {
    const found = sides?.flatMap((side) => ofSide(side, sides, jumps));
    pane.replaceChildren(
      make("h2", { id: FINDINGS_HEADING, tabindex: -1 }, heading(tabs[store.view.tab].sides)),
      ...(found ?? [make("p", {}, "Not while the quiz is on.")]),
    );
  });
}

/** One run was judged, not the server. @param {import("./data.js").Side[]} sides */
function heading(sides) {
  return sides.length > 1 ? "What these runs show" : "What this run shows";
}

/**
 * @param {import("./data.js").Side} side
 * @param {import("./data.js").Side[]} sides all that are shown
 * @param {import("./jumps.js").Jumps} jumps
 * @returns {HTMLElement[]}
 */
function ofSide(side, sides, jumps) {
  const named = sides.length > 1;
  const items = side.findings.map((each) => {
    const item = finding(each, side, jumps);
    item.id = findingId(sides, each);
    return item;
  });
  const list = items.length
    ? make("ul", { class: "findings" }, ...items)
    : make("p", {}, named ? `No findings in ${side.name}.` : "No findings.");
  const more = make(
    "p", { class: "further" }, make("code", {}, side.check),
    " tries more scripts and faults, and may find more.",
  );
  return [...(named ? [make("h3", {}, side.name)] : []), list, ...(side.check ? [more] : [])];
}

/**
 * @param {import("./data.js").Finding} found
 * @param {import("./data.js").Side} side
 * @param {import("./jumps.js").Jumps} jumps
 * @returns {HTMLElement}
 */
function finding(found, side, jumps) {
  const { id, severity, sentence, events, places, remedy, cost } = found;
  const facts = [["Remedy", remedy], ["Cost", cost], ["Source", places.join(", ")]];
  return make(
    "li", { class: `finding ${severity}`, tabindex: -1 },
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
