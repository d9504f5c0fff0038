// A source with the line that just ran and the one that runs next, drawn into any element. Its
// lines are made anew only if it is another file.

import { BEGIN, RETURN } from "./data.js";
import { make } from "./dom.js";
import { reveal } from "./scrolling.js";

/** More of a line is not shown: no program has such lines, and they take long to break. */
const WIDEST_LINE = 2000;
/** How much (px) is seen above and below the marked lines, if there is room: three lines. */
const CONTEXT = 60;
/** Columns from one tab stop to the next. */
const TAB = 4;
/** The signs of the marked lines, and what they say. */
const ARROWS = { ran: ["\u25b6", "just ran"], upcoming: ["\u25b7", "next"] };
/** The same where a call only begins, and where one that waited returns. */
const ARROWS_OF_PARTS = new Map([
  [BEGIN, { ...ARROWS, ran: ["\u2016", "waits in this line"] }],
  [RETURN, { ...ARROWS, ran: ["\u25b6", "returned from this line"] }],
]);

/** @typedef {import("./data.js").Place} Place */
/** @typedef {import("./data.js").Source} Source */

/** Draws the sources of any side. */
export class SourceView {
  /** @param {HTMLElement} element which it fills */
  constructor(element) {
    this.title = make("h2");
    this.choice = make("select", { onchange: () => this.chosen() });
    this.files = make("label", { class: "files" }, "File ", this.choice);
    this.note = make("p", { class: "note" });
    this.list = make("ol");
    this.scroller = make(
      "div", { class: "scroller", tabindex: 0, role: "region", "aria-label": "Lines of the source" },
      this.list,
    );
    this.legend = make("p", { class: "legend" });
    this.body = make(
      "div", { class: "program" }, this.title, this.files, this.note, this.scroller, this.legend,
    );
    element.append(this.body);
    /** @type {import("./data.js").Side | null} */
    this.side = null;
    /** @type {Source | null} */
    this.source = null;
    /** The marked lines. @type {HTMLElement[]} */
    this.marked = [];
    this.arrows = ARROWS;
    /** The numbers of the lines to be seen. @type {(number | null)[]} */
    this.wanted = [];
  }

  /**
   * Show where the program is at a row; with `where` null nothing of that. Where there is no
   * source, that of the nearest row which has one is shown dimmed.
   * @param {import("./data.js").Side} side
   * @param {number | undefined} row none shows nothing
   * @param {Place | null} where
   */
  show(side, row, where) {
    if (side !== this.side) this.offer(side);
    const here = where ?? NOWHERE;
    const last = here.source === null && row !== undefined ? lastSeen(side, row) : here;
    setTextOf(this.title, here.title);
    const next = here.elsewhere && `Next: ${here.elsewhere}`;
    setTextOf(this.note, here.problem || next);
    this.note.hidden = !this.note.textContent;
    this.body.classList.toggle("past", here.source === null);
    this.open(last.source);
    const part = where && row !== undefined ? side.rows.part[row] : undefined;
    this.arrows = (part && ARROWS_OF_PARTS.get(part)) || ARROWS;
    setTextOf(this.legend, arrowLegend(this.arrows));
    this.mark({ ran: here.ran, upcoming: here.upcoming });
    this.wanted = here.source === null ? [last.ran] : [here.ran, here.upcoming];
  }

  /** @param {import("./data.js").Side} side */
  offer(side) {
    this.side = side;
    this.choice.replaceChildren(
      ...side.sources.map(({ name }, number) => make("option", { value: number }, name)),
    );
    this.files.hidden = side.sources.length < 2;
  }

  /** Another file, until the next step: without arrows, which are in the file of the step. */
  chosen() {
    this.mark({ ran: null, upcoming: null });
    this.open(Number(this.choice.value));
    this.scroller.scrollTop = 0;
  }

  /** @param {number | null} number of a source of the side */
  open(number) {
    const source = number === null ? null : (this.side?.sources[number] ?? null);
    if (number !== null) this.choice.value = String(number);
    this.scroller.hidden = this.legend.hidden = !source;
    if (source === this.source) return;
    this.source = source;
    this.marked = [];
    this.list.replaceChildren();
    const lines = source?.lines ?? [];
    this.list.style.setProperty("--digits", String(String(lines.length).length));
    this.list.append(...lines.map(lineElement));
    this.scroller.scrollTop = 0;
  }

  /** @param {Record<"ran" | "upcoming", number | null>} at the numbers of lines */
  mark(at) {
    for (const line of this.marked) unmark(line);
    this.marked = [];
    for (const what of /** @type {const} */ (["ran", "upcoming"])) {
      const number = at[what];
      const line = number === null ? null : this.list.children[number - 1];
      if (!(line instanceof HTMLElement)) continue;
      const [sign, words] = this.arrows[what];
      line.classList.add(what);
      line.firstElementChild?.append(
        make("span", { class: "arrow", "aria-hidden": "true" }, sign),
        make("span", { class: "spoken" }, `${words}: `),
      );
      this.marked.push(line);
    }
  }

  /**
   * Scroll as little as needed until the lines that are shown are seen, the first one rather than
   * the second.
   */
  reveal() {
    for (const number of this.wanted.toReversed()) {
      const line = number === null ? null : this.list.children[number - 1];
      if (!line) continue;
      const { height } = line.getBoundingClientRect();
      const most = Math.max(0, (this.scroller.offsetHeight - height) / 3);
      reveal(this.scroller, line, Math.min(CONTEXT, most));
    }
  }
}

/** @type {Place} */
const NOWHERE = {
  title: "Source", source: null, ran: null, upcoming: null, elsewhere: "", problem: "",
};

/**
 * The place of the nearest row that has a source, before this one if there is one.
 * @param {import("./data.js").Side} side
 * @param {number} row
 * @returns {Place}
 */
function lastSeen(side, row) {
  if (!side.sources.length) return NOWHERE;
  for (let at = row - 1; at >= 0; at -= 1) {
    if (side.place(at).source !== null) return side.place(at);
  }
  for (let at = row + 1; at < side.rows.place.length; at += 1) {
    if (side.place(at).source !== null) return side.place(at);
  }
  return NOWHERE;
}

/**
 * A line with its number. It hangs: what is broken off stands deeper than the line's indentation,
 * which is a space beside the text (see panes.css), and only for who copies it in the text.
 * @param {string} text
 * @param {number} index
 */
function lineElement(text, index) {
  const shown = shownOfLine(text);
  const indent = shown.slice(0, shown.search(/[^ \t]|$/));
  const code = make("code", {}, make("span", { class: "indent" }, indent), shown.slice(indent.length));
  code.style.setProperty("--indent", String(columns(indent)));
  const number = make("span", { class: "number" }, String(index + 1));
  return make("li", {}, make("span", { class: "arrows" }), number, code);
}

/**
 * How many columns spaces and tabs take.
 * @param {string} indent
 */
function columns(indent) {
  const column = (/** @type {number} */ at, /** @type {string} */ each) =>
    each === "\t" ? at + TAB - (at % TAB) : at + 1;
  return [...indent].reduce(column, 0);
}

/** @param {string} text */
function shownOfLine(text) {
  if (text.length <= WIDEST_LINE) return text;
  const start = text.slice(0, WIDEST_LINE).replace(/[\ud800-\udbff]$/, "");
  const rest = (text.length - start.length).toLocaleString("en");
  return `${start}\u2026 (${rest} more characters)`;
}

/** @param {HTMLElement} line */
function unmark(line) {
  line.removeAttribute("class");
  line.firstElementChild?.replaceChildren();
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setTextOf(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {typeof ARROWS} arrows */
function arrowLegend({ ran, upcoming }) {
  return [ran, upcoming].map((each) => each.join("\u00a0")).join("  ");
}
