import assert from "node:assert";
import { test } from "node:test";

import { BEGIN, RETURN } from "./data.js";
import { isRight, question } from "./questions.js";
import { BEGINNING } from "./store.js";

/** @param {string[]} accepted */
const asked = (...accepted) => ({ text: "", answer: "", accepted, choices: [] });

/**
 * What is asked at the only row of a side, whose cell does not say who acts.
 * @param {string} quiz
 * @param {{head: string, kernel?: string, outcome?: string, answers?: string[], part?: number}} row
 */
function ask(quiz, { head, kernel = "", outcome = "", answers = [], part = 0 }) {
  const around = head.split("|");
  const begun = around.join("");
  const side = /** @type {import("./data.js").Side} */ (/** @type {unknown} */ ({
    actors: ["P0", "P1"], rows: { actor: [1], part: [part] },
    cell: () => ({ actor: "#1", head: begun, kernel, outcome, descriptor: around[1] ?? "" }),
    around: () => [0, 0],
    moments: { at: () => [[0]], line: () => ({ head: "P0", facts: [] }) },
    askable: () => ({ answers, begun, around }),
  }));
  return question(side, 0, { ...BEGINNING, quiz });
}

/** @param {import("./questions.js").Asked} found */
const wording = (found) => (typeof found === "string" ? [found] : [found.text, found.answer]);

test("it is asked of the task, also where its lane is that task's", () => {
  const recv = { head: "recv(|4|)", kernel: "recvfrom", outcome: "= 5", answers: ["5"] };
  assert.deepEqual(wording(ask("result", recv)), ["What does recv(4) return to P1?", "= 5"]);
  assert.equal(wording(ask("descriptor", recv))[0], "Which descriptor does P1 give to recv(?)?");
});

test("a call whose function returns something else is asked for by the kernel's name", () => {
  const made = {
    head: "pthread_create()", kernel: "clone3", outcome: "= T1", answers: ["739", "T1"],
  };
  assert.deepEqual(wording(ask("result", made)), [
    "What does clone3 (called by pthread_create()) return to P1?",
    "the thread id of T1 (739), a number above 0; pthread_create itself returns 0",
  ]);
  assert.equal(
    wording(ask("descriptor", { head: "perror(|2|)", kernel: "write" }))[0],
    "Which descriptor does P1 give to write (called by perror(?))?",
  );
});

test("the number of a new task is taken however it is said", () => {
  const forked = ask("result", {
    head: "fork()", kernel: "clone", outcome: "= P1", answers: ["9206", "P1"],
  });
  assert(typeof forked !== "string");
  assert.equal(
    forked.answer, "the process id of P1 (9206), a number above 0; in P1 fork returns 0",
  );
  for (const way of ["P1", "9206", "its pid", "pid", "the pid of the child", "child's pid",
    "the process id of P1", "> 0", ">0", "the child\u2019s PID"]) assert(isRight(forked, way), way);
  for (const way of ["0", "P2", "tid", "the pid of P0", "child"]) assert(!isRight(forked, way), way);
});

test("those who may act next are there already, or are clients", () => {
  const side = /** @type {any} */ ({
    actors: ["P0", "P1", "P2", "P3", "C1"], rows: { actor: [1] }, around: () => [4, 5],
    moments: {
      at: (/** @type {number} */ moment) => [moment === 4 ? [0, 1, 3] : [0, 1, 2]],
      line: (/** @type {number} */ number) => ({
        head: `P${number}`, facts: number === 3 ? [{ text: "Z zombie" }] : [],
      }),
    },
  });
  const asks = question(side, 0, { ...BEGINNING, quiz: "actor" });
  assert.deepEqual(typeof asks === "string" ? asks : asks.choices, ["P0", "P1", "C1"]);
});

test("what waits for readiness is asked how many are ready, or which", () => {
  const found = ask("result", { head: "poll([3, 4])", outcome: "= [4]", answers: ["1", "4"] });
  assert.deepEqual(wording(found), [
    "What does poll([3, 4]) return to P1: how many are ready, or which?",
    "= [4] (the kernel returns 1)",
  ]);
});

test("an outcome that only begins like the answer is not the kernel's", () => {
  const name = { head: "getsockname(|3|)", outcome: "= 0.0.0.0:80", answers: ["0"] };
  assert.equal(wording(ask("result", name))[1], "= 0.0.0.0:80 (the kernel returns 0)");
  const short = { head: "send(|3|)", outcome: "= 3 of 5 (injected short=3)", answers: ["3"] };
  assert.equal(wording(ask("result", short))[1], short.outcome);
});

test("what begins is asked for its descriptor, what returns for its answer", () => {
  const recv = { head: "recv(|4|)", answers: ["5"] };
  assert.equal(wording(ask("result", { ...recv, part: BEGIN })).length, 1);
  assert.equal(wording(ask("descriptor", { ...recv, part: BEGIN })).length, 2);
  assert.equal(wording(ask("result", { ...recv, part: RETURN })).length, 2);
  assert.equal(wording(ask("descriptor", { ...recv, part: RETURN })).length, 1);
});

test("an answer is right in every spelling of the kernel's", () => {
  for (const way of ["4", "= 4", " =4 ", "fd 4"]) assert(isRight(asked("4"), way), way);
  const again = asked("-1 EAGAIN", "EAGAIN");
  for (const way of ["EAGAIN", "-1 EAGAIN", "= -1 eagain", "\u22121  EAGAIN"]) {
    assert(isRight(again, way), way);
  }
  assert(isRight(asked("739", "P1"), "p1"));
});

test("another answer is wrong", () => {
  for (const way of ["", "5", "-4", "44"]) assert(!isRight(asked("4"), way), way);
  assert(!isRight(asked("-1 EAGAIN", "EAGAIN"), "-1"));
});
