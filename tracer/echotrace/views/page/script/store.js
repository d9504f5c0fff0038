// The one place that holds what is shown; whoever shows something is told when it changes.

/**
 * What is shown: which tab; at which position of its timeline; which rows of it.
 *
 * `connection` 0 and `task` "" are all. `quiz` names what is hidden, "" for nothing; `revealed` is
 * whether the answer at this step is seen. `noSource` and `noState` are whether these are folded away.
 * @typedef {{tab: number, at: number, everything: boolean, connection: number, task: string,
 *   query: string, quiz: string, revealed: boolean, lecture: boolean, theme: string,
 *   noSource: boolean, noState: boolean}} View
 */

/** @type {View} */
export const BEGINNING = {
  tab: 0, at: 0, everything: false, connection: 0, task: "", query: "", quiz: "", revealed: false,
  lecture: false, theme: "", noSource: false, noState: false,
};

/**
 * Whether what is asked for stays the same: an answer that is seen is seen at its step only.
 * @param {View} view
 * @param {Partial<View>} changes
 */
function staysRevealed(view, changes) {
  const names = /** @type {const} */ (["tab", "at", "everything", "quiz"]);
  return names.every((name) => (changes[name] ?? view[name]) === view[name]);
}

/** Holds the view. */
export class Store {
  /**
   * @param {View} view
   * @param {View} [beginning] what a link that says nothing leads to
   */
  constructor(view, beginning = view) {
    this.view = view;
    this.beginning = beginning;
    /** @type {((view: View, before: View) => void)[]} */
    this.listeners = [];
    /** @type {(() => void)[]} */
    this.after = [];
  }

  /**
   * Call `listener` now and whenever the view is another one.
   * @param {(view: View, before: View) => void} listener
   */
  show(listener) {
    this.listeners.push(listener);
    listener(this.view, this.view);
    this.settle();
  }

  /**
   * Act when every listener has been told: who reads where things are waits for those that write,
   * so that the page is laid out once and not once for each of them.
   * @param {() => void} act
   */
  whenShown(act) {
    this.after.push(act);
  }

  settle() {
    for (const act of this.after.splice(0)) act();
  }

  /**
   * Show something else.
   * @param {Partial<View>} changes
   */
  set(changes) {
    const before = this.view;
    const after = { ...before, revealed: before.revealed && staysRevealed(before, changes), ...changes };
    const names = /** @type {(keyof View)[]} */ (Object.keys(changes));
    if (names.every((name) => before[name] === after[name])) return;
    this.view = after;
    for (const listener of this.listeners) listener(after, before);
    this.settle();
  }
}
