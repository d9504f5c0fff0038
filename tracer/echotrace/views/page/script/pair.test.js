import assert from "node:assert/strict";
import test from "node:test";

import { Pair, reached } from "./pair.js";
import { Texts } from "./texts.js";

/** @param {number[]} seq */
function side(seq) {
  return /** @type {any} */ ({
    name: "a", rows: { seq },
    /** @param {number} row */
    around: (row) => [row * 10, row * 10 + 1],
    times: seq.map((each) => each * 1e6),
    /** @param {number} row */
    milliseconds: (row) => `${seq[row]}.00`,
    moments: { changes: { length: 100 } },
    /** @param {number} row */
    neverReturned: (row) => (row === 6 ? "It never returns." : ""),
  });
}

const PACKED = {
  sides: [0, 1], title: "", notes: [], legend: [], sections: ["accept", "exit"], marks: ["=", "<"],
  parts: [
    { title: "#1", headings: ["a", "b"], connections: [1, 1], rows: 3 },
    { title: "#2", headings: ["a", "b"], connections: [2, 2], rows: 2 },
    { title: "#3", headings: ["a", "b"], connections: [3, 0], rows: 1 },
  ],
  rows: {
    section: [0, 0, 1, 0, 1, 0], mark: [0, 1, 0, 1, 0, 1], left: [0, 2, 3, 1, 5, 6],
    right: [0, -1, 4, -1, 2, -1], said: [0, 0, 1, 2, 0, 0, 1, 2, 0, 0, 1, 2],
  },
  differences: [], answer: "", costs: [], costs_note: "",
};
const TEXTS = new Texts(["call", "only", ""], [[0], [1], [2]]);
const pair = new Pair(PACKED, [side([1, 2, 3, 4, 5, 6, 7]), side([1, 2, 3, 4, 8])], TEXTS);

test("a row says what both sides do, how they compare, and where in the comparison it is", () => {
  assert.deepEqual([0, 1].map((which) => pair.said(1, which)), ["only", ""]);
  assert.deepEqual([0, 1, 2].map((at) => pair.mark(at)), ["=", "<", "="]);
  assert.deepEqual([0, 2].map((at) => pair.section(at)), ["accept", "exit"]);
  assert.deepEqual([0, 2, 3, 5].map((at) => pair.part(at).title), ["#1", "#1", "#2", "#3"]);
});

test("an event is found in the row in which its side has it", () => {
  assert.equal(pair.rowOf(8, 1), 2);
  assert.equal(pair.rowOf(8, 0), undefined);
});

test("where a side has a step, it stands at the moments around that", () => {
  assert.deepEqual(pair.standing(2, 1), {
    row: 4, here: true, ahead: false, before: 40, after: 41,
  });
});

test("in a gap a side stays at its last step of the course", () => {
  assert.deepEqual(pair.standing(1, 1), { row: 0, here: false, ahead: false, before: 1, after: 1 });
});

test("a side that has not begun a course stands before its first step there", () => {
  assert.deepEqual(pair.standing(3, 1), {
    row: 2, here: false, ahead: true, before: 20, after: 20,
  });
});

test("a side that lacks a course stays at its last step of those before", () => {
  assert.deepEqual(pair.standing(5, 1), {
    row: 2, here: false, ahead: false, before: 21, after: 21,
  });
  assert.deepEqual([...reached([{ first: 0, rows: 2 }], [-1, -1])], [0, 0]);
});

test("a row that goes back in a side's time says when to, whatever stands between", () => {
  const back = [0, 1, 2, 3, 4, 5].map((at) => [pair.backTo(at, 0), pair.backTo(at, 1)]);
  assert.deepEqual(back, [["", ""], ["", ""], ["", ""], ["2.00", ""], ["", "3.00"], ["", ""]]);
});

test("a call that never returns lasts until the end, where nothing changes any more", () => {
  const left = new Pair(
    { ...PACKED, parts: [{ ...PACKED.parts[0], rows: 2 }],
      rows: { ...PACKED.rows, mark: [0, 0], left: [6, -1], right: [0, 1] } },
    pair.sides, TEXTS,
  );
  assert.deepEqual(
    [0, 1].map((at) => [left.standing(at, 0).before, left.standing(at, 0).after]),
    [[99, 99], [99, 99]],
  );
});
