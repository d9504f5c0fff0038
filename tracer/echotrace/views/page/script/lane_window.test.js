import assert from "node:assert/strict";
import { test } from "node:test";

import { laneWindow } from "./lane_window.js";

test("all lanes are shown where there is room", () => {
  assert.deepEqual(laneWindow(3, 3, 2, 1).lanes, [0, 1, 2]);
  assert.equal(laneWindow(3, 3, 2, 1).rest, false);
});

test("a window has the current lane, and stays as long as it does", () => {
  const page = laneWindow(10, 5, 5, 1);
  assert.deepEqual(page, { lanes: [0, 4, 5, 6], rest: true, begin: 4, size: 3 });
  assert.deepEqual(laneWindow(10, 5, 6, page.begin).lanes, [0, 4, 5, 6]);
  assert.deepEqual(laneWindow(10, 5, 0, page.begin).lanes, [0, 4, 5, 6]);
  assert.deepEqual(laneWindow(10, 5, 9, page.begin).lanes, [0, 7, 8, 9]);
});

test("each lane comes into the window when it is the current one", () => {
  for (let fitting = 3; fitting < 12; fitting += 1) {
    for (let current = 1; current < 12; current += 1) {
      for (let begin = 1; begin < 12; begin += 1) {
        const { lanes } = laneWindow(12, fitting, current, begin);
        assert.ok(lanes.includes(current));
        assert.ok(lanes.every((lane, index) => lane < 12 && (!index || lane > lanes[index - 1])));
        assert.ok(lanes.length < fitting);
      }
    }
  }
});

test("where few lanes fit, the last one has what is in no lane of its own", () => {
  assert.deepEqual(laneWindow(4, 2, 3, 1).lanes, [0]);
  assert.deepEqual(laneWindow(4, 1, 3, 1).lanes, []);
  assert.ok(laneWindow(4, 1, 3, 1).rest);
});
