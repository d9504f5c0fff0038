import assert from "node:assert/strict";
import test from "node:test";

import { below, nearest, next, previous } from "./moves.js";

const CHOSEN = [2, 5, 9];

test("a step leads to the nearest chosen position, and stays at either end", () => {
  assert.deepEqual([0, 2, 4, 9].map((at) => next(CHOSEN, at)), [2, 5, 5, 9]);
  assert.deepEqual([9, 6, 2, 0].map((at) => previous(CHOSEN, at)), [5, 5, 2, 2]);
});

test("a position that is not chosen gives way to the one before it, or the first", () => {
  assert.deepEqual([0, 2, 8, 20].map((at) => nearest(CHOSEN, at)), [2, 2, 5, 9]);
});

test("where nothing is chosen one stays where one is", () => {
  assert.deepEqual([next([], 3), previous([], 3), nearest([], 3)], [3, 3, 3]);
  assert.equal(below([], 3), 0);
});
