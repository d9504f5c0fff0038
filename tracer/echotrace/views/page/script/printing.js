// What is put on paper: the step, and as much as helps of what is around it (see print.css).

import { make, place } from "./dom.js";

/** Lines of the source before and behind the marked ones. */
const LINES = 12;
/** Steps of the timeline before and behind the current one. */
const STEPS = 12;

/** What is cut: in which section, of what, around which, and how it is called. */
const CUT = [
  { id: "source", all: ".program li", wanted: ".ran,.upcoming", most: LINES, name: "source" },
  { id: "lanes", all: "[data-at]", wanted: "[aria-current]", most: STEPS, name: "timeline" },
  { id: "pair", all: "[data-at]", wanted: "[aria-current]", most: STEPS, name: "comparison" },
];

/** Leaves out what is far from the step as long as the page is printed, and says so. */
export function printing() {
  const notes = CUT.map(({ id, name }) => {
    const told = `Only what is around the step is printed of this ${name}.`;
    const note = make("p", { class: "on-paper", hidden: true }, told);
    place(id).append(note);
    return note;
  });
  addEventListener("beforeprint", () => {
    CUT.forEach(({ id, all, wanted, most }, number) => {
      const section = place(id);
      const far = nearOnly(section.querySelectorAll(all), wanted, most);
      leaveOutWaits(section);
      notes[number].hidden = !far && !section.querySelector(".chunk:empty");
    });
  });
  addEventListener("afterprint", () => {
    for (const element of document.querySelectorAll(".far")) element.classList.remove("far");
  });
}

/**
 * Mark as far where somebody waits in rows only that are far.
 * @param {HTMLElement} section
 */
function leaveOutWaits(section) {
  for (const wait of /** @type {NodeListOf<HTMLElement>} */ (section.querySelectorAll(".waiting"))) {
    const rows = [...(wait.parentElement?.querySelectorAll("[data-at]") ?? [])];
    const [from, to] = [Number(wait.dataset.from), Number(wait.dataset.to)];
    const own = rows.slice(from >> 1, ((to - 1) >> 1) + 1);
    wait.classList.toggle("far", own.every((row) => row.classList.contains("far")));
  }
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
