"""The page of a long trace: small, quick, and the same work at each step wherever that is.

Times depend on the machine: they are printed, and what they come from is asserted.
"""

import sys
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Browser

from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.views.page.page import page
from opened_page import opened
from tracebuilder import TraceBuilder

FIGURES = (Path(__file__).parents[2] / "page_figures.js").read_text(encoding="utf-8")
#: A trace of 50,000 events takes more than 10 s to be made into a page.
_CLIENTS, _ECHOES = 500, 17
#: All panes together, however many processes there are.
_NODES = 4000
#: 12 MB for 50,000 events.
_BYTES_AN_EVENT = 12_000_000 / 50_000

_MEASURE = """async () => {
  const { figures } = window;
  const found = { answered: figures.answered, usable: [figures.usable] };
  const nodes = () => document.querySelectorAll("#panes *").length;
  found.nodes = [nodes()];
  for (const [name, where, button] of [["begin", 0, 2], ["middle", 0.5, 2], ["end", 1, 1]]) {
    found[`jump to ${name}`] = [await figures.cost(() => figures.slide(where))];
    found[`step at ${name}`] = await figures.steps(button, 15);
    found.nodes.push(nodes());
    found[`mutations at ${name}`] = await figures.mutations(button, 15);
  }
  found.frames = await figures.frames(60, 200);
  return found;
}"""


@pytest.fixture(scope="module")
def many_processes() -> Story:
    """A process for each client; all live at once, and nobody waits for those that end."""
    b = TraceBuilder()
    children = b.processes(_CLIENTS)
    for _ in range(_ECHOES):
        for child in children:
            b.call(child, "recvfrom", 4, result=5, data="hello")
            b.call(child, "sendto", 4, result=5, data="hello")
    for child in children:
        b.exit(child)
    return replay(b.trace())


def test_long_trace(browser: Browser, tmp_path: Path, many_processes: Story) -> None:
    """The page is small, the first click is answered, and a step changes what it shows."""
    events = len(many_processes.events)
    text = page({"many": many_processes})
    assert len(text.encode()) < events * _BYTES_AN_EVENT
    with opened(browser, tmp_path, text) as tab:
        tab.add_init_script(FIGURES)
        tab.reload()
        tab.wait_for_function("window.figures?.usable")
        found: dict[str, Any] = tab.evaluate(_MEASURE)
    sys.stdout.write(f"\n{events:,} events, {len(text.encode()):,} bytes\n")
    for name, values in found.items():
        if name != "answered":
            line = f"{name}: median {median(values):,.1f}, most {max(values):,.1f}"
            sys.stdout.write(f"{line}\n")
    assert found["answered"]
    assert max(found["nodes"]) < _NODES
    for where in ("begin", "middle", "end"):
        assert max(found[f"mutations at {where}"]) < 300
