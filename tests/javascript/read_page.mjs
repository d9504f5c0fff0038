// Reads the data of a page as its script does, and prints all that it finds there as JSON.
//
//     node read_page.mjs FOLDER-OF-THE-SCRIPT < DATA
//
// The states are gone through forward, backward and in leaps: three lists, which must be the same.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const { Side } = await import(pathToFileURL(resolve(process.argv[2], "data.js")).href);
const page = JSON.parse(readFileSync(0, "utf8"));

function states(side, order) {
  const found = [];
  for (const moment of order) found[moment] = side.moments.at(moment);
  return found;
}

function told(packed) {
  const side = new Side(packed);
  const moments = Array.from(side.moments.changes.keys());
  const leaps = moments.map((_, at) => (at * 7919) % moments.length);
  const steps = (everything) => {
    const { rows, states: reached } = side.timeline(everything);
    return rows.map((row, at) => ({
      row, state: reached[at], seq: side.rows.seq[row], time: side.times[row],
      part: side.rows.part[row], connection: side.rows.connection[row],
      column: side.columns[side.rows.column[row]].key, actor: side.actors[side.rows.actor[row]],
      woken: side.rows.woken[row], cell: side.cell(row), told: side.told(row),
      place: side.place(row), lines: side.sources[side.place(row).source]?.lines ?? [],
    }));
  };
  const numbers = new Set(states(side, moments).flat(2));
  return {
    steps: [steps(false), steps(true)],
    waits: [side.essential.waits, side.everything.waits],
    states: [moments, moments.toReversed(), [...leaps, ...moments.toReversed(), ...leaps]].map(
      (order) => states(side, order),
    ),
    lines: Object.fromEntries(Array.from(numbers, (each) => [each, side.moments.line(each)])),
  };
}

process.stdout.write(JSON.stringify(page.sides.map(told)));
