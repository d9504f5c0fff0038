import assert from "node:assert/strict";
import test from "node:test";

import { readLink, written } from "./permalink.js";
import { BEGINNING } from "./store.js";

/** @typedef {import("./store.js").View} View */

/**
 * Steps are events 11, 12, ...; connection 1 has the later half; the first step needs all.
 * @type {import("./tabs.js").TabBase}
 */
const SIDE = {
  kind: "side",
  name: "fork",
  chosen: (view) => (view.connection ? (view.connection === 1 ? [2, 3] : []) : [0, 1, 2, 3])
    .filter(() => ["", "P1"].includes(view.task)),
  key: (view) => `${11 + view.at}`,
  position: (key, view) => {
    if (key === "10") return view.everything ? 0 : null;
    return /^1[1-4]r?$/.test(key) ? parseInt(key, 10) - 11 : null;
  },
  told: () => "",
  where: () => "",
  course: () => 0,
};
/** @type {import("./tabs.js").TabBase} */
const PAIR = {
  ...SIDE,
  kind: "pair",
  name: "fork | a&b=c%",
  key: (view) => `${view.at + 1}`,
  position: (key) => (/^[1-4]$/.test(key) ? Number(key) - 1 : null),
};
const TABS = [SIDE, PAIR];
const read = (/** @type {string} */ fragment, beginning = BEGINNING) => readLink(fragment, TABS, beginning);

test("what a link says is what was shown", () => {
  const views = [
    { at: 2 },
    { tab: 1, at: 3 },
    { at: 3, connection: 1, task: "P1", everything: true },
    { at: 1, quiz: "result", lecture: true, theme: "dark" },
  ];
  for (const changes of views) {
    const view = { ...BEGINNING, ...changes };
    assert.deepEqual(read(written(view, TABS, BEGINNING)), { view, problems: [] });
  }
});

test("names are percent-encoded, and a switch that is off is left out", () => {
  const view = { ...BEGINNING, tab: 1, at: 1 };
  assert.equal(written(view, TABS, BEGINNING), "tab=fork%20%7C%20a%26b%3Dc%25&row=2");
});

test("a page that opens with all events has links to the essential ones", () => {
  const beginning = { ...BEGINNING, everything: true };
  assert.equal(written(BEGINNING, TABS, beginning), "tab=fork&event=11&essential");
  assert.equal(read("essential", beginning).view.everything, false);
  assert.equal(read("event=12", beginning).view.everything, true);
});

test("no fragment leads to the beginning without a word", () => {
  assert.deepEqual(read(""), { view: BEGINNING, problems: [] });
});

test("what nobody knows is passed over and told, and the rest is taken", () => {
  const cases = {
    "event=999": "There is no event 999 in this trace; step 1 is shown.",
    "tab=no&event=12": "There is no tab no; fork is shown.",
    "connection=7&event=12": "There is no connection 7; all are shown.",
    "connection=0&event=12": "There is no connection 0; all are shown.",
    "connection=1e0": "There is no connection 1e0; all are shown.",
    "task=%3Cb%3E": "There is no task \u201c<b>\u201d; all are shown.",
    "quiz=all": "There is no quiz all; no quiz is on.",
    "theme=pink": "There is no theme pink; that of the system is taken.",
    "row=3": "This page knows nothing of row.",
    "constructor=1": "This page knows nothing of constructor.",
    "theme=%E0%A4": "There is no theme \u201c%E0%A4\u201d; that of the system is taken.",
    "tab=fork%20%7C%20a%26b%3Dc%25&row=9":
      "There is no row 9 in this comparison; step 1 is shown.",
  };
  for (const [fragment, problem] of Object.entries(cases)) {
    const { view, problems } = read(fragment);
    assert.deepEqual(problems, [problem]);
    assert.equal(view.at, fragment.includes("event=12") ? 1 : 0);
  }
});

test("an event that is hidden is shown with all events, or gives way to the one before it", () => {
  const all = read("event=10");
  assert.equal(all.view.everything, true);
  assert.deepEqual(all.problems, ["Event 10 is not an essential one; all events are shown."]);
  const near = read("event=12&connection=1");
  assert.equal(near.view.at, 2);
  assert.deepEqual(near.problems, ["The filter hides event 12; the step nearest to it is shown."]);
});

test("a long value is not repeated", () => {
  assert.ok(read(`tab=${"x".repeat(5000)}`).problems[0].length < 100);
});
