// A picture, columns and rows of text, as an SVG document in the look of the handout's timelines.

import { ADVANCE, Canvas, LINE_HEIGHT, PEN } from "./drawing_canvas.js";
import { DRAWING_EDGE, Frame, LANE_GAP } from "./drawing_frame.js";
import { drawable, fitted } from "./drawing_text.js";

/**
 * @typedef {import("./picture.js").Picture} Picture
 * @typedef {import("./picture.js").PictureRow} PictureRow
 *
 * A line with its cells in lines, and where it stands.
 * @typedef {{row: PictureRow, cells: {column: number, lines: string[]}[], sentence: string[],
 *   top: number, bottom: number}} Placed
 */

const ROW_PADDING = 0.8;

/**
 * @param {Picture} picture
 * @returns {string}
 */
export function draw(picture) {
  const canvas = new Canvas();
  const frame = new Frame(picture);
  let top = drawSentences(canvas, frame, picture.above, 0, true);
  top = drawHeads(canvas, frame, picture, top);
  const placed = picture.rows.map((row) => {
    const line = placedAt(top, row, frame);
    top = line.bottom;
    return line;
  });
  drawBehind(canvas, frame, placed);
  for (const line of placed) drawRow(canvas, frame, line);
  top = drawSentences(canvas, frame, picture.below, top + LINE_HEIGHT / 2, false);
  return canvas.svg(frame.width, top + ROW_PADDING, picture.title, picture.description);
}

/**
 * @param {Canvas} canvas
 * @param {Frame} frame
 * @param {string[]} texts
 * @param {number} top
 * @param {boolean} headed whether the first one is a heading
 * @returns {number} where they end
 */
function drawSentences(canvas, frame, texts, top, headed) {
  let y = top;
  texts.forEach((text, index) => {
    for (const line of fitted(drawable(text), frame.room)) {
      canvas.text(DRAWING_EDGE, y + ROW_PADDING, line, { bold: headed && index === 0 });
      y += LINE_HEIGHT;
    }
    y += 2 * ROW_PADDING;
  });
  return y;
}

/**
 * What stands above the columns.
 * @param {Canvas} canvas
 * @param {Frame} frame
 * @param {Picture} picture
 * @param {number} top
 * @returns {number} where that ends
 */
function drawHeads(canvas, frame, picture, top) {
  const y = top + ROW_PADDING;
  picture.margin.forEach((head, index) => canvas.text(frame.margin[index], y, head, { end: true }));
  picture.columns.forEach(({ title, subtitle }, index) => {
    const { start, room } = frame.columns[index];
    canvas.text(start, y, endOf(drawable(title), room), { bold: true });
    canvas.text(start, y + LINE_HEIGHT, endOf(drawable(subtitle), room));
  });
  const lines = picture.columns.some((column) => column.subtitle) ? 2 : 1;
  const bottom = y + lines * LINE_HEIGHT + ROW_PADDING;
  canvas.lines([[DRAWING_EDGE, bottom, frame.width - DRAWING_EDGE, bottom]], PEN.black, 0.8);
  return bottom + 0.5;
}

/**
 * The text, or its end: that tells addresses apart.
 * @param {string} text
 * @param {number} room
 */
function endOf(text, room) {
  return text.length <= room ? text : `\u2026${text.slice(text.length - room + 1)}`;
}

/**
 * @param {number} top
 * @param {PictureRow} row
 * @param {Frame} frame
 * @returns {Placed}
 */
function placedAt(top, row, frame) {
  const cells = row.cells.map(({ column, text }) => ({
    column, lines: fitted(drawable(text), frame.columns[column].room),
  }));
  const sentence = row.sentence ? fitted(drawable(row.sentence), frame.room) : [];
  const lines = Math.max(1, sentence.length, ...cells.map((cell) => cell.lines.length));
  return { row, cells, sentence, top, bottom: top + lines * LINE_HEIGHT + 2 * ROW_PADDING };
}

/**
 * What the eye follows: the current step, lines between rows and down the columns, waits.
 * @param {Canvas} canvas
 * @param {Frame} frame
 * @param {Placed[]} placed
 */
function drawBehind(canvas, frame, placed) {
  const across = frame.width - 2 * DRAWING_EDGE;
  for (const { row, top, bottom } of placed) {
    if (!row.current) continue;
    const look = { fill: PEN.current, stroke: PEN.blue, thick: 1 };
    canvas.box(DRAWING_EDGE, top, across, bottom - top, look);
  }
  canvas.lines(
    placed.map(({ bottom }) => [DRAWING_EDGE, bottom, frame.width - DRAWING_EDGE, bottom]),
    PEN.pale, 0.4,
  );
  frame.columns.forEach(({ start }, column) => {
    const left = start - ((LANE_GAP + 1) / 2) * ADVANCE;
    const middle = left + ADVANCE / 2;
    const rows = placed.filter(({ row }) => row.waits.length);
    canvas.lines(rows.map(({ top, bottom }) => [middle, top, middle, bottom]), PEN.grey, 0.5);
    for (const [top, bottom] of spans(rows, column)) {
      canvas.waiting(left, top, ADVANCE, bottom - top);
    }
  });
}

/**
 * From where to where somebody waits in a column.
 * @param {Placed[]} placed
 * @param {number} column
 * @returns {number[][]}
 */
function spans(placed, column) {
  /** @type {number[][]} */
  const found = [];
  for (const { row, top, bottom } of placed) {
    const middle = top + LINE_HEIGHT / 2 + ROW_PADDING;
    const [above, below] = row.waits[column];
    for (const [waits, from, to] of /** @type {const} */ ([
      [above, top, middle], [below, middle, bottom],
    ])) {
      if (!waits) continue;
      const last = found.at(-1);
      if (last?.[1] === from) last[1] = to;
      else found.push([from, to]);
    }
  }
  return found;
}

/**
 * @param {Canvas} canvas
 * @param {Frame} frame
 * @param {Placed} line
 */
function drawRow(canvas, frame, { row, cells, sentence, top }) {
  row.margin.forEach((text, index) => {
    const bold = index === row.margin.length - 1;
    canvas.text(frame.margin[index], top + ROW_PADDING, text, { bold, end: true });
  });
  for (const { column, lines } of cells) {
    lines.forEach((text, index) => {
      canvas.text(frame.columns[column].start, top + ROW_PADDING + index * LINE_HEIGHT, text);
    });
  }
  sentence.forEach((text, index) => {
    canvas.text(DRAWING_EDGE, top + ROW_PADDING + index * LINE_HEIGHT, text);
  });
}
