import assert from "node:assert/strict";
import test from "node:test";

import { RETURN } from "./data.js";
import { headOf, sourceOf, sideTold } from "./pair_words.js";

const SIDE = {
  name: "fork", rows: { seq: [7, 9], part: [0, RETURN] },
  neverReturned: () => "", told: () => "P0 accepts #1.",
  milliseconds: () => "0.52",
  place: () => ({ title: "fork.c line 2", source: 0, ran: 2 }),
  sources: [{ name: "fork.c", lines: ["int main", "  accept();"] }],
};

/**
 * @param {number | undefined} row
 * @param {{here?: boolean, ahead?: boolean, said?: string, back?: string}} [more]
 */
function pair(row, { here = false, ahead = false, said = "", back = "" } = {}) {
  return /** @type {any} */ ({
    sides: [SIDE], said: () => said, own: () => (here ? row : undefined),
    standing: () => ({ row, here, ahead }), backTo: () => back,
  });
}

test("a side that has the step is told of with event, time and source line", () => {
  const has = pair(0, { here: true });
  assert.equal(sideTold(has, 0, 0), "P0 accepts #1.");
  assert.equal(headOf(has, 0, 0), "fork \u00b7 event 7 \u00b7 0.52 ms");
  assert.deepEqual(sourceOf(has, 0, 0), ["fork.c line 2", "accept();"]);
});

test("a gap says that nothing is there, and which state is shown", () => {
  const lacks = "fork has no counterpart here.";
  assert.equal(sideTold(pair(1), 0, 0), `${lacks} Its state stays as it is after event 9.`);
  assert.equal(
    sideTold(pair(1, { ahead: true }), 0, 0),
    `${lacks} Its state is that before event 9, which begins this course.`,
  );
  assert.equal(
    sideTold(pair(undefined), 0, 0), `${lacks} Its state is that before its first event.`,
  );
  assert.deepEqual([headOf(pair(1), 0, 0), sourceOf(pair(1), 0, 0)], [
    "fork \u00b7 no event", ["", ""],
  ]);
});

test("a row that goes back in time says so; a call that waited has returned from its line", () => {
  const back = pair(1, { here: true, back: "0.52" });
  assert.equal(headOf(back, 0, 0), "fork \u00b7 event 9 \u00b7 back to 0.52 ms");
  assert.equal(sourceOf(back, 0, 0)[0], "fork.c line 2, returned from this line:");
});

test("a call that never returns is told of as a whole, with the state at the end", () => {
  const left = { ...SIDE, neverReturned: () => "accept has not returned." };
  const has = { ...pair(0, { here: true }), sides: [left] };
  assert.equal(headOf(has, 0, 0), "fork \u00b7 event 7 \u00b7 from 0.52 ms");
  const told = "accept has not returned. Its state is that at the end of the trace.";
  assert.equal(sideTold(has, 0, 0), told);
  assert.equal(sourceOf(has, 0, 0)[0], "fork.c line 2, waits in this line:");
});

test("a gap names the event by which the side does the same elsewhere", () => {
  assert.equal(
    sideTold(pair(0, { said: "event 26, below" }), 0, 0),
    "fork does the same at event 26, below. Its state stays as it is after event 7.",
  );
});
