// Every event as text: tables that are made when they are asked for, in pieces.

import { BEGIN, RETURN } from "./data.js";
import { make, place } from "./dom.js";
import { showUnlessQuiz } from "./seen.js";

/** Rows of a table: so many are made without a pause, and not laid out before they are seen. */
const ROWS_A_TABLE = 250;
const EVENT_HEADS = ["event", "ms", "who", "connection", "what", "outcome", "explanation"];

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function eventsPane(store, tabs) {
  const pane = place("events");
  skipLinkTo(pane);
  showUnlessQuiz(store, tabs, (sides) => {
    const instead = ["All events as text: not while the quiz is on."];
    pane.replaceChildren(...(sides?.map(eventsOf) ?? instead));
  });
}

/**
 * A link at the top of the page: who does not see the lanes reads on here.
 * @param {HTMLElement} pane
 */
function skipLinkTo(pane) {
  pane.tabIndex = -1;
  const onclick = (/** @type {Event} */ event) => {
    event.preventDefault(); // the fragment is the permalink's
    const details = pane.querySelector("details");
    if (details) details.open = true;
    (pane.querySelector("summary") ?? pane).focus();
  };
  const look = { class: "skip", href: "#events", onclick };
  document.body.prepend(make("a", look, "All events as text"));
}

/**
 * All events of a side, unfolded by its reader.
 * @param {import("./data.js").Side} side
 */
function eventsOf(side) {
  const summary = make("summary", {}, `All events of ${side.name} as text`);
  const details = make("details", { ontoggle: begin }, summary);
  function begin() {
    if (details.childElementCount === 1 && details.open) addPieces(details, side);
  }
  return details;
}

/**
 * Puts one table behind the other, and lets the page live in between.
 * @param {HTMLElement} details
 * @param {import("./data.js").Side} side
 */
function addPieces(details, side) {
  const { rows } = side.everything;
  let first = 0;
  function more() {
    details.append(eventsTable(side, rows, first));
    first += ROWS_A_TABLE;
    if (first < rows.length && details.isConnected) setTimeout(more);
    else details.dataset.complete = "";
  }
  more();
}

/**
 * @param {import("./data.js").Side} side
 * @param {number[]} rows
 * @param {number} first
 */
function eventsTable(side, rows, first) {
  const end = Math.min(first + ROWS_A_TABLE, rows.length);
  const which = rows.length > ROWS_A_TABLE ? `, rows ${first + 1} to ${end} of ${rows.length}` : "";
  const heads = EVENT_HEADS.map((head) => make("th", { scope: "col" }, head));
  return make(
    "div", { class: "piece" },
    make(
      "table", { class: "events" },
      make("caption", {}, `All events of ${side.name}${which}`),
      make("thead", {}, make("tr", {}, ...heads)),
      make("tbody", {}, ...rows.slice(first, end).map((row) => eventRow(side, row))),
    ),
  );
}

/**
 * @param {import("./data.js").Side} side
 * @param {number} row
 */
function eventRow(side, row) {
  const { head, kernel } = side.cell(row);
  const connection = side.rows.connection[row];
  const texts = [
    side.milliseconds(row),
    side.actors[side.rows.actor[row]],
    connection ? `#${connection}` : "",
    [head, kernel && `\u2192 ${kernel}`].filter(Boolean).join(" "),
    outcomeOf(side, row),
    side.told(row),
  ];
  const number = make("th", { scope: "row" }, String(side.rows.seq[row]));
  return make("tr", {}, number, ...texts.map((text) => make("td", {}, text)));
}

/**
 * What came of a step, in words where it is the begin or the return of a call that waited.
 * @param {import("./data.js").Side} side
 * @param {number} row
 */
function outcomeOf(side, row) {
  const part = side.rows.part[row];
  if (part === BEGIN) return "begins, and waits";
  const { outcome, data, note } = side.cell(row);
  const returned = part === RETURN ? "returns" : "";
  return [returned, outcome, data, note && `\u00b7 ${note}`].filter(Boolean).join(" ");
}
