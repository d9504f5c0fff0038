// What can be taken along: the trace, and the current view as a drawing.

import { copied } from "./clipboard.js";
import { make, place } from "./dom.js";
import { draw } from "./drawing.js";
import { menu } from "./menu.js";
import { pairPicture } from "./pair_picture.js";
import { sidePicture } from "./pictures.js";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./tabs.js").Tab[]} tabs
 */
export function downloadsPane(store, tabs) {
  const done = make("output", { class: "done" });
  const drawing = () => draw(pictureOf(tabs[store.view.tab], store.view));
  const named = () => `${fileName(tabs[store.view.tab].name)}-${store.view.at + 1}.svg`;
  /** @type {[string, () => Promise<string>][]} */
  const ways = [
    ["Download the trace", async () => saveTraces(tabs[store.view.tab].sides)],
    ["Download this view (SVG)", async () => saveFile(named(), [drawing()], "image/svg+xml")],
    ["Copy this view (SVG)", async () => copyText(drawing())],
  ];
  const buttons = ways.map(([name, way]) => {
    const onclick = async () => (done.value = await way().catch((error) => `Failed: ${error}`));
    return make("button", { type: "button", onclick }, name);
  });
  const downloads = menu("Download", "downloads", ...buttons, done);
  downloads.addEventListener("toggle", () => (done.value = ""));
  place("tools").append(downloads);
}

/**
 * @param {import("./tabs.js").Tab} tab
 * @param {import("./store.js").View} view
 * @returns {import("./drawing.js").Picture}
 */
function pictureOf(tab, view) {
  return tab.kind === "side" ? sidePicture(tab, view) : pairPicture(tab, view);
}

/**
 * The traces as files, each as it was recorded; compressed where the browser cannot unpack it.
 * @param {import("./data.js").Side[]} sides
 */
async function saveTraces(sides) {
  const names = [];
  for (const side of sides) {
    const packed = Uint8Array.from(atob(side.trace), (character) => character.charCodeAt(0));
    const name = fileName(`${side.name}.jsonl`);
    if ("DecompressionStream" in window) {
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
      names.push(saveFile(name, [await new Response(stream).blob()], "application/jsonl"));
    } else {
      names.push(saveFile(`${name}.gz`, [packed], "application/gzip"));
    }
  }
  return names.join(" ");
}

/**
 * @param {string} name
 * @param {BlobPart[]} parts
 * @param {string} type
 * @returns {string} what was done
 */
function saveFile(name, parts, type) {
  const href = URL.createObjectURL(new Blob(parts, { type }));
  make("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000); // the browser reads it behind our back
  return `${name} is saved.`;
}

/**
 * @param {string} text
 * @returns {Promise<string>} what was done
 */
async function copyText(text) {
  if (await copied(text)) return "The view is copied.";
  return "The browser lets no page copy: download it instead.";
}

/**
 * A name that every file system takes.
 * @param {string} name
 */
function fileName(name) {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[.-]+/, "") || "trace";
}
