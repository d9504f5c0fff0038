import assert from "node:assert/strict";
import { test } from "node:test";

import { among, counted, foundRows, nextHit } from "./search_hits.js";

const texts = ["P0 socket() = 3", "C1 connect", "P0 accept(3) = 17", "P0 RECV(4)"];
const seq = [1, 2, 17, 30];
const cells = { found: () => texts, side: { rows: { seq } } };
const rows = (/** @type {string} */ query) => [...foundRows(/** @type {any} */ (cells), query)];

test("a query is found in any case, as it is spelt, and as the number of an event", () => {
  assert.deepEqual(rows("p0"), [0, 2, 3]);
  assert.deepEqual(rows("recv(4)"), [3]);
  assert.deepEqual(rows(".*"), []);
  assert.deepEqual(rows("30"), [3]);
  assert.deepEqual(rows(""), []);
});

test("events that no step shows are counted once", () => {
  const tab = {
    side: { rows: { seq: [1, 1, 2, 2, 3] }, timeline: () => ({ rows: [0, 2, 3, 4] }) },
    chosen: () => [1, 3],
  };
  const found = new Set([0, 1, 2, 4]);
  assert.deepEqual(among(/** @type {any} */ (tab), /** @type {any} */ ({}), found), {
    positions: [1, 3], elsewhere: 1, filtered: false,
  });
});

test("the ways go round", () => {
  assert.equal(nextHit([2, 5, 9], 5, 1), 9);
  assert.equal(nextHit([2, 5, 9], 9, 1), 2);
  assert.equal(nextHit([2, 5, 9], 2, -1), 9);
  assert.equal(nextHit([2, 5, 9], 4, -1), 2);
  assert.equal(nextHit([], 4, 1), undefined);
});

test("what is found is counted, and what is hidden told", () => {
  assert.equal(counted({ positions: [2, 5], elsewhere: 0, filtered: true }, 5), "2 of 2");
  assert.equal(counted({ positions: [2, 5], elsewhere: 1, filtered: true }, 4),
    "2 found, 1 more is hidden by the filter");
  assert.equal(counted({ positions: [], elsewhere: 4, filtered: true }, 4),
    "nothing found, 4 are hidden by the filter");
  assert.equal(counted({ positions: [2], elsewhere: 4, filtered: false }, 2),
    "1 of 1, 4 more among all events");
});
