import assert from "node:assert/strict";
import test from "node:test";

import { Moments } from "./moments.js";
import { INNER, SEP, Texts } from "./texts.js";

const LINE = ["1", "slot 1 4 7", "4 \u2192 #1 C1", ["cloexec", "", "close-on-exec"].join(INNER)];
const TEXTS = new Texts([LINE.join(SEP), ["0", "process P0", "P0"].join(SEP)], [[0], [1]]);
const CHANGES = [
  [[0, 0, 0, 1, 2, 3], [1, 0, 0, 9]],
  [[0, 1, 1]],
  [[0, 2, 0, 4], [0, 0, 1, 5]],
  [[1, 0, 1, 8, 7]],
];
const STATES = [[[1, 2, 3], [9]], [[1, 3], [9]], [[5, 3, 4], [9]], [[5, 3, 4], [8, 7]]];

/** @returns {Moments} moment 0 and 2 are keyframes */
function made() {
  const keyframes = { 0: STATES[0], 2: STATES[2] };
  return new Moments({ sections: ["a", "b"], changes: CHANGES, keyframes }, TEXTS);
}

test("a state is the same from whichever moment one comes", () => {
  for (const from of STATES.keys()) {
    for (const to of STATES.keys()) {
      const moments = made();
      moments.at(from);
      assert.deepEqual(moments.at(to), STATES[to]);
    }
  }
});

test("a state that was given out does not change when one goes on", () => {
  const moments = made();
  const before = moments.at(0);
  moments.at(1);
  assert.deepEqual(before, STATES[0]);
});

test("a line has its fields and its facts", () => {
  const fact = { name: "cloexec", label: "", text: "close-on-exec" };
  assert.deepEqual(made().line(0), {
    key: "slot 1 4 7", depth: 1, head: "4 \u2192 #1 C1", facts: [fact],
  });
  assert.deepEqual(made().line(1), { key: "process P0", depth: 0, head: "P0", facts: [] });
});
