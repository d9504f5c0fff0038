// Where everything stands across a drawing.

import { ADVANCE } from "./drawing_canvas.js";
import { drawable } from "./drawing_text.js";

/** What is free around the drawing. */
export const DRAWING_EDGE = 2;
/** Characters before each column; the bar of a wait is in the middle of them. */
export const LANE_GAP = 3;
/** Characters that all columns have together, and one at least and at most. */
const MOST_ALL = 180;
const [LEAST_CELL, MOST_CELL] = [18, 60];

/** Where everything stands across the drawing, in points. */
export class Frame {
  /** @param {import("./picture.js").Picture} picture */
  constructor(picture) {
    const rows = picture.rows.filter((row) => !row.sentence);
    let left = DRAWING_EDGE;
    /** Where each entry of the margin ends. */
    this.margin = picture.margin.map((head, index) => {
      const wide = Math.max(head.length, ...rows.map((row) => row.margin[index].length));
      left += wide * ADVANCE;
      const end = left;
      left += ADVANCE;
      return end;
    });
    left -= ADVANCE;
    const most = Math.min(
      MOST_CELL, Math.max(LEAST_CELL, Math.floor(MOST_ALL / picture.columns.length)),
    );
    /** Where each column begins, and how many characters it has room for. */
    this.columns = picture.columns.map(({ title, subtitle }, index) => {
      const cells = rows.flatMap((row) => row.cells.filter((cell) => cell.column === index));
      const texts = [title, subtitle, ...cells.map((cell) => cell.text)];
      const room = Math.min(most, Math.max(...texts.map((text) => drawable(text).length)));
      const start = left + LANE_GAP * ADVANCE;
      left = start + room * ADVANCE;
      return { start, room };
    });
    this.width = left + ADVANCE + DRAWING_EDGE;
    this.room = Math.floor((this.width - 2 * DRAWING_EDGE) / ADVANCE + 1e-6);
  }
}
