// A tab in which two sides step together: its steps are the rows of their comparison.

/** @typedef {import("./tabs.js").TabBase} TabBase */

/** The rows of a comparison. @implements {TabBase} */
export class PairTab {
  /** @param {import("./pairs.js").Pair} pair */
  constructor(pair) {
    this.kind = /** @type {const} */ ("pair");
    this.name = pair.name;
    this.pair = pair;
    /** The traces that it shows. */
    this.sides = pair.sides;
    /** What is missing, one sentence each. */
    this.notes = pair.packed.notes;
    /** @type {Map<number, number[]>} */
    this.kept = new Map();
  }

  /** @param {import("./store.js").View} view */
  chosen({ connection }) {
    let found = this.kept.get(connection);
    if (!found) {
      found = this.choose(connection);
      this.kept.set(connection, found);
    }
    return found;
  }

  /**
   * The rows of a connection, by its number on the first side that has such a one; 0 for all rows.
   * @param {number} connection
   * @returns {number[]}
   */
  choose(connection) {
    const { parts, size } = this.pair;
    if (!connection) return Array.from({ length: size }, (_, at) => at);
    const found =
      parts.find((part) => part.connections[0] === connection) ??
      parts.find((part) => part.connections[1] === connection);
    return found ? Array.from({ length: found.rows }, (_, at) => found.first + at) : [];
  }

  /** @param {import("./store.js").View} view */
  key(view) {
    return this.pair.size ? String(view.at + 1) : "";
  }

  /**
   * @param {string} key the number of a row, from 1
   * @returns {number | null}
   */
  position(key) {
    const at = Number(key) - 1;
    return Number.isInteger(at) && at >= 0 && at < this.pair.size ? at : null;
  }

  /** Each side tells its own. */
  told() {
    return "";
  }

  /** @param {import("./store.js").View} view */
  where(view) {
    return this.pair.size ? this.pair.part(view.at).title : "";
  }

  /**
   * The parts of a comparison are the courses of connections, but for the first.
   * @param {number} at
   */
  course(at) {
    return this.pair.size ? this.pair.parts.indexOf(this.pair.part(at)) : 0;
  }
}
