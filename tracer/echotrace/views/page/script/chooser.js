// One of several: from a list, or where that would be too long, by its name.

import { make } from "./dom.js";

/** More than so many are not to be found in a list. */
const MOST_LISTED = 60;
let lists = 0;

/**
 * @typedef {{value: string, text: string}} Option
 */

/** A control that chooses one of several. */
export class Chooser {
  /**
   * @param {string} label
   * @param {string} all what is chosen by the empty value
   * @param {(value: string) => void} choose
   */
  constructor(label, all, choose) {
    this.label = label;
    this.all = all;
    this.choose = choose;
    this.element = make("span", { class: "chooser" });
    /** @type {Option[]} */
    this.options = [];
    /** @type {HTMLSelectElement | HTMLInputElement | undefined} */
    this.control = undefined;
  }

  /**
   * Offer these.
   * @param {Option[]} options
   */
  offer(options) {
    this.options = options;
    this.control = options.length > MOST_LISTED ? this.input() : this.select();
  }

  /** @param {string} value which is chosen now */
  show(value) {
    if (!this.control) return;
    const option = this.options.find((each) => each.value === value);
    if (this.control instanceof HTMLSelectElement && value && !option) {
      this.control.append(make("option", { value }, `${value}: not in this trace`));
    }
    const typed = this.control instanceof HTMLInputElement;
    this.control.value = typed ? (option?.text ?? value) : value;
  }

  select() {
    const select = make(
      "select", { "aria-label": this.label, onchange: () => this.choose(select.value) },
      make("option", { value: "" }, this.all),
      ...this.options.map(({ value, text }) => make("option", { value }, text)),
    );
    this.element.replaceChildren(select);
    return select;
  }

  input() {
    const id = `list-${(lists += 1)}`;
    const input = make("input", {
      list: id, "aria-label": this.label, placeholder: this.all, autocomplete: "off",
      onchange: () => this.typed(input),
    });
    const list = make("datalist", { id }, ...this.options.map(({ text }) =>
      make("option", { value: text }),
    ));
    this.element.replaceChildren(input, list);
    return input;
  }

  /**
   * Takes the whole text of an option, one of its words, or its value.
   * @param {HTMLInputElement} input
   */
  typed(input) {
    const said = input.value.trim();
    const fits = (/** @type {Option} */ { value, text }) =>
      [value, text, ...text.split(" ")].some((each) => each.toLowerCase() === said.toLowerCase());
    const option = said ? this.options.find(fits) : { value: "" };
    input.setCustomValidity(option ? "" : `There is no ${said} here.`);
    if (option) this.choose(option.value);
    else input.reportValidity();
  }
}
