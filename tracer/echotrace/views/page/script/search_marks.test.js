import assert from "node:assert/strict";
import { test } from "node:test";

import { places } from "./search_marks.js";

test("a query is found wherever it stands, in any case, and is no pattern", () => {
  assert.deepEqual(places("recv(4) → recvfrom", "RECV"), [[0, 4], [10, 14]]);
  assert.deepEqual(places("a.c abc", "a.c"), [[0, 3]]);
  assert.deepEqual(places("select([3, 4]) = [4]", "[4]"), [[17, 20]]);
  assert.deepEqual(places("a/b-c^d", "/b-c^"), [[1, 6]]);
});
