// The page's data (see nouns.py), unpacked as far as it is looked at.

import { Moments } from "./moments.js";
import { Pair } from "./pair.js";
import { INNER, MARK, Texts } from "./texts.js";

/**
 * @typedef {{sections: string[], changes: number[][][], keyframes: Record<number, number[][]>}}
 *   PackedMoments
 * @typedef {{seq: number[], time: number[], column: number[], actor: number[],
 *   connection: number[], part: number[], cell: number[], told: number[], place: number[],
 *   woken: number[]}} PackedRows
 * @typedef {{rows: number[], states: number[], waits: Record<number, number[]>}} Timeline
 * @typedef {{key: string, title: string, subtitle: string}} Heading
 * @typedef {{name: string, lines: string[]}} Source
 * @typedef {{title: string, source: number | null, ran: number | null, upcoming: number | null,
 *   elsewhere: string, problem: string}} Place
 * @typedef {{id: string, severity: string, sentence: string, events: number[], places: string[],
 *   remedy: string, cost: string}} Finding
 * @typedef {{name: string, title: string, guide: string[], notes: string[], command: string,
 *   check: string,
 *   columns: Heading[], actors: string[], patterns: string[], texts: number[][], rows: PackedRows,
 *   essential: Timeline, everything: Timeline, moments: PackedMoments, sources: Source[],
 *   places: Place[], findings: Finding[], trace: string, unfinished: Record<number, number>}} PackedSide
 * @typedef {{section: number[], mark: number[], left: number[], right: number[], said: number[]}}
 *   Aligned
 * @typedef {{title: string, headings: string[], connections: number[], rows: number}} Part
 * @typedef {{sentence: string, events: number[][]}} Difference
 * @typedef {{sides: number[], title: string, notes: string[], legend: string[],
 *   sections: string[], marks: string[], parts: Part[], rows: Aligned, differences: Difference[],
 *   answer: string, costs: number[][], costs_note: string}} PackedPair
 * @typedef {{patterns: string[], texts: number[][], pairs: PackedPair[]}} PackedPairs
 * @typedef {{title: string, sides: PackedSide[], pairs: PackedPairs,
 *   everything: boolean}} Page
 *
 * What stands in a cell; `descriptor` is that which the call is about, if it is about one; `wait`
 * is what ended the waiting of a call that returns.
 * @typedef {{actor: string, head: string, kernel: string, outcome: string, data: string,
 *   note: string, descriptor: string, wait: string}} Cell
 *
 * What a quiz asks for in a cell: what the call returned, in its spellings, the kernel's first;
 * its head as it began, also in parts around the descriptor that it is about.
 * @typedef {{answers: string[], begun: string, around: string[]}} Askable
 */

/** Parts of a row: the begin of a call that waits, and its return; that of all others is 0. */
export const BEGIN = 1;
export const RETURN = 2;

/**
 * The numbers that were packed as the difference of each to the one before it.
 * @param {number[]} differences
 * @returns {number[]}
 */
function summed(differences) {
  let sum = 0;
  return differences.map((difference) => (sum += difference));
}

/**
 * @param {Timeline} packed
 * @returns {Timeline}
 */
function timelineOf(packed) {
  return { ...packed, rows: summed(packed.rows), states: summed(packed.states) };
}

/** One trace. */
export class Side {
  /** @param {PackedSide} packed */
  constructor(packed) {
    this.name = packed.name;
    this.title = packed.title;
    this.guide = packed.guide;
    this.notes = packed.notes;
    this.command = packed.command;
    this.check = packed.check;
    this.columns = packed.columns;
    this.actors = packed.actors;
    this.findings = packed.findings;
    this.sources = packed.sources;
    this.places = packed.places;
    this.trace = packed.trace;
    this.unfinished = packed.unfinished;
    const { seq, time, cell, told } = packed.rows;
    this.rows = { ...packed.rows, seq: summed(seq), cell: summed(cell), told: summed(told) };
    this.essential = timelineOf(packed.essential);
    this.everything = timelineOf(packed.everything);
    this.texts = new Texts(packed.patterns, packed.texts);
    this.moments = new Moments(packed.moments, this.texts);
    /** @type {Map<number, number>[]} */
    this.positions = [];
    this.times = summed(time);
  }

  /**
   * The timeline of all events, or of the essential ones.
   * @param {boolean} everything
   * @returns {Timeline}
   */
  timeline(everything) {
    return everything ? this.everything : this.essential;
  }

  /**
   * What stands in the cell of a row.
   * @param {number} row
   * @returns {Cell}
   */
  cell(row) {
    const [actor, marked = "", kernel = "", outcome = "", data = "", note = "", , , wait = ""] =
      this.texts.fields(this.rows.cell[row]);
    const parts = marked.split(MARK);
    return {
      actor, head: parts.join(""), kernel, outcome, data, note, descriptor: parts[1] ?? "", wait,
    };
  }

  /**
   * What a quiz asks for in a cell.
   * @param {number} row
   * @returns {Askable}
   */
  askable(row) {
    const [, head = "", , , , , answers = "", begun = ""] =
      this.texts.fields(this.rows.cell[row]);
    const around = (begun || head).split(MARK);
    return { answers: answers ? answers.split(INNER) : [], begun: around.join(""), around };
  }

  /**
   * The sentence that explains a row.
   * @param {number} row
   * @returns {string}
   */
  told(row) {
    return this.texts.text(this.rows.told[row]);
  }

  /**
   * What is told of a call that begins at a row and never returns; "" for any other row.
   * @param {number} row
   * @returns {string}
   */
  neverReturned(row) {
    return row in this.unfinished ? this.texts.text(this.unfinished[row]) : "";
  }

  /**
   * When a row begins, as its margin says it: "0.52".
   * @param {number} row
   * @returns {string}
   */
  milliseconds(row) {
    return (this.times[row] / 1e6).toFixed(2);
  }

  /**
   * The moments before and after a row: in the essential timeline if it is there, or else in that
   * of all events. Row -1 is the beginning.
   * @param {number} row
   * @returns {[number, number]}
   */
  around(row) {
    if (!this.positions.length) {
      const timelines = [this.essential, this.everything];
      this.positions = timelines.map(({ rows }) => new Map(rows.map((each, at) => [each, at])));
    }
    const which = this.positions[0].has(row) ? 0 : 1;
    const { states } = which ? this.everything : this.essential;
    const at = this.positions[which].get(row) ?? -1;
    return [states[at - 1] ?? 0, states[at] ?? 0];
  }

  /**
   * Where the program is at a row.
   * @param {number} row
   * @returns {Place}
   */
  place(row) {
    return this.places[this.rows.place[row]];
  }
}

/**
 * The data that stands in the page.
 * @param {Document} document
 * @returns {{title: string, sides: Side[], pairs: Pair[], everything: boolean}}
 */
export function read(document) {
  const element = document.getElementById("data");
  /** @type {Page} */
  const page = JSON.parse(element?.textContent ?? "");
  element?.remove();
  const sides = page.sides.map((side) => new Side(side));
  const texts = new Texts(page.pairs.patterns, page.pairs.texts);
  const pairs = page.pairs.pairs.map((pair) => new Pair(pair, sides, texts));
  return { ...page, sides, pairs };
}
