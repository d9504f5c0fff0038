// The states of a side: whole at keyframes, and as changes from one moment to the next between them.

import { SAME } from "./state_changes.js";
import { sortOf } from "./state_folds.js";
import { INNER } from "./texts.js";

/**
 * A fact of a line: what it is called, what goes before it, and its text. One that was another the
 * moment before has `was`, which is empty if there was none.
 * @typedef {{name: string, label: string, text: string, was?: string}} Fact
 *
 * A line of a state; its key is the same at every moment. Its mark says what happened to it.
 * @typedef {{key: string, depth: number, head: string, facts: Fact[], mark: string}} Line
 *
 * The lines of each section, by number. They are shared: nobody changes them.
 * @typedef {ReadonlyArray<number>[]} Lines
 */

/** So many arguments any browser takes. */
const MOST_ARGUMENTS = 10_000;
/** A step needs the state before it too. */
const KEPT_STATES = 2;

/** All states of a side. */
export class Moments {
  /**
   * @param {Pick<import("./data.js").PackedMoments, "sections" | "changes" | "keyframes">} packed
   * @param {Pick<import("./texts.js").Texts, "fields" | "pattern">} texts
   */
  constructor(packed, texts) {
    this.sections = packed.sections;
    this.changes = packed.changes;
    this.keyframes = packed.keyframes;
    this.framed = Object.keys(packed.keyframes).map(Number).sort((a, b) => a - b);
    this.texts = texts;
    /** @type {{moment: number, lines: Lines}[]} */
    this.recent = [];
    /** @type {Map<number, Line>} */
    this.read = new Map();
    /** @type {ReturnType<typeof sortOf>[]} */
    this.sorts = [];
  }

  /**
   * The lines at a moment. A section that is the same at two moments is often the same array.
   * @param {number} moment
   * @returns {Lines}
   */
  at(moment) {
    const from = this.nearest(moment);
    const state = from.moment === moment ? from : { moment, lines: this.played(from, moment) };
    this.recent = [state, ...this.recent.filter((each) => each.moment !== moment)].slice(0, KEPT_STATES);
    return state.lines;
  }

  /**
   * The last state that is at hand and not behind a moment: a keyframe or one that was shown.
   * @param {number} moment
   */
  nearest(moment) {
    const frame = this.framed.findLast((each) => each <= moment) ?? 0;
    const whole = { moment: frame, lines: this.keyframes[frame] };
    const known = this.recent.filter((each) => frame <= each.moment && each.moment <= moment);
    return known.reduce((last, each) => (each.moment >= last.moment ? each : last), whole);
  }

  /**
   * The lines at a later moment; what changes is copied first.
   * @param {{moment: number, lines: Lines}} from
   * @param {number} moment
   * @returns {Lines}
   */
  played(from, moment) {
    /** @type {number[][]} */
    const copies = [];
    for (let reached = from.moment + 1; reached <= moment; reached += 1) {
      for (const splice of this.changes[reached]) {
        const [section] = splice;
        copies[section] = spliced(copies[section] ?? from.lines[section].slice(), splice);
      }
    }
    return from.lines.map((lines, section) => copies[section] ?? lines);
  }

  /**
   * A line by its number: always the same object.
   * @param {number} number
   * @returns {Line}
   */
  line(number) {
    let line = this.read.get(number);
    if (!line) {
      const [depth, key, head, ...facts] = this.texts.fields(number);
      line = { key, depth: Number(depth), head, facts: facts.map(readFact), mark: SAME };
      this.read.set(number, line);
    }
    return line;
  }

  /**
   * What a line is. Those of one pattern are alike: one of them is read for all.
   * @param {number} number
   */
  sort(number) {
    return (this.sorts[this.texts.pattern(number)] ??= sortOf(this.line(number)));
  }
}

/**
 * @param {number[]} lines which change
 * @param {number[]} splice section, position, how many go, those that come
 */
function spliced(lines, [, position, gone, ...come]) {
  if (come.length > MOST_ARGUMENTS) {
    return [...lines.slice(0, position), ...come, ...lines.slice(position + gone)];
  }
  lines.splice(position, gone, ...come);
  return lines;
}

/** @param {string} packed */
function readFact(packed) {
  const [name, label, text] = packed.split(INNER);
  return { name, label, text };
}
