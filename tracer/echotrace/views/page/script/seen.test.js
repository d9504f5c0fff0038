import assert from "node:assert/strict";
import { test } from "node:test";

import { showUnlessQuiz } from "./seen.js";
import { BEGINNING, Store } from "./store.js";

test("whole traces are shown anew with another tab, and none while a quiz is on", () => {
  const rows = { part: [0], cell: [0], actor: [0] };
  const side = {
    rows, timeline: () => ({ rows: [0], states: [0] }), askable: () => ({ answers: [] }),
  };
  const sides = [side, { ...side }];
  const tabs = sides.map((each) => ({ kind: "side", side: each, sides: [each] }));
  const store = new Store({ ...BEGINNING });
  /** @type {unknown[]} */
  const shown = [];
  showUnlessQuiz(store, /** @type {any} */ (tabs), (found) => shown.push(found));
  for (const changes of [{ query: "recv" }, { tab: 1 }, { quiz: "result" }, { quiz: "" }]) {
    store.set(changes);
  }
  assert.deepEqual(shown, [[sides[0]], [sides[1]], null, [sides[1]]]);
});
