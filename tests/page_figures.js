// What a page costs its reader, measured in it: times in ms, from the doing to its being painted.
//
// A frame calls back first, then lays out and paints; a message that is sent in the callback comes
// when all that is done. The time until there is a frame is not counted.

(() => {
  const frame = () => new Promise((done) => requestAnimationFrame(done));

  /** Whatever is behind the frame that is being made. */
  const painted = () =>
    new Promise((done) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(null);
    });

  async function cost(act) {
    await frame();
    await painted();
    const framed = frame().then(() => performance.now());
    const begin = performance.now();
    act();
    const acted = performance.now();
    const again = await framed;
    await painted();
    return acted - begin + performance.now() - again;
  }

  const ways = () => [...document.querySelectorAll("#stepper .ways button")];
  const slider = () => document.querySelector("#stepper input[type=range]");
  const scroller = () =>
    document.querySelector("#pair:not([hidden]) .rows, #lanes:not([hidden]) .timeline");

  function slide(share) {
    const input = slider();
    input.value = String(Math.round(Number(input.max) * share));
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function steps(button, count) {
    const found = [];
    for (let i = 0; i < count; i += 1) found.push(await cost(() => ways()[button].click()));
    return found;
  }

  async function jumps(count) {
    const found = [];
    for (let i = 0; i < count; i += 1) {
      found.push(await cost(() => slide(((i * 7919) % 1000) / 1000)));
    }
    return found;
  }

  /** The times between frames while the timeline is scrolled by so many px a frame. */
  async function frames(count, by) {
    const found = [];
    let last = await frame();
    for (let i = 0; i < count; i += 1) {
      scroller().scrollTop += by;
      const now = await frame();
      found.push(now - last);
      last = now;
    }
    return found;
  }

  /** How many mutations there are in the page with each of some steps. */
  async function mutations(button, count) {
    const found = [];
    const watch = new MutationObserver(() => {});
    const how = { subtree: true, childList: true, attributes: true, characterData: true };
    watch.observe(document.body, how);
    for (let i = 0; i < count; i += 1) {
      watch.takeRecords();
      ways()[button].click();
      found.push(watch.takeRecords().length);
      await frame();
    }
    return found;
  }

  window.figures = { cost, steps, jumps, frames, mutations, slide, ways };

  document.addEventListener("DOMContentLoaded", async () => {
    const before = document.querySelector("#stepper .where").textContent;
    ways()[2].click();
    window.figures.answered = document.querySelector("#stepper .where").textContent !== before;
    await frame();
    await painted();
    window.figures.usable = performance.now();
  });
})();
