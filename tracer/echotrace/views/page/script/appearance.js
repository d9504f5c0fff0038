// How the page looks: its theme, large type for a lecture; and the link that leads to all of it.

import { copied } from "./clipboard.js";
import { make, place } from "./dom.js";
import { linkTo } from "./permalink_pane.js";
import { menu } from "./menu.js";

const THEMES = { "": "as the system", light: "light", dark: "dark" };

/** @param {import("./store.js").Store} store */
export function appearance(store) {
  const root = document.documentElement;
  store.show(({ lecture, theme }) => {
    root.toggleAttribute("data-lecture", lecture);
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  });
}

/**
 * The control of it.
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function viewMenu(store, tabs) {
  const lecture = make("input", {
    type: "checkbox", onchange: () => store.set({ lecture: lecture.checked }),
  });
  const themes = Object.entries(THEMES).map(([value, name]) => make("option", { value }, name));
  const theme = make("select", { onchange: () => store.set({ theme: theme.value }) }, ...themes);
  const done = make("output");
  const copy = async () => {
    const link = linkTo(store, tabs);
    done.value = (await copied(link)) ? "The link is copied." : `Copy it from here: ${link}`;
  };
  const view = menu(
    "View", "view",
    make("label", {}, lecture, " Large type, for a lecture"),
    make("label", {}, "Colours ", theme),
    make("button", { type: "button", onclick: copy }, "Copy the link to this step"),
    done,
  );
  view.addEventListener("toggle", () => (done.value = ""));
  place("tools").append(view);
  store.show((shown) => {
    lecture.checked = shown.lecture;
    theme.value = shown.theme;
  });
}
