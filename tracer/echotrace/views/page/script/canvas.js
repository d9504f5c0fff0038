// What drawings are made of, in points (1/72 inch) from the top left: presentation attributes and
// paths only, so that all programs draw the same. Text has characters of one width.

import { drawable } from "./fitting.js";

const FONT = "DejaVu Sans Mono, monospace";
const TEXT_SIZE = 8.5;
/** Advance of a character of DejaVu Sans Mono: 1233 of 2048 units of an em. */
export const ADVANCE = (TEXT_SIZE * 1233) / 2048;
export const LINE_HEIGHT = TEXT_SIZE * 1.35;
const BASELINE = TEXT_SIZE * 1.02;
const HATCH_STEP = 3;

/** Of Okabe and Ito's those in use; only black and blue carry text. */
export const PEN = {
  black: "#000000", blue: "#0072B2", grey: "#767676", pale: "#DEDEDE", white: "#FFFFFF",
  current: "#FFF3B0",
};

const ENTITIES = /** @type {Record<string, string>} */ ({
  "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;",
});

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/**
 * A number to a hundredth.
 * @param {number} value
 */
function hundredth(value) {
  return String(Math.round(value * 100) / 100 + 0);
}

/**
 * Tells drawings that stand in one document from each other (32-bit FNV-1a).
 * @param {string[]} texts
 */
function digest(texts) {
  let hash = 0x811c9dc5;
  for (const character of texts.join("\n")) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}

/** A drawing in the making. */
export class Canvas {
  constructor() {
    /** @type {string[]} */
    this.elements = [];
  }

  /**
   * A line of text whose start, or end, is at x and its top at y.
   * @param {number} x
   * @param {number} y
   * @param {string} words
   * @param {{bold?: boolean, end?: boolean}} [look]
   */
  text(x, y, words, { bold = false, end = false } = {}) {
    const shown = drawable(words);
    const text = shown.trimStart();
    if (!text) return;
    const start = end ? x : x + (shown.length - text.length) * ADVANCE;
    const anchor = end ? ' text-anchor="end"' : "";
    const spaces = /\s{2}|\s$/.test(text) ? ' xml:space="preserve"' : "";
    const weight = bold ? ' font-weight="bold"' : "";
    const at = `x="${hundredth(start)}" y="${hundredth(y + BASELINE)}"`;
    this.elements.push(
      `<text ${at}${anchor}${spaces} fill="${PEN.black}"${weight}>${escaped(text)}</text>`,
    );
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {{fill?: string, stroke?: string, thick?: number}} [look]
   */
  box(x, y, width, height, { fill = "none", stroke = PEN.black, thick = 0.8 } = {}) {
    const size = `width="${hundredth(width)}" height="${hundredth(height)}"`;
    const look = `fill="${fill}" stroke="${stroke}" stroke-width="${thick}"`;
    this.elements.push(`<rect x="${hundredth(x)}" y="${hundredth(y)}" ${size} ${look}/>`);
  }

  /**
   * Straight lines, each from one point to another.
   * @param {[number, number, number, number][]} lines
   * @param {string} stroke
   * @param {number} thick
   */
  lines(lines, stroke, thick) {
    const path = lines.map((ends) => {
      const [x, y, toX, toY] = ends.map(hundredth);
      return `M${x} ${y}L${toX} ${toY}`;
    });
    const look = `fill="none" stroke="${stroke}" stroke-width="${thick}"`;
    if (path.length) this.elements.push(`<path d="${path.join("")}" ${look}/>`);
  }

  /**
   * A span of time in which somebody waits: hatched within an outline.
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   */
  waiting(x, y, width, height) {
    this.box(x, y, width, height, { fill: PEN.white, thick: 0.5 });
    /** @type {[number, number, number, number][]} */
    const lines = [];
    for (let offset = HATCH_STEP; offset < width + height; offset += HATCH_STEP) {
      const start = offset <= height ? [x, y + offset] : [x + offset - height, y + height];
      const end = offset <= width ? [x + offset, y] : [x + width, y + offset - width];
      lines.push([start[0], start[1], end[0], end[1]]);
    }
    this.lines(lines, PEN.black, 0.6);
  }

  /**
   * All of it on white, as a document that stands alone.
   * @param {number} width
   * @param {number} height
   * @param {string} title
   * @param {string} description
   */
  svg(width, height, title, description) {
    const [wide, high] = [hundredth(width), hundredth(height)];
    const named = digest([title, description, ...this.elements]);
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}pt" height="${high}pt"`,
      `viewBox="0 0 ${wide} ${high}" role="img" aria-labelledby="t${named} d${named}"`,
      `font-family="${FONT}" font-size="${TEXT_SIZE}">`,
      `<title id="t${named}">${escaped(drawable(title))}</title>`,
      `<desc id="d${named}">${escaped(drawable(description))}</desc>`,
      `<rect width="${wide}" height="${high}" fill="${PEN.white}"/>`,
      ...this.elements,
      "</svg>\n",
    ].join("\n");
  }
}
