// Long sections of a state: of what is as before, and not beside what changed, one line says how
// much it is.

import { kindOf, ownerOf } from "./state_keys.js";

/** @typedef {import("./moments.js").Line} Line */
/** What stands for groups that are as before. @typedef {{key: string, text: string}} Fold */

/** So many groups can be read one by one; of more, the first few are shown. */
const MOST_GROUPS = 40;
const FIRST_GROUPS = 5;
/** Fewer in a row than these are not worth a line that stands for them. */
const LEAST_FOLDED = 3;

/**
 * Whether a section is long. A group is a line that stands by itself, with its parts.
 * @param {number[]} starts where each group begins
 */
export function isLong(starts) {
  return starts.length > MOST_GROUPS;
}

/**
 * Where each group of a section begins. A line that is as before is a number.
 * @param {(number | Line)[]} marked
 * @param {(number: number) => {isPart: boolean}} sort what a line is
 * @returns {number[]}
 */
export function groupStarts(marked, sort) {
  /** @type {number[]} */
  const starts = [];
  marked.forEach((each, index) => {
    const { isPart } = typeof each === "number" ? sort(each) : sortOf(each);
    if (!isPart || index === 0) starts.push(index);
  });
  return starts;
}

/**
 * A section with its lines as they are marked, and folds.
 * @param {(number | Line)[]} marked
 * @param {number[]} starts
 * @param {(number: number) => {name: string}} sort
 * @returns {(number | Line | Fold)[]}
 */
export function folded(marked, starts, sort) {
  const shown = shownGroups(marked, starts);
  /** @type {(number | Line | Fold)[]} */
  const found = [];
  let folds = 0;
  for (let group = 0; group < starts.length;) {
    let next = group;
    while (next < starts.length && !shown.has(next)) next += 1;
    if (next - group >= LEAST_FOLDED) {
      const heads = /** @type {number[]} */ (starts.slice(group, next).map((at) => marked[at]));
      found.push({ key: `fold ${folds}`, text: foldText(heads, sort) });
      folds += 1;
    } else {
      next = Math.max(next, group + 1);
      for (const each of marked.slice(starts[group], starts[next])) found.push(each);
    }
    group = next;
  }
  return found;
}

/**
 * The groups that are shown: the first, those that changed, and those beside them.
 * @param {(number | Line)[]} marked
 * @param {number[]} starts
 * @returns {Set<number>}
 */
function shownGroups(marked, starts) {
  const shown = new Set(Array.from({ length: FIRST_GROUPS }, (_, group) => group));
  let group = -1;
  marked.forEach((each, index) => {
    if (starts[group + 1] === index) group += 1;
    if (typeof each === "number") return;
    for (const near of [group - 1, group, group + 1]) shown.add(near);
  });
  return shown;
}

/**
 * @param {number[]} heads
 * @param {(number: number) => {name: string}} sort
 */
function foldText(heads, sort) {
  const names = new Set(heads.map((number) => sort(number).name));
  const [name] = names.size === 1 ? names : ["more"];
  return `\u2026 ${heads.length.toLocaleString("en")} ${name} as before`;
}

/** What many of a kind are called. @type {Map<string, string>} */
const NAMES = new Map([
  ["process", "processes"], ["thread", "threads"], ["table", "tables"], ["open", "descriptions"],
]);
const ZOMBIE = "Z zombie";

/**
 * What a line is: whether it is part of another one, and what many like it are called.
 * @param {Line} line
 */
export function sortOf({ key, facts }) {
  const zombie = facts.some(({ text }) => text.startsWith(ZOMBIE));
  const name = zombie ? "zombies" : NAMES.get(kindOf(key)) ?? "more";
  return { isPart: ownerOf(key) !== "", name };
}
