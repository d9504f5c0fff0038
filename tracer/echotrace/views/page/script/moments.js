// The states of a side: whole at keyframes, and as changes from one moment to the next between them.

import { INNER } from "./texts.js";

/**
 * A fact of a line: what it is called, what goes before it, and its text.
 * @typedef {{name: string, label: string, text: string}} Fact
 *
 * A line of a state; its key is the same at every moment.
 * @typedef {{key: string, depth: number, head: string, facts: Fact[]}} Line
 *
 * The lines of each section, by number.
 * @typedef {number[][]} Lines
 */

/** All states of a side. */
export class Moments {
  /**
   * @param {import("./data.js").PackedMoments} packed
   * @param {import("./texts.js").Texts} texts
   */
  constructor(packed, texts) {
    this.sections = packed.sections;
    this.changes = packed.changes;
    this.keyframes = packed.keyframes;
    this.framed = Object.keys(packed.keyframes).map(Number).sort((a, b) => a - b);
    this.texts = texts;
    /** @type {{moment: number, lines: Lines}} */
    this.last = { moment: -1, lines: [] };
  }

  /**
   * The lines at a moment: from where we were if that is on the way, or else from a keyframe.
   * @param {number} moment
   * @returns {Lines}
   */
  at(moment) {
    const frame = this.framed.findLast((each) => each <= moment) ?? 0;
    const near = this.last.moment >= frame && this.last.moment <= moment;
    let { moment: reached, lines } = near
      ? this.last
      : { moment: frame, lines: this.keyframes[frame] };
    lines = lines.map((section) => section.slice());
    while (reached < moment) {
      reached += 1;
      for (const [section, position, gone, ...come] of this.changes[reached]) {
        lines[section].splice(position, gone, ...come);
      }
    }
    this.last = { moment, lines };
    return lines;
  }

  /**
   * @param {number} number
   * @returns {Line}
   */
  line(number) {
    const [depth, key, head, ...facts] = this.texts.fields(number);
    return {
      key,
      depth: Number(depth),
      head,
      facts: facts.map((fact) => {
        const [name, label, text] = fact.split(INNER);
        return { name, label, text };
      }),
    };
  }
}
