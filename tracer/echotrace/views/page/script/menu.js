// A small menu behind a word: what it holds is seen when it is open.

import { make } from "./dom.js";

/**
 * @param {string} name
 * @param {string} look its class
 * @param {...Node} children
 * @returns {HTMLDetailsElement}
 */
export function menu(name, look, ...children) {
  const summary = make("summary", {}, name);
  const element = make(
    "details", { class: `tool ${look}` }, summary, make("div", { class: "menu" }, ...children),
  );
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !element.open) return;
    element.open = false;
    summary.focus();
  });
  element.addEventListener("focusout", (event) => {
    const to = event.relatedTarget;
    if (to instanceof Node && !element.contains(to)) element.open = false;
  });
  document.addEventListener("click", ({ target }) => {
    if (!(target instanceof Node && element.contains(target))) element.open = false;
  });
  return element;
}
