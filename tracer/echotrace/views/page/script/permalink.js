// A view as the fragment of a link, and back.

import { NO_FILTER } from "./filters.js";
import { below, nearest } from "./moves.js";
import { packedPart, partsOf, quoted } from "./permalink_text.js";
import { QUIZZES } from "./questions.js";

/**
 * @typedef {import("./store.js").View} View
 * @typedef {import("./tabs.js").TabBase} TabBase
 */

const KNOWN_THEMES = ["light", "dark"];

/**
 * The fragment that leads to what is shown, without its `#`.
 * @param {View} view
 * @param {TabBase[]} tabs
 * @param {View} beginning what is shown without a fragment
 * @returns {string}
 */
export function written(view, tabs, beginning) {
  const tab = tabs[view.tab];
  /** @type {[string, string | number | boolean][]} */
  const parts = [
    ["tab", tab.name],
    stepOf(tab, view),
    ["connection", view.connection],
    ["task", view.task],
    ["all", view.everything],
    ["essential", beginning.everything && !view.everything],
    ["quiz", view.quiz],
    ["lecture", view.lecture],
    ["theme", view.theme],
    ["no-source", view.noSource],
    ["no-state", view.noState],
  ];
  return parts.filter(([, value]) => value).map(packedPart).join("&");
}

/**
 * Where the view is. A quiz of who is next names the step by its number among those shown: that of
 * its event would tell who acts, and whether a wait ends.
 * @param {TabBase} tab
 * @param {View} view
 * @returns {[string, string | number]}
 */
function stepOf(tab, view) {
  if (view.quiz !== "actor") return [stepName(tab), tab.key(view)];
  const chosen = tab.chosen(view);
  return ["step", chosen.length && below(chosen, view.at) + 1];
}

/** How a step of a tab is named: a side has events, a pair has rows. @param {TabBase} tab */
function stepName(tab) {
  return tab.kind === "side" ? "event" : "row";
}

/**
 * The view that a fragment leads to. What it has of unknown names and values is passed over, and
 * told in sentences.
 * @param {string} fragment without its `#`
 * @param {TabBase[]} tabs
 * @param {View} beginning what is shown without a fragment
 * @returns {{view: View, problems: string[]}}
 */
export function readLink(fragment, tabs, beginning) {
  const reader = new Reader(fragment, tabs, beginning);
  return { view: reader.view, problems: reader.problems };
}

class Reader {
  /**
   * @param {string} fragment
   * @param {TabBase[]} tabs
   * @param {View} beginning
   */
  constructor(fragment, tabs, beginning) {
    this.tabs = tabs;
    this.view = { ...beginning };
    /** @type {string[]} */
    this.problems = [];
    /** @type {Map<string, string>} */
    this.parts = new Map(partsOf(fragment));
    this.known = new Set();
    this.readTab();
    this.readSwitches();
    this.readFilter();
    this.readStep();
    const others = [...this.parts.keys()].filter((name) => !this.known.has(name));
    for (const name of others) this.problem(`This page knows nothing of ${quoted(name)}.`);
  }

  /** @param {string} name */
  take(name) {
    this.known.add(name);
    return this.parts.get(name);
  }

  /** @param {string} sentence */
  problem(sentence) {
    this.problems.push(sentence);
  }

  get tab() {
    return this.tabs[this.view.tab];
  }

  readTab() {
    const name = this.take("tab");
    if (name === undefined) return;
    const found = this.tabs.findIndex((tab) => tab.name === name);
    if (found >= 0) this.view.tab = found;
    else this.problem(`There is no tab ${quoted(name)}; ${this.tab.name} is shown.`);
  }

  readSwitches() {
    if (this.take("essential") !== undefined) this.view.everything = false;
    if (this.take("all") !== undefined) this.view.everything = true;
    if (this.take("lecture") !== undefined) this.view.lecture = true;
    if (this.take("no-source") !== undefined) this.view.noSource = true;
    if (this.take("no-state") !== undefined) this.view.noState = true;
    const quiz = this.oneOf("quiz", Object.keys(QUIZZES), "no quiz is on");
    if (this.tab.kind === "side") this.view.quiz = quiz;
    else if (quiz) this.problem("A quiz is for one server only: none is on.");
    this.view.theme = this.oneOf("theme", KNOWN_THEMES, "that of the system is taken");
  }

  /**
   * @param {string} name
   * @param {string[]} values
   * @param {string} instead
   */
  oneOf(name, values, instead) {
    const value = this.take(name);
    if (value === undefined || values.includes(value)) return value ?? "";
    this.problem(`There is no ${name} ${quoted(value)}; ${instead}.`);
    return "";
  }

  readFilter() {
    const connection = this.take("connection");
    const task = this.take("task");
    if (connection !== undefined) {
      const number = Number(connection);
      if (!this.passes({ connection: /^\d+$/.test(connection) ? number : -1 })) {
        this.problem(`There is no connection ${quoted(connection)}; all are shown.`);
      }
    }
    if (task !== undefined && (this.tab.kind !== "side" || !this.passes({ task }))) {
      this.problem(`There is no task ${quoted(task)}; all are shown.`);
    }
  }

  /**
   * Take a filter, unless nothing at all passes it.
   * @param {Partial<View>} filter
   */
  passes(filter) {
    const all = { ...this.view, ...NO_FILTER, ...filter, everything: true };
    if (!Object.values(filter)[0] || !this.tab.chosen(all).length) return false;
    Object.assign(this.view, filter);
    return true;
  }

  readStep() {
    const number = this.tab.kind === "side" ? this.take("step") : undefined;
    if (number !== undefined) this.goToStep(number);
    const name = stepName(this.tab);
    const key = this.take(name);
    if (key !== undefined) this.goTo(name, key);
    const at = nearest(this.tab.chosen(this.view), this.view.at);
    if (key !== undefined && at !== this.view.at) {
      this.problem(`The filter hides ${name} ${quoted(key)}; the step nearest to it is shown.`);
    }
    this.view.at = at;
  }

  /** @param {string} number among the steps that pass the filter, from 1 */
  goToStep(number) {
    const at = /^\d+$/.test(number) ? this.tab.chosen(this.view)[Number(number) - 1] : undefined;
    if (at === undefined) this.problem(`There is no step ${quoted(number)}; step 1 is shown.`);
    this.view.at = at ?? 0;
  }

  /**
   * @param {string} name
   * @param {string} key
   */
  goTo(name, key) {
    const whole = { ...this.view, everything: true };
    let at = this.tab.position(key, this.view);
    if (at === null) {
      at = this.tab.position(key, whole);
      if (at !== null) {
        this.view.everything = true;
        this.problem(`Event ${quoted(key)} is not an essential one; all events are shown.`);
      }
    }
    const within = `in ${name === "event" ? "this trace" : "this comparison"}`;
    if (at === null) {
      this.problem(`There is no ${name} ${quoted(key)} ${within}; step 1 is shown.`);
    }
    this.view.at = at ?? 0;
  }
}
