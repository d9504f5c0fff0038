// The quiz: what is hidden is chosen in the tools, asked and answered below the stepper.

import { make, place } from "./dom.js";
import { next } from "./moves.js";
import { QUIZZES, isRight } from "./questions.js";
import { Seen, seenIn } from "./seen.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function quizPane(store, tabs) {
  quizChoice(store, tabs);
  const sheet = new AnswerSheet(store, tabs);
  const stepper = place("stepper");
  stepper.append(sheet.form);
  stepper.addEventListener("keydown", (event) => {
    const typed = event.target instanceof HTMLInputElement && event.target.type === "text";
    if (event.key !== "r" || event.ctrlKey || event.metaKey || event.altKey || typed) return;
    if (seenIn(store.view, tabs)?.hidden) sheet.reveal();
  });
  store.show((view, before) => sheet.show(view, before));
}

/**
 * The control that says what is hidden.
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
function quizChoice(store, tabs) {
  const options = Object.entries(QUIZZES).map(([value, name]) => make("option", { value }, name));
  const select = make(
    "select", { onchange: () => store.set({ quiz: select.value }) },
    make("option", { value: "" }, "off"), ...options,
  );
  const tip = "Hides what the kernel did until you have answered";
  place("tools").append(make("label", { class: "tool", title: tip }, "Quiz ", select));
  store.show((view) => {
    const side = tabs[view.tab].kind === "side";
    select.disabled = !side;
    select.options[0].textContent = side ? "off" : "for one server only";
    select.value = side ? view.quiz : "";
  });
}

/** Takes the answers, says whether they are right, and counts: at each step the first one. */
class AnswerSheet {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./tabs.js").Tab[]} tabs
   */
  constructor(store, tabs) {
    this.store = store;
    this.tabs = tabs;
    /** @type {Map<string, boolean>} whether the first answer was right, by what was asked */
    this.answered = new Map();
    this.verdict = "";
    this.field = make("input", {
      type: "text", autocomplete: "off", spellcheck: "false", size: 12, "aria-label": "Your answer",
    });
    this.check = make("button", { type: "submit" }, "Check");
    this.choices = make("span", { class: "choices", role: "group", "aria-label": "Your answer" });
    this.button = make(
      "button", { type: "button", "aria-keyshortcuts": "r", onclick: () => this.reveal() },
      "Reveal",
    );
    this.result = make("output", { class: "verdict" });
    this.score = make("span", { class: "score" });
    this.form = make(
      "form", { class: "quiz", "aria-label": "Quiz", onsubmit: (event) => this.submit(event) },
      this.field, this.choices, this.check, this.button, this.result, this.score,
    );
  }

  /** @param {Event} event */
  submit(event) {
    event.preventDefault();
    const { view } = this.store;
    if (seenIn(view, this.tabs)?.hidden) this.answer(this.field.value);
    else if (typeof seenIn(view, this.tabs)?.asked === "string") this.nextQuestion();
    else this.store.set({ at: next(this.tabs[view.tab].chosen(view), view.at) });
  }

  /** Go to the next step that asks something. */
  nextQuestion() {
    const { view } = this.store;
    const tab = this.tabs[view.tab];
    if (tab.kind !== "side") return;
    const chosen = Array.from(tab.chosen(view));
    const asks = (/** @type {number} */ at) =>
      typeof new Seen(tab.side, { ...view, at, revealed: false }).asked !== "string";
    const found = chosen.find((at) => at > view.at && asks(at));
    if (found === undefined) this.result.value = "No later step asks for this.";
    else this.store.set({ at: found });
  }

  /** @param {string} text */
  answer(text) {
    const { view } = this.store;
    const asked = seenIn(view, this.tabs)?.asked;
    if (!asked || typeof asked === "string" || !text.trim()) return;
    const right = isRight(asked, text);
    const tab = this.tabs[view.tab];
    const question = JSON.stringify([tab.name, view.quiz, tab.key(view)]);
    if (!this.answered.has(question)) this.answered.set(question, right);
    this.reveal(`${right ? "\u2713 Right" : `\u2717 Wrong, not ${text.trim()}`}: ${asked.answer}`);
  }

  /** @param {string} [verdict] */
  reveal(verdict) {
    const asked = seenIn(this.store.view, this.tabs)?.asked;
    this.verdict = verdict ?? (asked && typeof asked !== "string" ? asked.answer : "");
    this.store.set({ revealed: true });
  }

  /**
   * @param {import("./store.js").View} view
   * @param {import("./store.js").View} before
   */
  show(view, before) {
    const seen = seenIn(view, this.tabs);
    this.form.hidden = !seen?.quiz;
    if (!seen?.quiz) return;
    const { asked, hidden } = seen;
    const choices = typeof asked === "string" ? [] : asked.choices;
    if (hidden && (view.at !== before.at || before.revealed)) this.field.value = "";
    const focused = this.form.contains(document.activeElement);
    this.field.hidden = !hidden || choices.length > 0;
    this.choices.hidden = !hidden || !choices.length;
    this.choices.replaceChildren(...(hidden ? choices : []).map((each) => this.choice(each)));
    this.check.hidden = hidden && choices.length > 0;
    const onward = typeof asked === "string" ? "Next question" : "Next step";
    this.check.textContent = hidden ? "Check" : onward;
    this.button.hidden = !hidden;
    this.result.value = this.said(asked, hidden);
    const right = [...this.answered.values()].filter(Boolean).length;
    this.score.textContent = this.answered.size ? `${right} of ${this.answered.size} right` : "";
    if (focused) this.focus();
  }

  /**
   * @param {import("./questions.js").Asked} asked
   * @param {boolean} hidden
   * @returns {string}
   */
  said(asked, hidden) {
    if (hidden) return "";
    return typeof asked === "string" ? `Nothing to ask: ${asked}` : this.verdict;
  }

  /** @param {string} actor */
  choice(actor) {
    return make("button", { type: "button", onclick: () => this.answer(actor) }, actor);
  }

  /** What had the focus may be gone: it goes to where the next key is wanted. */
  focus() {
    if (document.activeElement?.checkVisibility() && this.form.contains(document.activeElement)) {
      return;
    }
    const wanted = [this.field, this.choices.firstElementChild, this.check];
    const found = wanted.find((each) => each?.checkVisibility());
    if (found instanceof HTMLElement) found.focus();
  }
}
