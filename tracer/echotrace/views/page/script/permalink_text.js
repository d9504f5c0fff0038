// The text of a link's fragment: names with their values, between `&`.

/** More of a text that somebody wrote into a link is not repeated. */
const LONGEST = 40;

/**
 * A name and its value; a name alone where that is true.
 * @param {[string, string | number | boolean]} named
 */
export function packedPart([name, value]) {
  return value === true ? name : `${name}=${encodeURIComponent(value)}`;
}

/**
 * The names of a fragment with their values, "" for none.
 * @param {string} fragment without its `#`
 */
export function partsOf(fragment) {
  return fragment.split("&").filter(Boolean).map(parted);
}

/**
 * @param {string} text
 * @returns {[string, string]}
 */
function parted(text) {
  const end = text.indexOf("=");
  return end < 0 ? [decoded(text), ""] : [decoded(text.slice(0, end)), decoded(text.slice(end + 1))];
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // somebody wrote a % that is none
  }
}

/**
 * A value of a link as a sentence repeats it: what is a word stands bare.
 * @param {string} value
 */
export function quoted(value) {
  const start = [...value].slice(0, LONGEST).join("");
  const shown = start === value ? value : `${start}\u2026`;
  return /^\w+$/.test(shown) ? shown : `\u201c${shown}\u201d`;
}
