// Two sides step together: what either does in the middle, the state of each beside it.

import { make, place } from "./dom.js";
import { PairBar } from "./pair_bar.js";
import { Reasons } from "./pair_reasons.js";
import { PairRows } from "./pair_rows.js";
import { headOf, sourceOf, sideTold } from "./pair_words.js";
import { MARK_SIGNS } from "./state_line.js";
import { StateView } from "./state_view.js";

const CHANGED_BY_STEP = `changed by this step: ${MARK_SIGNS}`;

/** One side of the pair: what it does at the step, and the state it leaves. */
class SideView {
  /** @param {number} which */
  constructor(which) {
    this.which = which;
    this.head = make("h2");
    this.told = make("p", { class: "told", "aria-live": "polite" });
    this.source = make("p", { class: "line" });
    this.saying = make("div", { class: `saying side-${which}` }, this.head, this.told, this.source);
    this.state = make("div", { class: `kernel-of side-${which}`, role: "group", tabindex: 0 });
    this.view = new StateView(this.state);
  }

  /**
   * @param {import("./pair.js").Pair} pair
   * @param {number} at
   */
  show(pair, at) {
    const { which } = this;
    const side = pair.sides[which];
    const { here, before, after } = pair.standing(at, which);
    this.head.textContent = headOf(pair, at, which);
    this.told.textContent = sideTold(pair, at, which);
    const [where, line] = sourceOf(pair, at, which);
    this.source.replaceChildren(where, " ", make("code", {}, line));
    this.source.hidden = !where;
    this.saying.classList.toggle("lacks", !here);
    this.state.setAttribute("aria-label", `What the kernel keeps for ${side.name}`);
    this.view.show(pair, side, before, after);
  }
}

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function pairPane(store, tabs) {
  const pane = place("pair");
  const rows = new PairRows((at) => store.set({ at }));
  const sides = [new SideView(0), new SideView(1)];
  const bar = new PairBar(store, tabs);
  const legend = make("p", { class: "legend" });
  const why = new Reasons();
  const middle = make("div", { class: "middle" }, bar.element, rows.box, why.element, legend);
  pane.append(...sides.map((side) => side.saying), middle, ...sides.map((side) => side.state));
  store.show((view) => {
    const tab = tabs[view.tab];
    pane.hidden = tab.kind !== "pair";
    if (tab.kind !== "pair") {
      for (const side of sides) side.view.leave();
      return;
    }
    const { pair } = tab;
    legend.textContent = [...pair.packed.legend, CHANGED_BY_STEP].join(" \u00b7 ");
    bar.show(pair, view.connection);
    rows.show(pair, tab.chosen(view), view.at);
    why.show(pair, view.at);
    for (const side of sides) side.show(pair, view.at);
  });
}
