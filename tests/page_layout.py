"""What is wrong with the layout of a page: text that is cut, boxes that overlap, small targets."""

from playwright.sync_api import Page

_FAULTS = """() => {
  const found = [];
  const near = 1.5; // px: rounding
  const named = (element) => {
    const { id, className, tagName } = element;
    const look = typeof className === "string" && className ? `.${className}` : "";
    const text = element.textContent.trim().slice(0, 30);
    return `${tagName.toLowerCase()}${id ? `#${id}` : look} “${text}”`;
  };
  const all = { visibilityProperty: true, opacityProperty: true };
  const seen = (element) => element.checkVisibility(all);
  const unseen = (element) =>
    element.closest(".spoken, .skip, .ruler, [aria-hidden=true], noscript, script, option");

  if (document.documentElement.scrollWidth > innerWidth) {
    found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  }

  // Text outside of what clips it, where nobody can scroll to it.
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const parent = text.parentElement;
    if (!text.data.trim() || !seen(parent) || unseen(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    const scrolled = { x: false, y: false };
    for (let outer = parent; outer && outer !== document.body; outer = outer.parentElement) {
      const style = getComputedStyle(outer);
      const room = outer.getBoundingClientRect();
      for (const [axis, begin, end] of [["x", "left", "right"], ["y", "top", "bottom"]]) {
        const overflow = style[`overflow${axis.toUpperCase()}`];
        if (overflow === "auto" || overflow === "scroll") scrolled[axis] = true;
        else if (overflow !== "visible" && !scrolled[axis] &&
            (box[begin] < room[begin] - near || box[end] > room[end] + near)) {
          found.push(`cut: ${named(parent)} by ${named(outer)}`);
        }
      }
    }
    if (!scrolled.x && (box.right > innerWidth + near || box.left < -near)) {
      found.push(`beside the window: ${named(parent)}`);
    }
  }

  // Boxes side by side that are one over the other.
  for (const parent of document.querySelectorAll("body, body *")) {
    if (!seen(parent) || unseen(parent) || parent instanceof SVGElement) continue;
    const children = [...parent.children].filter((child) => {
      const { position, display } = getComputedStyle(child);
      return seen(child) && !unseen(child) && !child.matches(".waiting") &&
        (position === "static" || position === "relative") && display !== "inline" &&
        display !== "contents";
    });
    const boxes = children.map((child) => child.getBoundingClientRect());
    const reach = children.length > 60 ? 3 : children.length;
    boxes.forEach((box, first) => {
      for (let second = first + 1; second < Math.min(boxes.length, first + reach); second += 1) {
        const other = boxes[second];
        const wide = Math.min(box.right, other.right) - Math.max(box.left, other.left);
        const high = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
        if (wide > near && high > near) {
          found.push(`overlap: ${named(children[first])} and ${named(children[second])}`);
        }
      }
    });
  }

  // Controls that something else lies on, or that are hard to hit.
  const controls = "button, select, summary, input:not([type=range])";
  for (const control of document.querySelectorAll(controls)) {
    if (!seen(control) || unseen(control)) continue;
    control.scrollIntoView({ block: "center" });
    const box = (control.closest("label") ?? control).getBoundingClientRect();
    const small = Math.min(box.width, box.height) < 24;
    if (small && control.closest("#window")) found.push(`small: ${named(control)}`);
    const own = control.getBoundingClientRect();
    const top = document.elementFromPoint((own.left + own.right) / 2, (own.top + own.bottom) / 2);
    if (!top || !(control.contains(top) || top.contains(control))) {
      found.push(`covered: ${named(control)} by ${top ? named(top) : "nothing"}`);
    }
  }
  scrollTo(0, 0);
  return [...new Set(found)];
}"""


def faults(page: Page) -> list[str]:
    """What is cut, overlaps, is covered or too small to hit (24 CSS px) in the page as it is."""
    found = page.evaluate(_FAULTS)
    assert isinstance(found, list)
    return found
