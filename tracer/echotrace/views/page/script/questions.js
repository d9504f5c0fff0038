// What a quiz asks at a step, and whether somebody's answer is right.

import { BEGIN, RETURN } from "./data.js";

/**
 * `answer` is how the answer is told, `accepted` are all its spellings; of `choices`, if there are
 * any, it is one.
 * @typedef {{text: string, answer: string, accepted: string[], choices: string[]}} Question
 *
 * A question, or why there is none.
 * @typedef {Question | string} Asked
 */

/** Stands for what is hidden. */
export const ASKED = "?";
/** More actors than these are typed, not chosen. */
const MOST_CHOICES = 12;

/** @type {Record<string, (side: import("./data.js").Side, row: number) => Asked>} */
const KINDS = {
  result(side, row) {
    if (side.rows.part[row] === BEGIN) return "The call has only begun: it returns later.";
    const { answers, begun } = side.askable(row);
    if (!answers.length) return "No call returns at this step.";
    const { actor, outcome } = side.cell(row);
    const text = `What does ${begun} return to ${actor}?`;
    return { text, answer: outcome || `= ${answers[0]}`, accepted: answers, choices: [] };
  },
  descriptor(side, row) {
    const { actor, descriptor } = side.cell(row);
    if (!descriptor) return "This step is about no descriptor that its call was given.";
    if (side.rows.part[row] === RETURN) return "Its descriptor was asked for where it began.";
    const text = `Which descriptor does ${actor} give to ${withheld(side, row)}?`;
    return { text, answer: `fd ${descriptor}`, accepted: [descriptor], choices: [] };
  },
  actor(side, row) {
    const actor = side.actors[side.rows.actor[row]];
    const choices = side.actors.length > MOST_CHOICES ? [] : side.actors;
    return { text: "Who acts next?", answer: actor, accepted: [actor], choices };
  },
};

/** What a quiz may ask for, and what that is called. */
export const QUIZZES = { result: "return values", descriptor: "descriptors", actor: "who is next" };

/**
 * @param {import("./data.js").Side} side
 * @param {number} row
 * @param {import("./store.js").View} view
 * @returns {Asked}
 */
export function question(side, row, view) {
  if (view.quiz === "actor" && view.task) return "Only one task is shown: it acts next.";
  return KINDS[view.quiz](side, row);
}

/**
 * The call of a row without its descriptor.
 * @param {import("./data.js").Side} side
 * @param {number} row
 */
export function withheld(side, row) {
  const [before, , after] = side.askable(row).around;
  return `${before}${ASKED}${after}`;
}

/**
 * Whether somebody's answer is right, whatever its case and spaces.
 * @param {Question} asked
 * @param {string} answer
 */
export function isRight(asked, answer) {
  return asked.accepted.some((each) => spelling(each) === spelling(answer));
}

/**
 * @param {string} answer
 * @returns {string}
 */
function spelling(answer) {
  const text = answer.toLowerCase().replaceAll("\u2212", "-");
  return text.replace(/^\s*=/, "").replace(/\bfd\s*(?=\d)/g, "").replace(/[\s,;]+/g, " ").trim();
}
