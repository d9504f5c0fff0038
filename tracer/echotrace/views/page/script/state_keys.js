// What the key of a line of a state tells: what it is, whose it is, and what it refers to.

/** How the fact begins that a task has ended. */
export const ENDED = "Z ";
/** The kind of thing that a thing is part of. */
const WHOLE_OF = new Map([
  ["slot", "table"], ["inherited", "table"], ["socket", "open"], ["interest", "open"],
  ["pending", "socket"], ["queued", "socket"],
]);
/** Which word of a key is the number of an open file description. */
const DESCRIPTION = new Map([["slot", 3], ["interest", 3], ["open", 1]]);

/**
 * What a line is: "process", "thread", "table", "slot" and so on.
 * @param {string} key
 * @returns {string}
 */
export function kindOf(key) {
  return key.slice(0, key.indexOf(" "));
}

/**
 * The key of the line that this one is part of, "" if it stands by itself.
 * @param {string} key
 * @returns {string}
 */
export function ownerOf(key) {
  const whole = WHOLE_OF.get(kindOf(key));
  return whole ? `${whole} ${key.split(" ", 2)[1]}` : "";
}

/**
 * The number of the open file description that a line is, or refers to; "" for none.
 * @param {string} key
 * @returns {string}
 */
export function descriptionOf(key) {
  const word = DESCRIPTION.get(kindOf(key));
  return word ? key.split(" ")[word] : "";
}
