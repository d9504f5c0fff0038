import assert from "node:assert/strict";
import test from "node:test";

import { CHANGED, GONE, NEW, SAME, changes } from "./state_changes.js";

/**
 * Lines by number, from texts such as "a m=1 n=2": a key, and facts.
 * @param {string[]} texts
 */
function lines(...texts) {
  const made = texts.map((text) => {
    const [key, ...facts] = text.split(" ");
    const named = facts.map((fact) => fact.split("="));
    return {
      key, depth: 0, head: key, mark: SAME,
      facts: named.map(([name, value]) => ({ name, label: "", text: value })),
    };
  });
  return (/** @type {number} */ number) => made[number];
}

/**
 * What changed, each line as its mark, its key and what its facts were.
 * @param {number[]} before
 * @param {number[]} after
 * @param {ReturnType<typeof lines>} line
 */
function told(before, after, line) {
  const found = changes(before, after, line);
  return found.map((each) => (typeof each === "number" ? line(each) : each)).map(({ mark, key, facts }) =>
    [mark + key, ...facts.filter((fact) => "was" in fact).map((fact) => `${fact.text}<${fact.was}`)]
      .join(" "),
  );
}

test("a state laid over itself has no marks, and none of its lines is read", () => {
  const same = [0, 1];
  const line = () => assert.fail("read");
  for (const after of [same, [0, 1]]) assert.deepEqual(changes(same, after, line), [0, 1]);
});

test("of a state only what changed is read", () => {
  const line = lines("a", "b m=1", "b m=2", "c");
  /** @type {number[]} */
  const read = [];
  changes([0, 1, 3], [0, 2, 3], (number) => (read.push(number), line(number)));
  assert.deepEqual(new Set(read), new Set([1, 2]));
});

test("a line is new, gone or changed, with what its facts were", () => {
  const line = lines("listener refs=1", "listener refs=2", "slot", "socket");
  assert.deepEqual(told([0, 2], [1, 3], line), [
    `${CHANGED}listener 2<1`, `${GONE}slot`, `${NEW}socket`,
  ]);
});

test("a fact that begins was nothing, one that ends is told as what it was", () => {
  const line = lines("P0", "P0 call=accept");
  assert.deepEqual(told([0], [1], line), [`${CHANGED}P0 accept<`]);
  assert.deepEqual(told([1], [0], line), [`${CHANGED}P0 <accept`]);
});

test("what is gone stands where it stood: first, or behind what stayed before it", () => {
  const line = lines("a", "b", "c", "d");
  assert.deepEqual(told([0, 1, 2, 3], [1, 3], line), [
    `${GONE}a`, `${SAME}b`, `${GONE}c`, `${SAME}d`,
  ]);
  assert.deepEqual(told([0, 1], [], line), [`${GONE}a`, `${GONE}b`]);
  assert.deepEqual(told([], [0, 1], line), [`${NEW}a`, `${NEW}b`]);
});

test("what is gone stands behind a line that changed, too", () => {
  const line = lines("a m=1", "a m=2", "b");
  assert.deepEqual(told([0, 2], [1], line), [`${CHANGED}a 2<1`, `${GONE}b`]);
});

test("a line that differs in its depth only is as it is now, without a mark", () => {
  const line = (/** @type {number} */ depth) => ({
    key: "P1", depth, head: "P1", facts: [], mark: SAME,
  });
  assert.deepEqual(changes([1], [0], line), [0]);
});

test("thousands of lines may go at once", () => {
  const line = (/** @type {number} */ number) => ({
    key: `process P${number}`, depth: 0, head: "", facts: [], mark: SAME,
  });
  const many = Array.from({ length: 300_000 }, (_, number) => number);
  const found = changes(many, [0], line);
  assert.equal(found.length, many.length);
  const last = found.at(-1);
  assert.equal(typeof last === "object" && last.mark, GONE);
});
