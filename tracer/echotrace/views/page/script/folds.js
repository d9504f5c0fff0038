// The source and the state fold away to a strip, where the lanes need their room.

import { make, place } from "./dom.js";

const FOLDS = /** @type {const} */ ([
  { id: "source", name: "Source", field: "noSource", signs: ["\u25c2", "\u25b8"] },
  { id: "state", name: "State", field: "noState", signs: ["\u25b8", "\u25c2"] },
]);

/** @param {import("./store.js").Store} store */
export function foldedPanes(store) {
  for (const { id, name, field, signs } of FOLDS) {
    const pane = place(id);
    const sign = make("span", { "aria-hidden": "true" });
    const button = make(
      "button", { type: "button", class: "fold", "aria-label": name, title: `Fold or unfold (${name})`,
        onclick: () => store.set({ [field]: !store.view[field] }) },
      sign, make("span", { class: "name" }, ` ${name}`),
    );
    pane.prepend(button);
    store.show((view) => {
      const folded = view[field];
      pane.classList.toggle("folded", folded);
      sign.textContent = signs[Number(folded)];
      button.setAttribute("aria-expanded", String(!folded));
    });
  }
}
