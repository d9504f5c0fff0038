// Texts packed as a pattern and the numbers that fill its holes (see texts.py).

const HOLE = "\x1c";
export const SEP = "\x1f";
export const INNER = "\x1e";
export const MARK = "\x1d";

/** All texts of a side, by number. */
export class Texts {
  /**
   * @param {string[]} patterns
   * @param {number[][]} packed a text's pattern, and its numbers
   */
  constructor(patterns, packed) {
    this.patterns = patterns.map((pattern) => pattern.split(HOLE));
    this.packed = packed;
  }

  /**
   * @param {number} number
   * @returns {string}
   */
  text(number) {
    const [pattern, ...numbers] = this.packed[number];
    const pieces = this.patterns[pattern];
    let text = pieces[0];
    for (let i = 0; i < numbers.length; i += 1) text += numbers[i] + pieces[i + 1];
    return text;
  }

  /**
   * The number of a text's pattern.
   * @param {number} number
   * @returns {number}
   */
  pattern(number) {
    return this.packed[number][0];
  }

  /**
   * The fields of a text that has several.
   * @param {number} number
   * @returns {string[]}
   */
  fields(number) {
    return this.text(number).split(SEP);
  }
}
