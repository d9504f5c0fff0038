// What is put on paper: the step, and as much as helps of what is around it (see print.css).

import { make, place } from "./dom.js";

/** Lines of the source before and behind the marked ones. */
const LINES = 14;
/** Steps of the timeline before and behind the current one. */
const STEPS = 30;

/** Leaves out what is far from the step as long as the page is printed, and says so. */
export function printing() {
  const notes = ["source", "lanes"].map((id) => {
    const note = make("p", { class: "on-paper" });
    place(id).append(note);
    return note;
  });
  addEventListener("beforeprint", () => {
    const lines = nearOnly(place("source").querySelectorAll(".program li"), ".ran,.upcoming", LINES);
    const rows = nearOnly(place("lanes").querySelectorAll("[data-at]"), ".current", STEPS);
    const far = rows || place("lanes").querySelector(".chunk:empty");
    notes[0].textContent = lines ? "Only what is around the step is printed of this source." : "";
    notes[1].textContent = far ? "Only what is around the step is printed of this timeline." : "";
  });
  addEventListener("afterprint", () => {
    for (const element of document.querySelectorAll(".far")) element.classList.remove("far");
  });
}

/**
 * Mark as far those elements that are more than `most` from one that is `wanted`; without any such
 * one the first are near.
 * @param {NodeListOf<Element>} elements
 * @param {string} wanted
 * @param {number} most
 * @returns {boolean} whether some are far
 */
function nearOnly(elements, wanted, most) {
  const all = [...elements];
  const begin = Math.max(0, all.findIndex((element) => element.matches(wanted)));
  const end = Math.max(begin, all.findLastIndex((element) => element.matches(wanted)));
  const far = all.filter((_, index) => index < begin - most || index > end + most);
  for (const element of far) element.classList.add("far");
  return far.length > 0;
}
