// What a quiz asks at a step, and whether somebody's answer is right.

import { BEGIN, RETURN } from "./data.js";
import { ENDED } from "./state_keys.js";

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

/** The calls that return how many descriptors are ready, and tell which. */
const READY = /(^|\s)(p?select6?|p?poll|epoll_p?wait2?)\(/;

/** @type {Record<string, (side: import("./data.js").Side, row: number) => Asked>} */
const KINDS = {
  result(side, row) {
    if (side.rows.part[row] === BEGIN) return "The call has only begun: it returns later.";
    const { answers, begun } = side.askable(row);
    if (!answers.length) return "No call returns at this step.";
    const counted = READY.test(begun) ? ": how many are ready, or which" : "";
    const text = `What does ${calledBy(side, row, begun)} return to ${actorOf(side, row)}${counted}?`;
    const cell = side.cell(row);
    const made = newTask(cell, answers[0]);
    const answer = made?.answer ?? returned(cell, answers[0]);
    return { text, answer, accepted: [...answers, ...(made?.accepted ?? [])], choices: [] };
  },
  descriptor(side, row) {
    const { descriptor } = side.cell(row);
    if (!descriptor) return "This step is about no descriptor that its call was given.";
    if (side.rows.part[row] === RETURN) return "Its descriptor was asked for where it began.";
    const call = calledBy(side, row, withheld(side, row));
    const text = `Which descriptor does ${actorOf(side, row)} give to ${call}?`;
    return { text, answer: `fd ${descriptor}`, accepted: [descriptor], choices: [] };
  },
  actor(side, row) {
    const actor = actorOf(side, row);
    const present = actorsAt(side, row);
    const choices = present.length > MOST_CHOICES ? [] : present;
    return { text: "Whose step is shown next?", answer: actor, accepted: [actor], choices };
  },
};

/**
 * Who acts at a row; its cell says so only where its column does not.
 * @param {import("./data.js").Side} side
 * @param {number} row
 */
function actorOf(side, row) {
  return side.actors[side.rows.actor[row]];
}

/**
 * Which call is asked about: that of the kernel where the function that makes it has another name,
 * for that may return something else, and be given something else (pthread_create(3), perror(3)).
 * @param {import("./data.js").Side} side
 * @param {number} row
 * @param {string} call
 */
function calledBy(side, row, call) {
  const { kernel } = side.cell(row);
  const [name] = call.split("(");
  return kernel && !kernel.startsWith(name) ? `${kernel} (called by ${call})` : call;
}

/**
 * What a call returned, as the timeline has it, and in the kernel's words if these are others.
 * @param {import("./data.js").Cell} cell
 * @param {string} answer
 */
function returned({ outcome }, answer) {
  const kernel = `= ${answer}`;
  if (!outcome) return kernel;
  const same = outcome === kernel || outcome.startsWith(`${kernel} `);
  return same ? outcome : `${outcome} (the kernel returns ${answer})`;
}

/** The calls that make a task and return its number to the one that calls them. */
const MAKES_TASK = /^(v?fork|clone3?)\b/;
/** What a new task is, and what its number is called, by the letter of its role. */
const NEW_TASKS = new Map([
  ["P", { called: ["process id", "pid"], also: ["child", "child process", "process"] }],
  ["T", { called: ["thread id", "tid"], also: ["thread"] }],
]);

/**
 * The answer where a call has made a task: its number, however that is said; null for other calls.
 * The new task, too, returns from that call, with 0 (clone(2)).
 * @param {import("./data.js").Cell} cell
 * @param {string} number
 */
function newTask({ head, kernel, outcome }, number) {
  const role = /^= ([PT]\d+)$/.exec(outcome)?.[1];
  const kind = NEW_TASKS.get(role?.[0] ?? "");
  if (!role || !kind || !MAKES_TASK.test(kernel || head)) return null;
  const { called, also } = kind;
  const whose = [role, ...also].flatMap((who) =>
    called.flatMap((name) => [`${name} of ${who}`, `${who}'s ${name}`]));
  const accepted = [...called, ...whose, "> 0", "positive", "number above 0", "positive number"];
  const [name] = head.split("(");
  const other = MAKES_TASK.test(name) ? `in ${role} ${name} returns 0` : `${name} itself returns 0`;
  return { answer: `the ${called[0]} of ${role} (${number}), a number above 0; ${other}`, accepted };
}

/**
 * Who may act at a row: the clients, and the tasks that there are just before it. The answer is not
 * asked for, so that it tells nothing.
 * @param {import("./data.js").Side} side
 * @param {number} row
 */
function actorsAt(side, row) {
  const [before] = side.around(row);
  const [tree] = side.moments.at(before);
  const lines = tree.map((number) => side.moments.line(number));
  const alive = lines.filter(({ facts }) => !facts.some(({ text }) => text.startsWith(ENDED)));
  const present = new Set(alive.map(({ head }) => head));
  return side.actors.filter((actor) => /^C\d+$/.test(actor) || present.has(actor));
}

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
  return text.replace(/^\s*=/, "").replace(/\bfd\s*(?=\d)/g, "").replace(/\b(the|its|new|a)\s/g, "")
    .replace(/>\s+/g, ">").replaceAll("\u2019", "'").replace(/[\s,;]+/g, " ").trim();
}
