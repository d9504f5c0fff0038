import assert from "node:assert/strict";
import test from "node:test";

import { Moments } from "./moments.js";
import { INNER } from "./texts.js";

/** Two sections in nine moments; each line is its own number. */
function nineMoments() {
  const packed = {
    sections: ["Processes", "Tables"],
    keyframes: { 0: [[1], [50]], 6: [[1, 2, 3, 4, 5, 6, 7], [51]] },
    changes: [
      [[0, 0, 0, 1], [1, 0, 0, 50]],
      ...[2, 3, 4, 5, 6].map((number) => [[0, number - 1, 0, number]]),
      [[0, 6, 0, 7], [1, 0, 1, 51]],
      [[0, 0, 2, 9]],
      [[0, 1, 5]],
    ],
  };
  const fields = (/** @type {number} */ number) => [
    "1", `process P${number}`, `P${number}`, ["life", "", "Z zombie"].join(INNER),
  ];
  return new Moments(packed, { fields, pattern: () => 0 });
}

const STATES = [
  [[1], [50]], [[1, 2], [50]], [[1, 2, 3], [50]], [[1, 2, 3, 4], [50]], [[1, 2, 3, 4, 5], [50]],
  [[1, 2, 3, 4, 5, 6], [50]], [[1, 2, 3, 4, 5, 6, 7], [51]], [[9, 3, 4, 5, 6, 7], [51]], [[9], [51]],
];

test("a moment has its state, whichever was shown before, and those shown stay as they are", () => {
  const moments = nineMoments();
  const ways = [0, 1, 2, 3, 4, 5, 6, 7, 8, 7, 6, 5, 4, 3, 2, 1, 0, 8, 0, 5, 5, 3, 7, 2];
  const shown = ways.map((moment) => moments.at(moment));
  assert.deepEqual(shown, ways.map((moment) => STATES[moment]));
  assert.deepEqual(nineMoments().at(0), [[1], [50]]);
});

test("the states of one step are at hand for the next", () => {
  const moments = nineMoments();
  const [before, after] = [moments.at(2), moments.at(3)];
  assert.equal(moments.at(2), before);
  assert.equal(moments.at(3), after);
});

test("a section in which nothing changes is the same array", () => {
  const moments = nineMoments();
  assert.equal(moments.at(2)[1], moments.at(3)[1]);
  assert.notEqual(moments.at(2)[0], moments.at(3)[0]);
});

test("a splice may bring more lines than a function takes arguments", () => {
  const many = Array.from({ length: 300_000 }, (_, number) => number);
  const moments = new Moments(
    { sections: ["t"], keyframes: { 0: [[-1, -2]] }, changes: [[], [[0, 1, 0, ...many]]] },
    { fields: () => [], pattern: () => 0 },
  );
  const [lines] = moments.at(1);
  assert.deepEqual([lines.length, lines[0], lines[1], lines.at(-1)], [300_002, -1, 0, -2]);
});

test("a line is read once, with its facts", () => {
  const moments = nineMoments();
  assert.equal(moments.line(3), moments.line(3));
  assert.deepEqual(moments.line(3), {
    key: "process P3", depth: 1, head: "P3", mark: " ",
    facts: [{ name: "life", label: "", text: "Z zombie" }],
  });
});
