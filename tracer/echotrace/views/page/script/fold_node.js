// A line that stands for many that are as before, as an element: a button that shows them all.

import { make } from "./dom.js";

/** @typedef {import("./state_folds.js").Fold} Fold */

/** A fold; it takes the place of lines among others. */
export class FoldNode {
  /**
   * @param {Fold} fold
   * @param {() => void} showAll
   */
  constructor(fold, showAll) {
    this.button = make("button", {
      type: "button", class: "rest-button", title: "Show all", onclick: showAll,
    });
    this.element = make("li", { class: "rest" }, this.button);
    /** The last placing in which it was drawn. */
    this.drawn = 0;
    this.line = fold;
    this.show(fold);
  }

  /** @param {Fold} fold */
  show(fold) {
    this.line = fold;
    if (this.button.textContent !== fold.text) this.button.textContent = fold.text;
  }

  /** Nothing is part of it. */
  list() {
    return null;
  }

  close() {}
}
