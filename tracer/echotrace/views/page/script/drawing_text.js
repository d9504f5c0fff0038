// Text in lines of characters that are all as wide, as the drawings of the handout have it.

/** A space at which no line is broken. */
const TIE = "\u00a0";
const INDENT = "  ";
const WORD = / *[^ ]+/g;
/** Where a word may end a line if no line has room for the whole of it. */
const WORD_SEAM = /(?<=[|,([/\u00a0])/;

/** What DejaVu Sans Mono has, first and last: other characters would have other widths. */
const DRAWN = [
  [0x20, 0x7e], [0xa1, 0xac], [0xae, 0x17f], [0x384, 0x3ce], [0x400, 0x45f], [0x2010, 0x2022],
  [0x2026, 0x2026], [0x2190, 0x21ff], [0x2212, 0x2212], [0x2260, 0x2265], [0x2500, 0x25ff],
];

/**
 * The text in lines of at most `width` characters, further ones indented; a word that is longer
 * than a line ends it after `|`, a comma, a bracket or a slash, or else anywhere.
 * @param {string} text
 * @param {number} width
 * @returns {string[]}
 */
export function fitted(text, width) {
  if (text.length <= width) return [text.replaceAll(TIE, " ")];
  const room = Math.max(1, width - INDENT.length);
  /** @type {string[]} */
  const lines = [];
  for (const word of text.match(WORD) ?? []) {
    for (const part of word.trimStart().length > room ? word.split(WORD_SEAM) : [word]) {
      addTo(lines, part, width, room);
    }
  }
  return lines.map((line) => line.replaceAll(TIE, " "));
}

/**
 * @param {string[]} lines
 * @param {string} part of a word
 * @param {number} width
 * @param {number} room of a line that is not the first
 */
function addTo(lines, part, width, room) {
  if (lines.length && lines[lines.length - 1].length + part.length <= width) {
    lines[lines.length - 1] += part;
    return;
  }
  let rest = lines.length ? part.replace(/^ +/, "") : part;
  while (rest) {
    const indent = lines.length ? INDENT : "";
    const most = lines.length ? room : Math.max(1, width);
    lines.push(indent + rest.slice(0, most));
    rest = rest.slice(most);
  }
}

/**
 * Words that stay on one line.
 * @param {string} words
 */
export function tied(words) {
  return words.replaceAll(" ", TIE);
}

/**
 * The text with all that cannot be drawn, or is no character of XML, escaped.
 * @param {string} text
 * @returns {string}
 */
export function drawable(text) {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0) ?? 0;
    const drawn = DRAWN.some(([first, last]) => first <= code && code <= last);
    return drawn || character === TIE ? character : `\\u${code.toString(16).padStart(4, "0")}`;
  }).join("");
}
