import assert from "node:assert/strict";
import { test } from "node:test";

import { waitSpans, waitingAt } from "./lane_waits.js";

const never = () => false;

test("somebody waits from an odd change to the next even one", () => {
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map((at) => waitingAt([1, 3, 5], at)), [
    false, true, true, false, false, true, true,
  ]);
});

test("a wait reaches from the middle of its call to the middle of its return", () => {
  assert.deepEqual(waitSpans([1, 3], [0, 1, 2, 3, 4], never), [[1, 7]]);
});

test("a wait that nothing ends goes on to the end", () => {
  assert.deepEqual(waitSpans([1], [0, 1, 2], never), [[1, 6]]);
});

test("a call that returns in the next row waits between the two", () => {
  assert.deepEqual(waitSpans([1, 1], [0, 1], (at) => at === 0), [[1, 3]]);
});

test("rows that are left out shorten a wait and break none", () => {
  assert.deepEqual(waitSpans([1, 8], [0, 4, 6, 9], never), [[1, 6]]);
  assert.deepEqual(waitSpans([1, 8], [4, 8], never), [[0, 3]]);
});
