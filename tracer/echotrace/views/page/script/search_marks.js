// What was searched for, marked where it stands in the page.

import { make } from "./dom.js";

/**
 * Finds a text wherever it stands, in upper or in lower case.
 * @param {string} query
 * @returns {RegExp}
 */
export function finder(query) {
  return new RegExp(query.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"), "giu");
}

/**
 * Where a query is found: `[from, to)`.
 * @param {string} text
 * @param {string} query not empty
 * @returns {[number, number][]}
 */
export function places(text, query) {
  return [...text.matchAll(finder(query))].map(({ 0: hit, index }) => [index, index + hit.length]);
}

/**
 * Mark what is found in the text of an element, also where it goes over the edge of another one.
 * @param {HTMLElement} element
 * @param {string} query not empty
 */
export function markFound(element, query) {
  const hits = places(element.textContent ?? "", query);
  if (!hits.length) return;
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  /** @type {Text[]} */
  const nodes = [];
  while (walker.nextNode()) nodes.push(/** @type {Text} */ (walker.currentNode));
  let begin = 0;
  for (const node of nodes) {
    const end = begin + node.data.length;
    const own = hits.filter(([from, to]) => from < end && to > begin);
    if (own.length) node.replaceWith(...pieces(node.data, begin, own));
    begin = end;
  }
}

/**
 * @param {string} text
 * @param {number} begin where it stands
 * @param {[number, number][]} hits
 */
function pieces(text, begin, hits) {
  const found = [];
  let done = 0;
  for (const [from, to] of hits) {
    const start = Math.max(0, from - begin);
    found.push(text.slice(done, start));
    done = Math.min(text.length, to - begin);
    found.push(make("mark", {}, text.slice(start, done)));
  }
  return [...found, text.slice(done)].filter((piece) => piece !== "");
}
