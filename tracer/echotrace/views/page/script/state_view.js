// The state of a kernel as a picture: boxes for tasks, tables and descriptions. It is drawn into
// any element; what is the same as before is not touched.

import { changes } from "./state_changes.js";
import { Connectors } from "./state_connectors.js";
import { make } from "./dom.js";
import { linkEnds, oneStop } from "./state_links.js";
import { LineNode } from "./state_line.js";
import { ownerOf } from "./state_keys.js";

/** What its sections are called in a style sheet, in their order. */
const STATE_SECTIONS = ["tree", "tables", "opens"];
/** From so many lines on, those out of sight are not laid out. */
const MANY_LINES = 200;

/** Draws the states of any side. */
export class StateView {
  /** @param {HTMLElement} element which it fills */
  constructor(element) {
    this.sections = STATE_SECTIONS.map((name) => new SectionView(name));
    this.picture = make("div", { class: "picture" }, ...this.sections.map((each) => each.element));
    this.connectors = new Connectors(this.picture);
    linkEnds(this.picture);
    element.append(make("div", { class: "state-view" }, this.picture));
  }

  /**
   * Show the state at a moment, marked with what changed since another one.
   * @param {import("./data.js").Side} side
   * @param {number} before
   * @param {number} after
   */
  show(side, before, after) {
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
  /** @param {string} name */
  constructor(name) {
    this.title = make("h2");
    this.list = make("ul");
    this.element = make("section", { class: name }, this.title, this.list);
    /** @type {Map<string, LineNode>} */
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
    const wanted = [moments, after, before === after ? null : before];
    if (wanted.every((each, index) => each === this.shown[index])) return false;
    this.shown = wanted;
    if (this.title.textContent !== title) this.title.textContent = title;
    this.draw(changes(before, after, (number) => moments.line(number)));
    return true;
  }

  /** @param {import("./moments.js").Line[]} lines */
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

  /** @param {import("./moments.js").Line} line */
  node(line) {
    let node = this.nodes.get(line.key);
    if (node) node.show(line);
    else this.nodes.set(line.key, (node = new LineNode(line)));
    node.drawn = this.placing;
    return node;
  }

  /**
   * Each behind the one before it, in the list of that which it is part of.
   * @param {LineNode[]} nodes
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
