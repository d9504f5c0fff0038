import assert from "node:assert/strict";
import test from "node:test";

import { SAME } from "./state_changes.js";
import { folded, groupStarts, isLong, sortOf } from "./state_folds.js";

/**
 * A line whose facts are these texts.
 * @param {string} key
 * @param {string[]} texts
 */
function line(key, ...texts) {
  const facts = texts.map((text) => ({ name: "", label: "", text }));
  return { key, depth: 0, head: key, facts, mark: SAME };
}

/**
 * What is shown of a section: numbers, marks of lines, and what is said of the others.
 * @param {(number | ReturnType<typeof line>)[]} marked
 * @param {(number: number) => ReturnType<typeof line>} read
 */
function told(marked, read) {
  const sort = (/** @type {number} */ number) => sortOf(read(number));
  const starts = groupStarts(marked, sort);
  return folded(marked, starts, sort).map((each) =>
    typeof each === "number" ? each : "text" in each ? `${each.key}: ${each.text}` : each.mark,
  );
}

const zombie = (/** @type {number} */ number) => line(`process P${number}`, "Z zombie, status 0");
/** @type {any[]} */
const numbers = Array.from({ length: 2000 }, (_, number) => number);

test("a section of forty groups is short, one of more is long", () => {
  const sort = (/** @type {number} */ number) => ({ isPart: number % 2 === 1 });
  assert.equal(isLong(groupStarts(numbers.slice(0, 80), sort)), false);
  assert.equal(isLong(groupStarts(numbers.slice(0, 81), sort)), true);
});

test("the first few are shown, what changed, and what is beside it", () => {
  const changed = { ...zombie(100), mark: "~" };
  assert.deepEqual(told(numbers.with(100, changed), zombie), [
    0, 1, 2, 3, 4, "fold 0: \u2026 94 zombies as before", 99, "~", 101,
    "fold 1: \u2026 1,898 zombies as before",
  ]);
});

test("a fold of several kinds names none, and two in a row are shown", () => {
  const kinds = (/** @type {number} */ number) => (number % 2 ? zombie(number) : line("process P"));
  const changed = { ...zombie(8), mark: "+" };
  assert.deepEqual(told(numbers.with(8, changed), kinds), [
    0, 1, 2, 3, 4, 5, 6, 7, "+", 9, "fold 0: \u2026 1,990 more as before",
  ]);
});

test("a group is shown or folded with its parts", () => {
  const tables = (/** @type {number} */ number) =>
    number % 4 ? line(`slot ${number} 3 17`) : line(`table ${number}`);
  const changed = { ...tables(42), mark: "\u2212" };
  assert.deepEqual(told(numbers.with(42, changed), tables), [
    ...numbers.slice(0, 20), "fold 0: \u2026 4 tables as before", ...numbers.slice(36, 42), "\u2212",
    ...numbers.slice(43, 48), "fold 1: \u2026 488 tables as before",
  ]);
});
