import assert from "node:assert";
import { test } from "node:test";

import { isRight } from "./questions.js";

/** @param {string[]} accepted */
const asked = (...accepted) => ({ text: "", answer: "", accepted, choices: [] });

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
