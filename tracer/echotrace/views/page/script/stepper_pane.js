// First, previous, next, last, the slider, and the sentence that explains the step.

import { make, place } from "./dom.js";
import { guideOf } from "./guide_pane.js";
import { below } from "./moves.js";
import { Proofs, gravestIn } from "./proofs.js";
import { seenIn } from "./seen.js";
import { Slider } from "./slider.js";
import { WAYS, keyOf, keysHelp, keysOf } from "./stepper_ways.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function stepperPane(store, tabs) {
  const pane = place("stepper");
  const title = document.title;
  const stepper = new Stepper(store, tabs, pane);
  pane.tabIndex = -1; // a click on its text gives it the focus, and so the keys
  pane.addEventListener("keydown", (event) => stepper.pressed(event));
  store.show((view) => {
    const where = stepper.show(view);
    document.title = `${tabs[view.tab].name} \u00b7 ${where} \u00b7 ${title}`;
  });
}

class Stepper {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./tabs.js").Tab[]} tabs
   * @param {HTMLElement} pane
   */
  constructor(store, tabs, pane) {
    this.store = store;
    this.tabs = tabs;
    this.buttons = WAYS.filter((way) => way.button).map((way) => this.button(way));
    this.slider = new Slider((at) => store.set({ at }));
    this.where = make("p", { class: "where" });
    this.told = make("p", { class: "told", "aria-live": "polite" });
    this.guide = make("div");
    this.help = keysHelp(this.guide);
    const ask = make("button", {
      type: "button", "aria-label": "Keys", title: "What you see, and which keys there are (?)",
      onclick: () => this.explain(),
    }, "?");
    const ways = make("div", { class: "ways", role: "group", "aria-label": "Steps" });
    ways.append(...this.buttons.map(({ element }) => element));
    this.proofs = new Proofs();
    const words = make("div", { class: "words" }, this.told, this.proofs.line);
    keepRoom(words);
    pane.append(
      make(
        "div", { class: "controls" }, ways, this.slider.element, this.where, this.proofs.counts, ask,
      ),
      words, this.help,
    );
    /** Whether a held key waits for the page to be drawn. */
    this.waits = false;
  }

  /** @param {import("./stepper_ways.js").Way} way */
  button(way) {
    const element = make("button", {
      type: "button", title: `${way.told} (${keysOf(way)})`, "aria-keyshortcuts": way.keys.join(" "),
      onclick: () => {
        this.go(way);
        element.focus(); // not every browser does that
      },
    }, way.button ?? "");
    return { way, element };
  }

  explain() {
    this.guide.replaceChildren(...guideOf(this.tabs[this.store.view.tab].sides));
    this.help.showModal();
  }

  chosen() {
    return this.tabs[this.store.view.tab].chosen(this.store.view);
  }

  /** To what the steps of the tab belong. @param {import("./store.js").View} view */
  courses(view) {
    const tab = this.tabs[view.tab];
    return (/** @type {number} */ at) => tab.course(at, view);
  }

  /** @param {import("./stepper_ways.js").Way} way */
  go(way) {
    const { view } = this.store;
    const course = this.courses(view);
    const told = seenIn(view, this.tabs)?.along ?? Infinity;
    const seen = (/** @type {number} */ at) => (at > told ? NaN : course(at));
    this.store.set({ at: way.to(this.chosen(), view.at, seen) });
  }

  /**
   * A key in the stepper. One that is held goes a step each time the page is drawn, and no further
   * when it is let go.
   * @param {KeyboardEvent} event
   */
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.help.open || isTyped(event)) return;
    const way = WAYS.find(({ keys }) => keys.includes(keyOf(event)));
    if (!way && event.key !== "?") return;
    event.preventDefault();
    if (!way) this.explain();
    else if (!event.repeat || !this.waits) {
      this.waits = true;
      requestAnimationFrame(() => (this.waits = false));
      this.go(way);
    }
  }

  /**
   * @param {import("./store.js").View} view
   * @returns {string} the step, shortly
   */
  show(view) {
    const tab = this.tabs[view.tab];
    const chosen = this.chosen();
    const index = below(chosen, view.at);
    const step = chosen.length ? `Step ${index + 1} of ${chosen.length}` : "No step";
    const where = [step, chosen.length && tab.where(view)].filter(Boolean).join(" \u00b7 ");
    this.where.textContent = where;
    const known = seenIn(view, this.tabs)?.known ?? Infinity;
    this.slider.show(chosen, view.at, where, {
      known, course: this.courses(view), proved: gravestIn(this.tabs, view),
    });
    const filtered = !chosen.length && tab.chosen({ ...view, connection: 0, task: "" }).length;
    const told = filtered ? unfiltered(tab, view) : tab.told(view);
    if (told !== this.told.textContent) this.told.textContent = told;
    this.told.hidden = !told;
    this.proofs.show(this.tabs, view);
    for (const { way, element } of this.buttons) {
      const leads = way.to(chosen, view.at, () => 0) !== view.at;
      element.setAttribute("aria-disabled", String(!leads)); // disabled would lose the focus
    }
    return step;
  }
}

/**
 * Words keep the room that the most of them have taken, so that what is below stays in place.
 * @param {HTMLElement} words
 */
function keepRoom(words) {
  let width = 0;
  new ResizeObserver(() => {
    if (words.offsetWidth !== width) words.style.removeProperty("--room");
    width = words.offsetWidth;
    words.style.setProperty("--room", `${words.offsetHeight}px`);
  }).observe(words);
}

/**
 * What is said where no step passes the filter: what is shown beside the timeline stays.
 * @param {import("./tabs.js").Tab} tab
 * @param {import("./store.js").View} view
 */
function unfiltered(tab, view) {
  const stays = tab.kind === "side" ? `; source and state are those at event ${tab.key(view)}` : "";
  return `No step passes the filter${stays.replace(/r$/, "")}.`;
}

/**
 * Whether a key writes into a field; the slider is none.
 * @param {KeyboardEvent} event
 */
function isTyped({ target }) {
  if (target instanceof HTMLInputElement) return target.type !== "range";
  return target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement;
}
