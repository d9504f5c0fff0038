import assert from "node:assert/strict";
import test from "node:test";

import { PairTab } from "./pair_tab.js";
import { BEGINNING } from "./store.js";

const PARTS = [
  { title: "set-up", first: 0, rows: 1, connections: [0, 0] },
  { title: "#2", first: 1, rows: 2, connections: [2, 1] },
  { title: "#1", first: 3, rows: 2, connections: [1, 2] },
  { title: "#3", first: 5, rows: 1, connections: [0, 3] },
];
const pair = { name: "a | b", size: 6, parts: PARTS, packed: { notes: [] } };
const tab = new PairTab(/** @type {any} */ (pair));

test("a connection is that of the first side that has its number; others have no rows", () => {
  const rows = [0, 1, 2, 3, 4].map((connection) => tab.chosen({ ...BEGINNING, connection }));
  assert.deepEqual(rows, [[0, 1, 2, 3, 4, 5], [3, 4], [1, 2], [5], []]);
});

test("a row's number leads to it and nothing else does", () => {
  assert.equal(tab.key({ ...BEGINNING, at: 4 }), "5");
  assert.deepEqual(["5", "0", "7", "17r", ""].map((key) => tab.position(key)), [
    4, null, null, null, null,
  ]);
});
