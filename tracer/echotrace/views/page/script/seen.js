// What may be seen of a side: a quiz hides what it asks for, and all that comes later. Whoever
// shows something of a step asks here, and need not know of the quiz.

import { below, previous } from "./moves.js";
import { ASKED, QUIZZES, question, withheld } from "./questions.js";

/** What may be seen of a side in a view. Positions count the steps of its timeline from 0. */
export class Seen {
  /**
   * @param {import("./data.js").Side} side
   * @param {import("./store.js").View} view
   */
  constructor(side, view) {
    this.side = side;
    this.at = view.at;
    this.timeline = side.timeline(view.everything);
    const { rows } = this.timeline;
    /** Whether a quiz is on: then nothing that tells of the whole trace may be seen. */
    this.quiz = Object.hasOwn(QUIZZES, view.quiz);
    /** What is asked at this step, or why nothing is. */
    this.asked = this.quiz && this.at in rows ? question(side, rows[this.at], view) : "";
    /** Whether the answer at this step is hidden. */
    this.hidden = typeof this.asked !== "string" && !view.revealed;
    this.kind = this.hidden ? view.quiz : "";
    /** The last position that is shown. */
    this.last = this.quiz ? this.at : rows.length - 1;
    /** The last position of which it is seen in which column it is, and who waits there. */
    this.known = this.kind === "actor" ? this.at - 1 : this.last;
    /** The last position to which the next step of a connection may be: there it tells who acts. */
    this.along = this.quiz && view.quiz === "actor" ? this.known : Infinity;
  }

  /**
   * The cell of a step, what is hidden left out.
   * @param {number} at
   * @returns {import("./data.js").Cell}
   */
  cell(at) {
    const row = this.timeline.rows[at];
    const cell = this.side.cell(row);
    if (!this.withholds(at)) return cell;
    const bare = { ...cell, note: "", wait: "" };
    if (this.kind === "result") {
      const { begun } = this.side.askable(row);
      return { ...bare, head: begun, outcome: `= ${ASKED}`, data: "" };
    }
    if (this.kind === "descriptor") {
      return { ...bare, head: withheld(this.side, row), descriptor: ASKED };
    }
    return {
      actor: ASKED, head: "", kernel: "", outcome: "", data: "", note: "", descriptor: "", wait: "",
    };
  }

  /**
   * The index of the column in which a step's cell stands, -1 if that is hidden.
   * @param {number} at
   */
  column(at) {
    return at > this.known ? -1 : this.side.rows.column[this.timeline.rows[at]];
  }

  /**
   * Whether somebody waits in a column at a step.
   * @param {number} column
   * @param {number} at
   */
  waits(column, at) {
    return below(this.timeline.waits[column] ?? [], Math.min(at, this.known) + 1) % 2 === 1;
  }

  /**
   * Those of some positions, ascending, that are shown.
   * @param {ArrayLike<number>} positions
   */
  among(positions) {
    return this.quiz ? Array.from(positions).slice(0, below(positions, this.last + 1)) : positions;
  }

  /**
   * Whether the answer at a step is hidden.
   * @param {number} at
   */
  withholds(at) {
    return this.hidden && at === this.at;
  }

  /**
   * The number of a step's event; it is the same where a call begins and where it returns, so that
   * it would tell who acts.
   * @param {number} at
   */
  event(at) {
    return at > this.known ? ASKED : String(this.side.rows.seq[this.timeline.rows[at]]);
  }

  /** What is told of this step: the question, or the sentence that explains it. */
  told() {
    if (this.hidden && typeof this.asked !== "string") return this.asked.text;
    return this.side.told(this.timeline.rows[this.at]);
  }

  /**
   * Where the program is; null if that is hidden.
   * @returns {import("./data.js").Place | null}
   */
  place() {
    if (this.kind === "actor") return null;
    const place = this.side.place(this.timeline.rows[this.at]);
    return this.hidden ? { ...place, upcoming: null, elsewhere: "" } : place;
  }

  /** The moment whose state is shown: that before the step as long as its answer is hidden. */
  moment() {
    const { states } = this.timeline;
    const after = states[this.at] ?? 0;
    if (!this.hidden) return after;
    const before = this.at ? states[this.at - 1] : 0;
    return before > after ? after - 1 : before;
  }

  /**
   * The moment since which changes are marked: that of the step before, of those chosen; none are
   * while the answer is hidden.
   * @param {ArrayLike<number>} chosen
   */
  momentBefore(chosen) {
    if (this.hidden) return this.moment();
    const from = previous(chosen, this.at);
    return from < this.at ? this.timeline.states[from] : 0;
  }
}

/**
 * What is seen in the current tab, null for a tab that has no quiz.
 * @param {import("./store.js").View} view
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function seenIn(view, tabs) {
  const tab = tabs[view.tab];
  return tab.kind === "side" ? new Seen(tab.side, view) : null;
}

/**
 * Whether a quiz is on in the current tab: then nothing that tells of all steps may be seen.
 * @param {import("./store.js").View} view
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function quizIn(view, tabs) {
  return Boolean(seenIn(view, tabs)?.quiz);
}

/**
 * Show something of whole traces: whenever other ones are shown, and none while a quiz is on.
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 * @param {(sides: import("./data.js").Side[] | null) => void} show
 */
export function showUnlessQuiz(store, tabs, show) {
  let shown = "";
  store.show((view) => {
    const quiz = quizIn(view, tabs);
    const now = `${view.tab} ${quiz}`;
    if (now !== shown) show(quiz ? null : tabs[view.tab].sides);
    shown = now;
  });
}
