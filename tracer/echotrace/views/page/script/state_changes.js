// What changed between two states: each line is new, gone, changed (with what it was) or the same.

/** @typedef {import("./moments.js").Line} Line */

export const SAME = " ";
export const NEW = "+";
export const GONE = "\u2212";
export const CHANGED = "~";

/**
 * The lines of a section after a step, marked; what is gone stands where it stood. A line that is
 * the same is its number: only what changed is read.
 * @param {ReadonlyArray<number>} before
 * @param {ReadonlyArray<number>} after
 * @param {(number: number) => Line} line
 * @returns {(number | Line)[]}
 */
export function changes(before, after, line) {
  if (before === after) return after.slice();
  const least = Math.min(before.length, after.length);
  let head = 0;
  while (head < least && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < least - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const [was, is] = [before, after].map((each) => each.slice(head, each.length - tail));
  return [...after.slice(0, head), ...compared(was, is, line), ...after.slice(after.length - tail)];
}

/**
 * @param {ReadonlyArray<number>} before
 * @param {ReadonlyArray<number>} after
 * @param {(number: number) => Line} line
 * @returns {(number | Line)[]}
 */
function compared(before, after, line) {
  const kept = new Set(before);
  const stays = new Set(after);
  const former = new Map(notAmong(before, stays, line));
  const coming = new Map(notAmong(after, kept, line));
  /** @param {number} number */
  const heir = (number) => (stays.has(number) ? number : coming.get(line(number).key));
  const gone = goneBehind(before, heir, line);
  /** @type {(number | Line)[]} */
  const marked = [...(gone.get(null) ?? [])];
  for (const number of after) {
    marked.push(kept.has(number) ? number : markedLine(number, former, line));
    for (const each of gone.get(number) ?? []) marked.push(each);
  }
  return marked;
}

/**
 * The numbers that are not among others, by the key of their line.
 * @param {ReadonlyArray<number>} numbers
 * @param {Set<number>} others
 * @param {(number: number) => Line} line
 * @returns {[string, number][]}
 */
function notAmong(numbers, others, line) {
  return numbers.filter((number) => !others.has(number)).map((number) => [line(number).key, number]);
}

/**
 * The lines that are gone, by the number of the line that they stand behind.
 * @param {ReadonlyArray<number>} before
 * @param {(number: number) => number | undefined} heir which line is this one now
 * @param {(number: number) => Line} line
 * @returns {Map<number | null, Line[]>}
 */
function goneBehind(before, heir, line) {
  /** @type {Map<number | null, Line[]>} */
  const found = new Map();
  /** @type {number | null} */
  let anchor = null;
  for (const number of before) {
    const now = heir(number);
    if (now !== undefined) {
      anchor = now;
      continue;
    }
    const behind = found.get(anchor) ?? [];
    found.set(anchor, behind);
    behind.push({ ...line(number), mark: GONE });
  }
  return found;
}

/**
 * A line that was not there, or was another one; its number if only its depth was.
 * @param {number} number
 * @param {Map<string, number>} former
 * @param {(number: number) => Line} line
 * @returns {number | Line}
 */
function markedLine(number, former, line) {
  const now = line(number);
  const known = former.get(now.key);
  if (known === undefined) return { ...now, mark: NEW };
  const changed = comparedLine(line(known), now);
  return changed === now ? number : changed;
}

/**
 * A line as it is now, with what its facts were; if they are the same, so is it.
 * @param {Line} before
 * @param {Line} after
 * @returns {Line}
 */
function comparedLine(before, after) {
  const former = new Map(before.facts.map((fact) => [fact.name, fact.text]));
  const still = new Set(after.facts.map((fact) => fact.name));
  const facts = after.facts.map((fact) =>
    former.get(fact.name) === fact.text ? fact : { ...fact, was: former.get(fact.name) ?? "" },
  );
  const ended = before.facts
    .filter((fact) => !still.has(fact.name))
    .map((fact) => ({ ...fact, text: "", was: fact.text }));
  if (!ended.length && facts.every((fact, index) => fact === after.facts[index])) return after;
  return { ...after, facts: [...facts, ...ended], mark: CHANGED };
}
