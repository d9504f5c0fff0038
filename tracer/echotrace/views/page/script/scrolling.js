// Brings something into sight.

/**
 * Scroll as little as needed until an element is seen with some room around it; of one that is
 * too high, its top.
 * @param {HTMLElement} scroller
 * @param {Element} element
 * @param {number} room (px) above and below it
 * @param {number} [covered] (px) of the scroller by what stays at its top
 */
export function reveal(scroller, element, room, covered = 0) {
  const seen = scroller.getBoundingClientRect();
  const box = element.getBoundingClientRect();
  const above = box.top - room - covered - seen.top;
  const under = box.bottom + room - seen.bottom;
  if (above < 0) scroller.scrollTop += above;
  else if (under > 0) scroller.scrollTop += Math.min(under, above);
}
