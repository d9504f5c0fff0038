import assert from "node:assert/strict";
import test from "node:test";

import { SEP, Texts } from "./texts.js";

const TEXTS = new Texts(
  ["plain", "P\x1c closes fd \x1c", "\x1c", `0${SEP}process P\x1c${SEP}${SEP}end`],
  [[0], [1, 3, 12], [2, 999999999999999], [3, 7]],
);

test("numbers fill the holes of a pattern, from the left", () => {
  assert.equal(TEXTS.text(0), "plain");
  assert.equal(TEXTS.text(1), "P3 closes fd 12");
  assert.equal(TEXTS.text(2), "999999999999999");
});

test("a text of several fields may have empty ones", () => {
  assert.deepEqual(TEXTS.fields(3), ["0", "process P7", "", "end"]);
});
