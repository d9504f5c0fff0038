// What a trace does not hold, said before anything else; and how it was recorded.

import { make, place } from "./dom.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function notesPane(store, tabs) {
  const pane = place("notes");
  const recorded = place("recorded");
  const first = make("span");
  const heading = make("h2", { tabindex: -1 }, "What is missing");
  const whole = make("button", { type: "button", onclick: () => heading.focus() });
  const line = make("p", { id: "warning" }, first, " ", whole);
  place("stepper").before(line);
  let shown = -1;
  store.show((view) => {
    if (view.tab === shown) return;
    shown = view.tab;
    const { notes, sides } = tabs[shown];
    line.hidden = !notes.length;
    first.replaceChildren(make("b", { "aria-hidden": "true" }, "\u26a0 "), notes[0] ?? "");
    whole.textContent = `${notes.length - 1} more`;
    whole.hidden = notes.length < 2;
    const list = make("ul", {}, ...notes.map((note) => make("li", {}, note)));
    pane.replaceChildren(...(notes.length ? [heading, list] : []));
    recorded.replaceChildren(make("h2", {}, "How it was recorded"), ...sides.map(
      (side) => make(
        "p", {}, make("b", {}, side.name), ` \u00b7 ${side.title}`, make("br"),
        make("code", {}, side.command),
      ),
    ));
  });
}
