// What refers to one another lights up together, at the pointer and at the focus; the arrow keys
// move the focus from one to the next.

const LIT = "lit";

/**
 * Let what has one `data-description` in a picture light up together.
 * @param {HTMLElement} picture
 */
export function linkEnds(picture) {
  /** @param {Event} event */
  const light = (event) => lightUp(picture, descriptionAt(event.target));
  const put = () => lightUp(picture, descriptionAt(document.activeElement));
  picture.addEventListener("pointerover", light);
  picture.addEventListener("focusin", light);
  picture.addEventListener("pointerleave", put);
  picture.addEventListener("focusout", () => lightUp(picture, ""));
  picture.addEventListener("keydown", (event) => moveFocus(picture, event));
}

/**
 * One stop for the Tab key: the first, unless the focus is at another one.
 * @param {HTMLElement} picture
 */
export function oneStop(picture) {
  const first = picture.querySelector(".line[data-description]");
  makeStop(picture, picture.querySelector(".line:focus") ?? first);
}

/**
 * @param {HTMLElement} picture
 * @param {Element | null} stop
 */
function makeStop(picture, stop) {
  const former = picture.querySelector('.line[tabindex="0"]');
  if (former === stop) return;
  former?.setAttribute("tabindex", "-1");
  stop?.setAttribute("tabindex", "0");
}

/**
 * @param {HTMLElement} picture
 * @param {string} description "" for none
 */
function lightUp(picture, description) {
  for (const each of picture.querySelectorAll(`.${LIT}`)) each.classList.remove(LIT);
  if (!description) return;
  for (const each of picture.querySelectorAll(`[data-description="${description}"]`)) {
    each.classList.add(LIT);
  }
}

/**
 * @param {EventTarget | null} target
 * @returns {string}
 */
function descriptionAt(target) {
  const found = target instanceof Element ? target.closest("[data-description]") : null;
  return found?.getAttribute("data-description") ?? "";
}

/**
 * @param {HTMLElement} picture
 * @param {KeyboardEvent} event
 */
function moveFocus(picture, event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  const ends = /** @type {HTMLElement[]} */ ([...picture.querySelectorAll(".line[tabindex]")]);
  const to = ends[ends.indexOf(/** @type {HTMLElement} */ (event.target)) + by];
  event.preventDefault();
  if (!to) return;
  makeStop(picture, to);
  to.focus();
}
