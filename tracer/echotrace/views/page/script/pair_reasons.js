// Why the sides differ at a row of their comparison: the differences that its events show.

import { make } from "./dom.js";

/** The differences of the current row. */
export class Reasons {
  constructor() {
    this.element = make("div", { class: "why", role: "group", "aria-label": "Why they differ here" });
    this.told = "";
  }

  /**
   * @param {import("./pairs.js").Pair} pair
   * @param {number} at
   */
  show(pair, at) {
    const numbers = reasons(pair, at);
    const told = numbers.map((number) => `${number + 1}. ${pair.packed.differences[number].sentence}.`);
    this.element.hidden = !told.length;
    if (told.join() === this.told) return;
    this.told = told.join();
    this.element.replaceChildren(...told.map((sentence) => make("p", {}, sentence)));
    this.element.scrollTop = 0;
  }
}

/**
 * The differences, by index, that name an event of a row.
 * @param {import("./pairs.js").Pair} pair
 * @param {number} at
 * @returns {number[]}
 */
function reasons(pair, at) {
  const events = [0, 1].map((which) => {
    const row = pair.own(at, which);
    return row === undefined ? undefined : pair.sides[which].rows.seq[row];
  });
  const named = pair.packed.differences.map((each) =>
    each.events.some((own, which) => own.some((seq) => seq === events[which])),
  );
  return [...named.keys()].filter((number) => named[number]);
}
