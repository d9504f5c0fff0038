import assert from "node:assert/strict";
import test from "node:test";

import { beginnings, ticks } from "./slider.js";

test("a course begins with its first step, and the server is none", () => {
  const course = (/** @type {number} */ at) => [0, 0, 2, 1, 2, 0, 1][at];
  assert.deepEqual(beginnings([0, 1, 2, 3, 4, 5, 6], course), [2, 3]);
  assert.deepEqual(beginnings([5, 6, 4], course), [1, 2]);
});

test("a mark stands where its step is between the ends", () => {
  assert.equal(ticks([0, 1, 4], [5, 6, 7, 8, 9]), "M0 0V1M0.25 0V1M1 0V1");
  assert.equal(ticks([0], [5]), "M0 0V1");
});

test("marks that could not be told apart are one", () => {
  const many = Array.from({ length: 50_000 }, (_, index) => index);
  assert.ok(ticks(many, many).length < 401 * 12);
});
