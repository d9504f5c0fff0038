// What stands around the rows of a timeline: its heads, and the ways to lanes out of sight.

import { make } from "./dom.js";
import { reveal } from "./scrolling.js";

/** The least width of a lane, that of the ruler, in digits: letters are narrower. */
const LEAST = 14;
/** The lane of the others names a lane in each row, too. */
const OTHERS = "minmax(0,1.6fr)";
/** What stands before the lanes: the time, and the number of the event. */
export const MARGIN = ["ms", "event"];
const SCALE = "Rows are in the order of the events; how far apart they are says nothing of the time.";
/** Space around them, in digits. */
const SPACE = 4;

/** The frame of a timeline. */
export class LaneFrame {
  /**
   * @param {HTMLElement} pane
   * @param {(direction: number) => void} turn called to see the lanes before (-1) or behind
   */
  constructor(pane, turn) {
    const pager = (/** @type {number} */ direction) =>
      make("button", {
        type: "button", class: "pager", hidden: true, onclick: () => turn(direction),
      });
    this.before = pager(-1);
    this.after = pager(1);
    this.ruler = make("span", { class: "ruler", "aria-hidden": "true" });
    this.heads = make("div", { class: "heads", role: "rowgroup" });
    this.body = make("div", { role: "none" });
    this.table = make(
      "div", { class: "timeline", role: "table", tabindex: 0, "aria-label": "Timeline" },
      this.heads, this.body,
    );
    this.lane = this.width = 0;
    pane.append(
      make("div", { class: "lanes-bar" }, this.before, this.after, this.ruler),
      this.table,
    );
  }

  /**
   * How many lanes there is room for; 0 while nothing is seen.
   * @param {number} margin what stands before them, in digits
   */
  fitting(margin) {
    if (!this.seen) return 0;
    const room = this.width - (margin + SPACE) * (this.lane / LEAST);
    return Math.max(1, Math.floor(room / this.lane));
  }

  /** Read the sizes that say so: whoever does lets the page be laid out. */
  measure() {
    this.lane = this.ruler.offsetWidth;
    this.width = this.table.clientWidth;
  }

  /** Whether it had a size when that was read. */
  get seen() {
    return this.lane > 0 && this.width > 0;
  }

  /**
   * Head other lanes.
   * @param {import("./lane_rows.js").LaneRows} rows
   */
  dress(rows) {
    const { columns } = rows.side;
    const { lanes, rest } = rows.window;
    const heads = lanes.map((lane) => columns[lane]);
    const unseen = `${columns.length - heads.length} lanes`;
    const others = heads.length
      ? { title: "others", subtitle: `${unseen}, named in each row` }
      : { title: unseen, subtitle: "named in each row" };
    const { style } = this.table;
    style.setProperty("--time", `${rows.margin.time}ch`);
    style.setProperty("--number", `${rows.margin.number}ch`);
    style.setProperty("--lanes", String(heads.length));
    style.setProperty("--others", rest ? OTHERS : "");
    this.table.setAttribute("aria-rowcount", String(rows.count + 1));
    this.table.setAttribute("aria-colcount", String(MARGIN.length + rows.lanes));
    this.heads.replaceChildren(head(rest ? [...heads, others] : heads));
    this.page(columns, rows.window);
  }

  /**
   * Say which lanes are before and behind those that are shown.
   * @param {import("./data.js").Heading[]} columns
   * @param {import("./lane_window.js").LaneWindow} window
   */
  page(columns, { rest, begin, size }) {
    const end = begin + size;
    const names = (/** @type {number} */ from, /** @type {number} */ to) =>
      [...new Set([columns[from]?.key, columns[to - 1]?.key])].join("\u2013");
    this.before.hidden = this.after.hidden = !rest || !size;
    this.before.disabled = begin <= 1;
    this.after.disabled = end >= columns.length;
    const [first, last] = [Math.max(1, begin - size), Math.min(columns.length, end + size)];
    this.before.textContent = `\u2190 ${begin > 1 ? names(first, begin) : ""}`;
    this.after.textContent = `${end < columns.length ? names(end, last) : ""} \u2192`;
    this.before.setAttribute("aria-label", "Lanes before these");
    this.after.setAttribute("aria-label", "Lanes behind these");
  }

  /**
   * Bring a row into sight, with some room around it.
   * @param {HTMLElement} row
   */
  reveal(row) {
    const { offsetHeight } = this.heads;
    reveal(this.table, row, Math.min(2.5 * offsetHeight, this.table.offsetHeight / 4), offsetHeight);
  }
}

/**
 * @param {{title: string, subtitle: string}[]} titles
 * @returns {HTMLElement}
 */
function head(titles) {
  return make(
    "div", { class: "row", role: "row", "aria-rowindex": 1 },
    ...MARGIN.map((name, index) =>
      make(
        "div", { class: "margin", role: "columnheader", "aria-colindex": index + 1 }, name,
        ...(index ? [] : [" ", make("span", { class: "caption", title: SCALE }, "not to scale")]),
      ),
    ),
    ...titles.map(({ title, subtitle }, index) =>
      make(
        "div", { role: "columnheader", "aria-colindex": MARGIN.length + index + 1 },
        make("b", {}, title), " ", make("span", { class: "subtitle" }, subtitle),
      ),
    ),
  );
}
