// The ways to another step, and the keys that go them.

import { make } from "./dom.js";
import { along, first, further, last, next, previous } from "./moves.js";

/**
 * `to` gives the position that a way leads to. Those with a `button` have one, which is named so.
 * @typedef {{keys: string[], told: string, button?: string, to: (chosen: ArrayLike<number>,
 *   at: number, course: (position: number) => number) => number}} Way
 */

/** Steps that a page has. */
const PAGE = 10;

/** @type {Way[]} */
export const WAYS = [
  { keys: ["Home"], told: "first step", button: "First", to: first },
  { keys: ["ArrowLeft"], told: "previous step", button: "Previous", to: previous },
  { keys: ["ArrowRight"], told: "next step", button: "Next", to: next },
  { keys: ["End"], told: "last step", button: "Last", to: last },
  {
    keys: ["PageUp"], told: `${PAGE} steps back`,
    to: (chosen, at) => further(chosen, at, -PAGE),
  },
  {
    keys: ["PageDown"], told: `${PAGE} steps on`,
    to: (chosen, at) => further(chosen, at, PAGE),
  },
  {
    keys: ["n"], told: "next step of this connection",
    to: (chosen, at, course) => along(chosen, at, 1, course),
  },
  {
    keys: ["N"], told: "previous step of this connection",
    to: (chosen, at, course) => along(chosen, at, -1, course),
  },
];

/** How a key is written, where that is not its name. @type {Record<string, string>} */
const SIGNS = {
  ArrowLeft: "\u2190", ArrowRight: "\u2192", PageUp: "Page Up", PageDown: "Page Down",
  N: "Shift N",
};

/** Keys that act in the stepper too, see search.js and quiz.js. @type {[string, string][]} */
const OTHERS = [["/", "find"], ["r", "reveal the answer of the quiz"], ["?", "this help"]];

/** @param {Way} way */
export function keysOf({ keys }) {
  return keys.map((key) => SIGNS[key] ?? key).join(" ");
}

/** A dialogue that lists the keys. */
export function keysHelp() {
  const told = WAYS.map((way) => /** @type {[string, string]} */ ([keysOf(way), way.told]));
  const rows = [...told, ...OTHERS].map(([keys, what]) =>
    make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, keys)), make("td", {}, what)),
  );
  const heading = make("h2", { id: "keys-heading" }, "Keys in the stepper");
  const note = "They act while the stepper has the focus: click one of its buttons, or its text.";
  const close = make("button", { value: "close" }, "Close");
  return make(
    "dialog", { class: "keys", "aria-labelledby": "keys-heading" }, heading, make("p", {}, note),
    make("table", {}, make("tbody", {}, ...rows)), make("form", { method: "dialog" }, close),
  );
}
