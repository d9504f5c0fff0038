// What changed between two states: each line is new, gone, changed (with what it was) or the same.

/**
 * A fact that may have been another one the moment before; an empty `was` if there was none.
 * @typedef {import("./moments.js").Fact & {was?: string}} MarkedFact
 *
 * A line with what happened to it: " ", "+", "−" or "~".
 * @typedef {{key: string, depth: number, head: string, facts: MarkedFact[], mark: string}} Marked
 */

export const SAME = " ";
export const NEW = "+";
export const GONE = "\u2212";
export const CHANGED = "~";

/**
 * The lines of a section after a step, marked; what is gone stands where it stood.
 * @param {number[]} before
 * @param {number[]} after
 * @param {(number: number) => import("./moments.js").Line} line
 * @returns {Marked[]}
 */
export function changes(before, after, line) {
  const kept = new Set(before);
  const stays = new Set(after);
  if (before.length === after.length && after.every((number) => kept.has(number))) {
    return after.map((number) => ({ ...line(number), mark: SAME }));
  }
  const former = new Map(before.map((number) => [line(number).key, number]));
  const staying = new Set(after.map((number) => line(number).key));
  const gone = goneBehind(before, staying, line);
  const marked = [...(gone.get(null) ?? [])];
  for (const number of after) {
    const now = line(number);
    const known = former.get(now.key);
    if (stays.has(number) && kept.has(number)) marked.push({ ...now, mark: SAME });
    else marked.push(known === undefined ? { ...now, mark: NEW } : compared(line(known), now));
    marked.push(...(gone.get(now.key) ?? []));
  }
  return marked;
}

/**
 * The lines that are gone, by the key of the line that they stood behind.
 * @param {number[]} before
 * @param {Set<string>} staying
 * @param {(number: number) => import("./moments.js").Line} line
 * @returns {Map<string | null, Marked[]>}
 */
function goneBehind(before, staying, line) {
  /** @type {Map<string | null, Marked[]>} */
  const found = new Map();
  /** @type {string | null} */
  let anchor = null;
  for (const each of before.map(line)) {
    if (staying.has(each.key)) anchor = each.key;
    else found.set(anchor, [...(found.get(anchor) ?? []), { ...each, mark: GONE }]);
  }
  return found;
}

/**
 * @param {import("./moments.js").Line} before
 * @param {import("./moments.js").Line} after
 * @returns {Marked}
 */
function compared(before, after) {
  const former = new Map(before.facts.map((fact) => [fact.name, fact.text]));
  const still = new Set(after.facts.map((fact) => fact.name));
  const facts = after.facts.map((fact) =>
    former.get(fact.name) === fact.text ? fact : { ...fact, was: former.get(fact.name) ?? "" },
  );
  const ended = before.facts
    .filter((fact) => !still.has(fact.name))
    .map((fact) => ({ ...fact, text: "", was: fact.text }));
  return { ...after, facts: [...facts, ...ended], mark: CHANGED };
}
