// The rows of a comparison as a table: what either side does, and how that compares.

import { make } from "./dom.js";
import { below } from "./moves.js";
import { RowChunks } from "./row_chunks.js";

/** What a mark says to those who do not see it; NAME is the only side that has it. */
const MEANINGS = /** @type {Record<string, string>} */ ({
  "=": "the same", "\u2260": "not the same", "<": "only in", ">": "only in",
  "~": "the same at another place",
});

/** The table of a pair; it begins anew when another pair is shown, or other rows of it. */
export class PairRows {
  /** @param {(at: number) => void} go shows a row that is clicked */
  constructor(go) {
    this.names = make("div", { class: "pair-heads", role: "rowgroup" });
    const body = make("div", { role: "none" });
    this.box = make("div", { class: "rows", role: "table", tabindex: 0 }, this.names, body);
    this.chunks = new RowChunks(this.box, body, (from, to) => this.draw(from, to), go);
    /** @type {import("./pair.js").Pair | undefined} */
    this.pair = undefined;
    /** @type {ArrayLike<number>} */
    this.chosen = [];
    this.at = 0;
  }

  /**
   * @param {import("./pair.js").Pair} pair
   * @param {ArrayLike<number>} chosen its rows that are shown
   * @param {number} at that of the step
   */
  show(pair, chosen, at) {
    const others = pair !== this.pair || chosen !== this.chosen;
    const before = others ? undefined : this.element(below(chosen, this.at));
    [this.pair, this.chosen, this.at] = [pair, chosen, at];
    if (others) {
      this.box.setAttribute("aria-label", `${pair.name}, by logical event`);
      this.names.replaceChildren(heads(pair.sides.map((side) => side.name)));
      this.chunks.restart(chosen.length);
    }
    before?.removeAttribute("aria-current");
    const index = below(chosen, at);
    const current = chosen[index] === at ? this.element(index) : undefined;
    current?.setAttribute("aria-current", "step");
    if (current) this.reveal(current);
  }

  /**
   * @param {number} index among the chosen rows
   * @returns {Element | undefined}
   */
  element(index) {
    const found = this.chunks.row(index);
    return found?.querySelector("[data-at]") ?? found;
  }

  /**
   * Scroll the box, and nothing around it, so that a row is seen.
   * @param {Element} row
   */
  reveal(row) {
    const own = row.getBoundingClientRect();
    const { bottom: top } = this.names.getBoundingClientRect();
    const { bottom } = this.box.getBoundingClientRect();
    if (own.top >= top && own.bottom <= bottom) return;
    this.box.scrollTop += own.top - top - Math.max(0, bottom - top - own.height) / 3;
  }

  /**
   * The rows `[from, to)` of the chosen ones.
   * @param {number} from
   * @param {number} to
   */
  draw(from, to) {
    return Array.from({ length: to - from }, (_, index) => this.row(this.chosen[from + index]));
  }

  /**
   * A row, below the heading of its part if it is the first one there.
   * @param {number} at
   * @returns {HTMLElement}
   */
  row(at) {
    const pair = /** @type {import("./pair.js").Pair} */ (this.pair);
    const part = pair.part(at);
    const begins = at === part.first;
    const section = pair.section(at);
    const named = begins ? section !== part.title : section !== pair.section(at - 1);
    const mark = pair.mark(at);
    const current = at === this.at && { "aria-current": "step" };
    const row = make(
      "div", { role: "row", class: "aligned", "data-mark": mark, "data-at": at, ...current },
      make("span", { role: "cell", class: "section" }, named ? section : ""),
      cell(pair, at, 0),
      make(
        "span", { role: "cell", class: "sign" }, make("span", { "aria-hidden": "true" }, mark),
        make("span", { class: "spoken" }, meaning(pair, mark)),
      ),
      cell(pair, at, 1),
    );
    return begins ? make("div", { role: "none" }, heading(part, pair), row) : row;
  }
}

/**
 * @param {import("./pair.js").Pair} pair
 * @param {string} mark
 * @returns {string}
 */
function meaning(pair, mark) {
  const only = mark === "<" ? pair.sides[0].name : mark === ">" ? pair.sides[1].name : "";
  return [MEANINGS[mark] ?? "", only].filter(Boolean).join(" ");
}

/** @param {string[]} names */
function heads([left, right]) {
  const head = (/** @type {string} */ name, /** @type {Node | string} */ text) =>
    make("span", { role: "columnheader", class: name }, text);
  const spoken = (/** @type {string} */ text) => make("span", { class: "spoken" }, text);
  return make(
    "div", { role: "row", class: "aligned part" },
    head("section", spoken("section")), head("", left), head("sign", spoken("mark")), head("", right),
  );
}

/**
 * What a part is headed; a side that calls it otherwise, or lacks it, or goes back in time for it,
 * says so.
 * @param {{title: string, headings: string[], first: number, rows: number}} part
 * @param {import("./pair.js").Pair} pair
 */
function heading({ title, headings, first, rows }, pair) {
  const [left, right] = headings.map((text, which) => {
    const own = pair.rows(which).findIndex((row, at) => at >= first && row >= 0);
    const back = own >= 0 && own < first + rows && pair.backTo(own, which);
    const said = [text === pair.sides[which].name ? "" : text, back && `from its start, ${back} ms`];
    return make("span", { role: "cell" }, said.filter(Boolean).join(", "));
  });
  return make(
    "div", { role: "row", class: "aligned part" },
    make("span", { role: "cell", class: "section" }, title), left,
    make("span", { role: "cell", class: "sign" }), right,
  );
}

/**
 * @param {import("./pair.js").Pair} pair
 * @param {number} at
 * @param {number} which
 * @returns {HTMLElement}
 */
function cell(pair, at, which) {
  const row = pair.own(at, which);
  const text = make("span", { class: "said" }, pair.said(at, which));
  if (row === undefined) return make("span", { role: "cell", class: "gap" }, text);
  const number = make("span", { class: "seq" }, String(pair.sides[which].rows.seq[row]));
  return make("span", { role: "cell", class: "call" }, number, " ", text);
}
