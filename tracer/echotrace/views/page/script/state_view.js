// The state of a kernel as a picture: boxes for tasks, tables and descriptions. It is drawn into
// any element; what is the same as before is not touched.

import { changes } from "./state_changes.js";
import { Connectors } from "./state_connectors.js";
import { make } from "./dom.js";
import { folded, groupStarts, isLong } from "./state_folds.js";
import { FoldNode } from "./fold_node.js";
import { linkEnds, oneStop } from "./state_links.js";
import { LineNode } from "./state_line.js";
import { ownerOf } from "./state_keys.js";

/** What its sections are called in a style sheet, in their order. */
const STATE_SECTIONS = ["tree", "tables", "opens"];
/** From so many lines on, those out of sight are not laid out. */
const MANY_LINES = 200;

/**
 * What a picture shows, and in which tab.
 * @typedef {{tab: unknown, side: import("./data.js").Side, before: number, after: number}} Shown
 */

/** Draws the states of any side. */
export class StateView {
  /** @param {HTMLElement} element which it fills */
  constructor(element) {
    this.sections = STATE_SECTIONS.map((name) => new SectionView(name, () => this.redraw()));
    /** @type {Shown | null} */
    this.last = null;
    this.picture = make("div", { class: "picture" }, ...this.sections.map((each) => each.element));
    this.connectors = new Connectors(this.picture);
    linkEnds(this.picture);
    element.append(make("div", { class: "state-view" }, this.picture));
  }

  /**
   * Show the state at a moment, marked with what changed since another one. What somebody has
   * unfolded stays so until another tab is shown.
   * @param {unknown} tab
   * @param {import("./data.js").Side} side
   * @param {number} before
   * @param {number} after
   */
  show(tab, side, before, after) {
    if (this.last?.tab !== tab) for (const section of this.sections) section.all = false;
    this.last = { tab, side, before, after };
    this.draw(this.last);
  }

  /** Another tab is shown. */
  leave() {
    this.last = null;
  }

  redraw() {
    if (this.last) this.draw(this.last);
  }

  /** @param {Shown} shown */
  draw({ side, before, after }) {
    const { moments } = side;
    const [was, is] = [moments.at(before), moments.at(after)];
    const drawn = this.sections.map((section, index) =>
      section.show(moments, was[index], is[index], moments.sections[index]),
    );
    if (!drawn.some(Boolean)) return;
    oneStop(this.picture);
    this.connectors.redraw();
  }
}

/** A section: its lines by key. */
class SectionView {
  /**
   * @param {string} name
   * @param {() => void} redraw
   */
  constructor(name, redraw) {
    this.title = make("h2");
    this.list = make("ul", { class: "" });
    this.fewer = make("button", {
      type: "button", class: "rest-button fewer", hidden: true, onclick: () => this.unfold(false),
    }, "Show fewer");
    this.element = make("section", { class: name }, this.title, this.fewer, this.list);
    this.redraw = redraw;
    /** Whether all of it is shown, however long it is. */
    this.all = false;
    /** @type {Map<string, LineNode | FoldNode>} */
    this.nodes = new Map();
    this.placing = 0;
    /** What is shown. @type {unknown[]} */
    this.shown = [];
  }

  /**
   * @param {import("./moments.js").Moments} moments
   * @param {ReadonlyArray<number>} before
   * @param {ReadonlyArray<number>} after
   * @param {string} title
   * @returns {boolean} whether it drew anything
   */
  show(moments, before, after, title) {
    const wanted = [moments, after, before === after ? null : before, this.all];
    if (wanted.every((each, index) => each === this.shown[index])) return false;
    this.shown = wanted;
    if (this.title.textContent !== title) this.title.textContent = title;
    const sort = moments.sort.bind(moments);
    const marked = changes(before, after, (number) => moments.line(number));
    const starts = groupStarts(marked, sort);
    const long = isLong(starts);
    this.fewer.hidden = !(long && this.all);
    const lines = long && !this.all ? folded(marked, starts, sort) : marked;
    this.draw(lines.map((each) => (typeof each === "number" ? moments.line(each) : each)));
    return true;
  }

  /**
   * Show all of it, or no more than may be read; the focus goes to the way back.
   * @param {boolean} all
   */
  unfold(all) {
    this.all = all;
    this.redraw();
    /** @type {HTMLElement | null} */
    const back = all ? this.fewer : this.list.querySelector(".rest-button");
    back?.focus({ preventScroll: true });
  }

  /** @param {(import("./moments.js").Line | import("./state_folds.js").Fold)[]} lines */
  draw(lines) {
    this.placing += 1;
    const nodes = lines.map((line) => this.node(line));
    for (const [key, node] of this.nodes) {
      if (node.drawn === this.placing) continue;
      node.element.remove();
      this.nodes.delete(key);
    }
    this.place(nodes);
    for (const node of nodes) node.close();
    this.list.classList.toggle("many", nodes.length > MANY_LINES);
  }

  /** @param {import("./moments.js").Line | import("./state_folds.js").Fold} line */
  node(line) {
    let node = this.nodes.get(line.key);
    if (!node) {
      node = "facts" in line ? new LineNode(line) : new FoldNode(line, () => this.unfold(true));
      this.nodes.set(line.key, node);
    }
    if (node instanceof LineNode && "facts" in line) node.show(line);
    if (node instanceof FoldNode && "text" in line) node.show(line);
    node.drawn = this.placing;
    return node;
  }

  /**
   * Each behind the one before it, in the list of that which it is part of.
   * @param {(LineNode | FoldNode)[]} nodes
   */
  place(nodes) {
    /** @type {Map<HTMLElement, Element | null>} */
    const next = new Map();
    for (const { element, line } of nodes) {
      const list = this.nodes.get(ownerOf(line.key))?.list() ?? this.list;
      const here = next.has(list) ? next.get(list) : list.firstElementChild;
      if (here === element) next.set(list, element.nextElementSibling);
      else {
        list.insertBefore(element, here ?? null);
        next.set(list, here ?? null);
      }
    }
  }
}
