import assert from "node:assert/strict";
import { test } from "node:test";

import { waitSpans } from "./lane_waits.js";

const never = () => false;
const between = (/** @type {number} */ begin, /** @type {number} */ end) =>
  (/** @type {number} */ at) => at >= begin && at < end;

test("a wait reaches from the middle of its call to the middle of its return", () => {
  assert.deepEqual(waitSpans([0, 1, 2, 3, 4], between(1, 3), never), [[1, 7]]);
});

test("a wait that nothing ends goes on to the end", () => {
  assert.deepEqual(waitSpans([0, 1, 2], between(1, Infinity), never), [[1, 6]]);
});

test("a call of which no wait is told is hatched where it begins", () => {
  assert.deepEqual(waitSpans([0, 1], never, (at) => at === 0), [[1, 2]]);
});

test("rows that are left out shorten a wait and break none", () => {
  assert.deepEqual(waitSpans([0, 4, 6, 9], between(1, 8), never), [[1, 6]]);
  assert.deepEqual(waitSpans([4, 8], between(1, 8), never), [[0, 3]]);
});
