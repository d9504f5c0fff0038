// What the cell of a row says, piece by piece: what lanes show is what the search looks through.

import { BEGIN, RETURN } from "./data.js";

/**
 * A piece of a cell: what kind of thing it is (a class of the style sheet), and its words.
 * @typedef {{kind: string, text: string}} Piece
 */

/** All cells of a side. */
export class Cells {
  /** @param {import("./data.js").Side} side */
  constructor(side) {
    this.side = side;
    const { seq, part } = side.rows;
    /** The events that waited and returned. @type {Set<number>} */
    this.returned = new Set();
    for (let row = 0; row < seq.length; row += 1) {
      if (part[row] === RETURN) this.returned.add(seq[row]);
    }
    /** @type {string[] | null} */
    this.kept = null;
  }

  /**
   * @param {number} row
   * @param {import("./data.js").Cell} [cell] what may be seen of it
   * @param {boolean} [told] whether it may be told that a call does not return
   * @returns {Piece[]} in order; between two of them stands a space
   */
  pieces(row, cell = this.side.cell(row), told = true) {
    const { actor, head, kernel, outcome, data, note, wait } = cell;
    const { seq, part, woken } = this.side.rows;
    const returns = !told || this.returned.has(seq[row]);
    const begins = returns ? "waits \u2026" : "waits, does not return";
    const by = woken[row] ? ` (${woken[row]})` : "";
    const pieces = [
      { kind: "actor", text: actor },
      { kind: "head", text: head },
      { kind: "kernel", text: kernel && `\u2192 ${kernel}` },
      { kind: "outcome", text: outcome },
      { kind: "data", text: data },
      { kind: "note", text: note && `\u00b7 ${note}` },
      { kind: "wait begins", text: part[row] === BEGIN && head ? begins : "" },
      { kind: "wait", text: wait && `\u00b7 after ${wait}${by}` },
    ];
    return pieces.filter(({ text }) => text);
  }

  /**
   * The cell on one line.
   * @param {number} row
   */
  line(row) {
    return this.pieces(row).map(({ text }) => text).join(" ");
  }

  /**
   * What may be found at each row: its cell, and the sentence that explains it.
   * @returns {string[]}
   */
  found() {
    const rows = this.side.rows.seq.keys();
    this.kept ??= Array.from(rows, (row) => `${this.line(row)}\n${this.side.told(row)}`);
    return this.kept;
  }
}
