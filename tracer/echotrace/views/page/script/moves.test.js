import assert from "node:assert/strict";
import test from "node:test";

import { along, below, first, further, last, nearest, next, previous } from "./moves.js";

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

test("several steps lead no further than the ends", () => {
  assert.deepEqual([[2, 1], [2, 5], [9, -1], [9, -5], [4, -1], [6, 1]].map(
    ([at, count]) => further(CHOSEN, at, count)), [5, 9, 5, 2, 2, 9]);
  assert.deepEqual([first(CHOSEN, 5), last(CHOSEN, 5)], [2, 9]);
});

test("along a course one goes to its next step, and stays at the last of them", () => {
  const course = (/** @type {number} */ at) => at % 2;
  assert.equal(along([1, 2, 4, 5, 7], 1, 1, course), 5);
  assert.equal(along([1, 2, 4, 5, 7], 7, 1, course), 7);
  assert.equal(along([1, 2, 4, 5, 7], 5, -1, course), 1);
  assert.equal(along([1, 2, 4, 5, 7], 2, -1, course), 2);
});

test("no way leads anywhere where nothing is chosen", () => {
  const ends = [first([], 3), last([], 3), further([], 3, 10), along([], 3, 1, () => 0)];
  assert.deepEqual(ends, [3, 3, 3, 3]);
});
