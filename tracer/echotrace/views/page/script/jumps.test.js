import assert from "node:assert/strict";
import test from "node:test";

import { wayTo } from "./jumps.js";
import { BEGINNING } from "./store.js";

/** Of both the tasks are 0 and 1; event 12 is the last one of task 1, and 7 that before it. */
const rows = { seq: [7, 8, 12, 13], actor: [1, 0, 1, 0] };
const FORK = /** @type {any} */ ({ name: "fork", rows });
const THREAD = /** @type {any} */ ({ name: "thread", rows });

/**
 * A side's tab: of its events 7 and 8 only 7 is essential, and of connection 1; 8 of connection 2.
 * @param {any} side
 */
function sideTab(side) {
  return /** @type {any} */ ({
    kind: "side", side,
    /** @type {(view: import("./store.js").View) => number[]} */
    chosen: ({ everything, connection, task }) => [0, ...(everything ? [1] : [])].filter((at) =>
      (!connection || at + 1 === connection) && (!task || task === `P${at}`)),
    /** @type {(key: string, view: import("./store.js").View) => number | null} */
    position: (key, { everything }) => (key === "7" ? 0 : key === "8" && everything ? 1 : null),
  });
}

const PAIR = {
  sides: [FORK, THREAD],
  /** @type {(seq: number, which: number) => number | undefined} */
  rowOf: (seq, which) => (seq === 7 ? 10 + which : undefined),
};
const PAIR_TAB = {
  kind: "pair", pair: PAIR,
  /** @type {(view: import("./store.js").View) => number[]} */
  chosen: ({ connection }) => (connection === 2 ? [] : [10, 11]),
};
const TABS = /** @type {any[]} */ ([sideTab(FORK), sideTab(THREAD), PAIR_TAB]);

test("an event that is shown anyway is simply gone to", () => {
  const way = { changes: { tab: 0, everything: false, at: 0 }, told: "" };
  assert.deepEqual(wayTo(TABS, BEGINNING, FORK, 7), way);
});

test("what hides an event falls, and that is said", () => {
  const view = { ...BEGINNING, connection: 1, task: "P1" };
  assert.deepEqual(wayTo(TABS, view, FORK, 8), {
    changes: { tab: 0, everything: true, at: 1, connection: 0 },
    told: "Event 8: all events are shown now, and the filter by connection is off.",
  });
  assert.deepEqual(wayTo(TABS, { ...view, task: "P2" }, FORK, 8), {
    changes: { tab: 0, everything: true, at: 1, connection: 0, task: "" },
    told: "Event 8: all events are shown now, and the filter by connection is off, "
      + "and the filter by task is off.",
  });
});

test("in a pair an event leads to its row, or else to the tab of its side", () => {
  const view = { ...BEGINNING, tab: 2, connection: 2 };
  assert.deepEqual(wayTo(TABS, { ...view, connection: 0 }, THREAD, 7), {
    changes: { at: 11 }, told: "",
  });
  assert.deepEqual(wayTo(TABS, view, THREAD, 7), {
    changes: { at: 11, connection: 0 }, told: "Event 7: the filter by connection is off.",
  });
  assert.deepEqual(wayTo(TABS, view, THREAD, 8), {
    changes: { tab: 1, everything: true, at: 1 },
    told: "Event 8 of thread: all events are shown now.",
  });
});

test("the end of a task is seen at the call that leads to it, without all events", () => {
  assert.deepEqual(wayTo(TABS, BEGINNING, FORK, 12), {
    changes: { tab: 0, everything: false, at: 0 },
    told: "Event 12: the end that event 7 leads to; that is shown.",
  });
});

test("an event that a side does not have leads nowhere", () => {
  assert.equal(wayTo(TABS, BEGINNING, FORK, 9), null);
});
