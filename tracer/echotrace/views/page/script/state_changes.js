// What changed between two states: each line is new, gone, changed (with what it was) or the same.

/** @typedef {import("./moments.js").Line} Line */

export const SAME = " ";
export const NEW = "+";
export const GONE = "\u2212";
export const CHANGED = "~";

/**
 * The lines of a section after a step, marked; what is gone stands where it stood. A line that is
 * the same is the one that `line` gives.
 * @param {ReadonlyArray<number>} before
 * @param {ReadonlyArray<number>} after
 * @param {(number: number) => Line} line
 * @returns {Line[]}
 */
export function changes(before, after, line) {
  if (before === after) return after.map(line);
  const kept = new Set(before);
  const stays = new Set(after);
  const former = new Map(notAmong(before, stays, line));
  const coming = new Map(notAmong(after, kept, line));
  const gone = goneBehind(before, (number) => stays.has(number) || coming.has(line(number).key), line);
  const marked = [...(gone.get(null) ?? [])];
  for (const number of after) {
    const now = line(number);
    const known = former.get(now.key);
    if (kept.has(number)) marked.push(now);
    else marked.push(known ? comparedLine(known, now) : { ...now, mark: NEW });
    for (const each of gone.get(now.key) ?? []) marked.push(each);
  }
  return marked;
}

/**
 * The lines that are not among others, by key.
 * @param {ReadonlyArray<number>} numbers
 * @param {Set<number>} others
 * @param {(number: number) => Line} line
 * @returns {[string, Line][]}
 */
function notAmong(numbers, others, line) {
  return numbers.filter((number) => !others.has(number)).map((number) => {
    const found = line(number);
    return [found.key, found];
  });
}

/**
 * The lines that are gone, by the key of the line that they stood behind.
 * @param {ReadonlyArray<number>} before
 * @param {(number: number) => boolean} staying
 * @param {(number: number) => Line} line
 * @returns {Map<string | null, Line[]>}
 */
function goneBehind(before, staying, line) {
  /** @type {Map<string | null, Line[]>} */
  const found = new Map();
  /** @type {Line[] | undefined} */
  let behind;
  /** @type {number | null} */
  let anchor = null;
  for (const number of before) {
    if (staying(number)) {
      anchor = number;
      behind = undefined;
      continue;
    }
    if (!behind) {
      behind = [];
      found.set(anchor === null ? null : line(anchor).key, behind);
    }
    behind.push({ ...line(number), mark: GONE });
  }
  return found;
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
