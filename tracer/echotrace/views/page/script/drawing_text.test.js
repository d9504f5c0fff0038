import assert from "node:assert";
import { test } from "node:test";

import { drawable, fitted, tied } from "./drawing_text.js";

test("a text is broken at its spaces, and further lines are indented", () => {
  assert.deepEqual(fitted("P0 accept(3) = 4", 16), ["P0 accept(3) = 4"]);
  assert.deepEqual(fitted("P0 accept(3) = 4", 14), ["P0 accept(3) =", "  4"]);
  assert.deepEqual(fitted(`P0 accept(3) ${tied("= 4")}`, 14), ["P0 accept(3)", "  = 4"]);
});

test("a long word ends its line behind a mark, and only where there is none anywhere", () => {
  assert.deepEqual(fitted("open(/etc/ld.so)", 11), ["open(/etc/", "  ld.so)"]);
  assert.deepEqual(fitted("abcdefgh", 5), ["abcde", "  fgh"]);
});

test("what fonts lack, or XML, is escaped", () => {
  assert.equal(drawable("a\u0000b\ud800\u202e\u{1f600}\u2192"), "a\\u0000b\\ud800\\u202e\\u1f600\u2192");
});
