// Two sides by logical event (see pairs.py): what stands in each row, and where each side is there.

/**
 * Where a side is at a row of the comparison, by a row of its own: that which it does `here`, or
 * has done last, undefined before it did anything; or what is `ahead` of it, if it has not begun
 * this course yet. `before` and `after` are the moments around what it does here in its own
 * timeline, the same one where it does nothing. Both are the last one at a call that never returns.
 * @typedef {{row: number | undefined, here: boolean, ahead: boolean, before: number,
 *   after: number}} Standing
 */

const GAP = -1;

/** A comparison of two sides. Its rows are counted from 0. */
export class Pair {
  /**
   * @param {import("./data.js").PackedPair} packed
   * @param {import("./data.js").Side[]} sides all sides of the page
   * @param {import("./texts.js").Texts} texts those of all pairs
   */
  constructor(packed, sides, texts) {
    this.packed = packed;
    this.sides = packed.sides.map((side) => sides[side]);
    this.name = this.sides.map((side) => side.name).join(" | ");
    this.size = packed.rows.mark.length;
    this.texts = texts;
    let first = 0;
    this.parts = packed.parts.map((part) => ({ ...part, first: (first += part.rows) - part.rows }));
    /** @type {Int32Array[]} */
    this.reached = [];
  }

  /**
   * The row that a side has in a row of the comparison; undefined in a gap.
   * @param {number} at
   * @param {number} which 0 for the first side, 1 for the second
   * @returns {number | undefined}
   */
  own(at, which) {
    const row = this.rows(which)[at];
    return row === GAP ? undefined : row;
  }

  /** @param {number} which */
  rows(which) {
    return which ? this.packed.rows.right : this.packed.rows.left;
  }

  /**
   * What stands in a side's cell; nothing where there are no rows at all.
   * @param {number} at
   * @param {number} which
   * @returns {string}
   */
  said(at, which) {
    return this.size ? this.texts.text(this.packed.rows.said[2 * at + which]) : "";
  }

  /** @param {number} at */
  mark(at) {
    return this.packed.marks[this.packed.rows.mark[at]];
  }

  /** @param {number} at */
  section(at) {
    return this.packed.sections[this.packed.rows.section[at]];
  }

  /**
   * The part that a row is in.
   * @param {number} at
   */
  part(at) {
    return this.parts.findLast((part) => part.first <= at) ?? this.parts[0];
  }

  /**
   * The row of the comparison in which a side has an event; undefined if in none.
   * @param {number} seq
   * @param {number} which
   * @returns {number | undefined}
   */
  rowOf(seq, which) {
    const { seq: numbers } = this.sides[which].rows;
    const found = this.rows(which).findIndex((row) => row !== GAP && numbers[row] === seq);
    return found === -1 ? undefined : found;
  }

  /**
   * When a side goes back to at a row, which is behind a later one of its rows: "30.35"; "" if it
   * does not. A call that never returns lasts until the end.
   * @param {number} at
   * @param {number} which
   * @returns {string}
   */
  backTo(at, which) {
    const side = this.sides[which];
    const own = this.own(at, which);
    const rows = this.rows(which);
    const before = rows[rows.findLastIndex((row, index) => index < at && row !== GAP)];
    if (own === undefined || before === undefined || side.neverReturned(own)) return "";
    return side.times[own] < side.times[before] ? side.milliseconds(own) : "";
  }

  /**
   * Where a side is at a row: in a gap, at what it did last in this course; before it did anything
   * in it, at what leads up to that; in a course that it does not have, at what it did last at all.
   * @param {number} at
   * @param {number} which
   * @returns {Standing}
   */
  standing(at, which) {
    const side = this.sides[which];
    const own = this.own(at, which);
    if (own !== undefined) {
      const [before, after] = momentsAround(side, own);
      return { row: own, here: true, ahead: false, before, after };
    }
    this.reached[which] ??= reached(this.parts, this.rows(which));
    const near = this.reached[which][at];
    if (near < 0) {
      const row = GAP - 1 - near;
      const [before] = momentsAround(side, row);
      return { row, here: false, ahead: true, before, after: before };
    }
    const row = near ? near - 1 : undefined;
    const after = row === undefined ? 0 : momentsAround(side, row)[1];
    return { row, here: false, ahead: false, before: after, after };
  }
}

/**
 * The moments before and after a row of a side.
 * @param {import("./data.js").Side} side
 * @param {number} row
 * @returns {[number, number]}
 */
function momentsAround(side, row) {
  if (!side.neverReturned(row)) return side.around(row);
  const last = side.moments.changes.length - 1;
  return [last, last];
}

/**
 * For each row of a comparison the own row that a side has reached, plus 1; 0 if none. What is
 * still ahead of it in a course that it has not begun is negative: -2 less the row.
 * @param {{first: number, rows: number}[]} parts
 * @param {number[]} own
 * @returns {Int32Array}
 */
export function reached(parts, own) {
  const found = new Int32Array(own.length);
  let last = 0;
  for (const { first, rows } of parts) {
    const course = own.slice(first, first + rows);
    const begin = course.findIndex((row) => row !== GAP);
    for (let i = 0; i < rows; i += 1) {
      if (course[i] !== GAP) last = course[i] + 1;
      found[first + i] = i < begin ? GAP - 1 - course[begin] : last;
    }
  }
  return found;
}
