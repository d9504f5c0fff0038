import assert from "node:assert/strict";
import { test } from "node:test";

import { filtered, unshown } from "./filters.js";
import { BEGINNING } from "./store.js";
import { SideTab } from "./tabs.js";

// Events 1 to 5, of which 1, 3 and 5 are essential; 3 and 4 are of connection 1; 3 waits if all
// events are told.
const side = {
  actors: ["P0", "P1"],
  rows: {
    seq: [1, 2, 3, 3, 4, 3, 5], part: [0, 0, 0, 1, 0, 2, 0], connection: [0, 0, 1, 1, 1, 1, 0],
    actor: [0, 0, 1, 1, 0, 1, 0],
  },
  timeline: (/** @type {boolean} */ everything) =>
    everything ? { rows: [0, 1, 3, 4, 5, 6] } : { rows: [0, 2, 6] },
};
const tab = new SideTab(/** @type {any} */ (side));
const view = { ...BEGINNING, at: 2 };

test("another filter keeps the step, or goes to the nearest one", () => {
  assert.deepEqual(filtered(tab, view, { connection: 1 }), { connection: 1, at: 1 });
  assert.deepEqual(filtered(tab, view, { task: "P0" }), { task: "P0", at: 2 });
  assert.deepEqual(filtered(tab, view, { connection: 9 }), { connection: 9, at: 2 });
});

test("a step has another position where all events are told", () => {
  assert.deepEqual(filtered(tab, view, { everything: true }), { everything: true, at: 5 });
  const all = { ...view, everything: true };
  assert.equal(filtered(tab, { ...all, at: 5 }, { everything: false }).at, 2);
  assert.equal(filtered(tab, { ...all, at: 1 }, { everything: false }).at, 0);
  assert.equal(filtered(tab, { ...all, at: 4 }, { everything: false }).at, 1);
});

test("what all events would show more is counted by event, of what passes the filter", () => {
  assert.equal(unshown(tab, view), 2);
  assert.equal(unshown(tab, { ...view, everything: true }), 2);
  assert.equal(unshown(tab, { ...view, connection: 1 }), 1);
  assert.equal(unshown(tab, { ...view, task: "P1" }), 0);
});
