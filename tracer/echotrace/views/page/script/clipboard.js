// What is copied.

import { make } from "./dom.js";

/**
 * Copy a text, where the browser lets a page do so.
 * @param {string} text
 * @returns {Promise<boolean>} whether it did
 */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedBySelecting(text);
  }
}

/**
 * Copies what is selected: works without permission, where the clipboard's interface is missing.
 * @param {string} text
 */
function copiedBySelecting(text) {
  const focused = document.activeElement;
  const area = make("textarea", { readonly: true, "aria-hidden": "true", class: "copied" });
  area.value = text;
  (focused?.parentElement ?? document.body).append(area); // a menu closes if the focus leaves it
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
