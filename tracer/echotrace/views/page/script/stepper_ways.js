// The ways to another step, and the keys that go them.

import { make } from "./dom.js";
import { along, first, further, last, next, previous } from "./moves.js";

/**
 * `to` gives the position that a way leads to. Those with a `button` have one, which is named so.
 * @typedef {{keys: string[], told: string, button?: string, to: (chosen: ArrayLike<number>,
 *   at: number, course: (position: number) => number) => number}} Way
 */

const LEAP = 10;

/** A presenter's remote control sends Page Up and Page Down. @type {Way[]} */
export const WAYS = [
  { keys: ["Home"], told: "first step", button: "First", to: first },
  { keys: ["ArrowLeft", "PageUp"], told: "previous step", button: "Previous", to: previous },
  { keys: ["ArrowRight", "PageDown"], told: "next step", button: "Next", to: next },
  { keys: ["End"], told: "last step", button: "Last", to: last },
  {
    keys: ["Shift+ArrowLeft"], told: `${LEAP} steps back`,
    to: (chosen, at) => further(chosen, at, -LEAP),
  },
  {
    keys: ["Shift+ArrowRight"], told: `${LEAP} steps on`,
    to: (chosen, at) => further(chosen, at, LEAP),
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
  "Shift+ArrowLeft": "Shift \u2190", "Shift+ArrowRight": "Shift \u2192", N: "Shift N",
};

/** Keys that act in the stepper too, see search.js and quiz.js. @type {[string, string][]} */
const OTHERS = [["/", "find"], ["r", "reveal the answer of the quiz"], ["?", "this help"]];

/** @param {Way} way */
export function keysOf({ keys }) {
  return keys.map((key) => SIGNS[key] ?? key).join(" or ");
}

/**
 * The name of the key that was pressed, as ways have it.
 * @param {KeyboardEvent} event
 */
export function keyOf({ key, shiftKey }) {
  return shiftKey && key.startsWith("Arrow") ? `Shift+${key}` : key;
}

/** A dialogue that explains the page, and lists the keys. @param {HTMLElement} guide */
export function keysHelp(guide) {
  const told = WAYS.map((way) => /** @type {[string, string]} */ ([keysOf(way), way.told]));
  const rows = [...told, ...OTHERS].map(([keys, what]) =>
    make("tr", {}, make("th", { scope: "row" }, make("kbd", {}, keys)), make("td", {}, what)),
  );
  const heading = make("h2", { id: "keys-heading" }, "Keys in the stepper");
  const note = "They act while the stepper has the focus: click its text, or a row of the timeline.";
  const close = make("button", { value: "close" }, "Close");
  return make(
    "dialog", { class: "keys", "aria-labelledby": "keys-heading" },
    make("h2", {}, "What you see"), guide, heading, make("p", {}, note),
    make("table", {}, make("tbody", {}, ...rows)), make("form", { method: "dialog" }, close),
  );
}
