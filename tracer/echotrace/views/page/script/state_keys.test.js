import assert from "node:assert/strict";
import test from "node:test";

import { descriptionOf, kindOf, ownerOf } from "./state_keys.js";

test("a key tells what a line is, what it is part of, and which description it means", () => {
  /** @type {[string, string, string, string][]} */
  const keys = [
    ["process P0", "process", "", ""],
    ["table 1", "table", "", ""],
    ["inherited 1", "inherited", "table 1", ""],
    ["slot 1 3 17", "slot", "table 1", "17"],
    ["open 17", "open", "", "17"],
    ["socket 17", "socket", "open 17", ""],
    ["pending 17 127.0.0.1:5001", "pending", "socket 17", ""],
    ["queued 17 4", "queued", "socket 17", ""],
    ["interest 9 3 17", "interest", "open 9", "17"],
  ];
  for (const [key, ...expected] of keys) {
    assert.deepEqual([kindOf(key), ownerOf(key), descriptionOf(key)], expected);
  }
});
