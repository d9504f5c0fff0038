// A line of a state as an element: its mark, its head, and its facts.

import { CHANGED, GONE, NEW } from "./state_changes.js";
import { make } from "./dom.js";
import { ENDED, descriptionOf, kindOf } from "./state_keys.js";

/** @typedef {import("./moments.js").Line} Line */

/** What a mark says to whoever hears it. @type {Map<string, string>} */
export const MARK_WORDS = new Map([[NEW, "new"], [GONE, "gone"], [CHANGED, "changed"]]);
/** The same as a legend. */
export const MARK_SIGNS = [...MARK_WORDS].map(([sign, word]) => `${sign}\u00a0${word}`).join("  ");
/** How the fact begins that somebody waits in a call. */
const WAITING_WORDS = "waiting in ";

/** A line, and the list of the lines that are part of it. */
export class LineNode {
  /** @param {Line} line */
  constructor(line) {
    const to = descriptionOf(line.key);
    this.text = make("div", { class: "line", "data-description": to || false });
    if (to) this.text.tabIndex = -1;
    this.element = make("li", { class: kindOf(line.key) }, this.text);
    /** @type {HTMLUListElement | null} */
    this.parts = null;
    /** The last placing in which it was drawn. */
    this.drawn = 0;
    this.line = line;
    this.fill();
  }

  /** @param {Line} line */
  show(line) {
    if (this.line === line) return;
    this.line = line;
    this.fill();
  }

  fill() {
    const { depth, head, facts, mark } = this.line;
    const word = MARK_WORDS.get(mark);
    const { element } = this;
    if (element.ariaLevel !== String(depth + 1)) {
      element.ariaLevel = String(depth + 1);
      element.style.setProperty("--depth", String(depth));
    }
    if (element.dataset.mark !== word) {
      if (word) element.dataset.mark = word;
      else delete element.dataset.mark;
    }
    const text = make("span", { class: "told" }, make("b", { class: "head" }, head));
    text.append(...facts.map(factElement));
    const sign = word ? [make("span", { class: "mark", title: word }, mark)] : [];
    this.text.replaceChildren(...sign, text);
  }

  /** The list of its parts, which stands in it from now on. */
  list() {
    this.parts ??= this.element.appendChild(make("ul"));
    return this.parts;
  }

  /** Without parts it has no list of them. */
  close() {
    if (!this.parts || this.parts.firstChild) return;
    this.parts.remove();
    this.parts = null;
  }
}

/**
 * A fact as text: " · references 2 (was 1)".
 * @param {import("./moments.js").Fact} fact
 */
function factElement({ name, label, text, was }) {
  const state = [text.startsWith(WAITING_WORDS) && "waits", text.startsWith(ENDED) && "ended"];
  const element = make("span", { class: [`fact-${name}`, ...state].filter(Boolean).join(" ") });
  element.append(make("span", { class: "dot" }, " \u00b7 "));
  if (label) element.append(label);
  if (label && text) element.append(" ");
  if (text) element.append(name === "references" ? make("strong", {}, text) : text);
  if (was) element.append(make("span", { class: "was" }, `${label || text ? " " : ""}(was ${was})`));
  return element;
}
