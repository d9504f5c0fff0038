"""A long state in the interactive page: what is as before is folded, until somebody asks for it."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.views.moment import changes
from echotrace.views.names import Names
from echotrace.views.page.page import page as page_of
from echotrace.views.state_lines import sections
from echotrace.views.steps import Filter, Steps
from opened_page import opened
from tracebuilder import TraceBuilder

_CLIENTS = 120
_LOOKER = """
  const slider = document.querySelector("#stepper input[type=range]");
  const state = document.getElementById("state");
  const html = () => [...state.querySelectorAll("section")].map((each) => each.outerHTML).join("");
  const slide = (position) => {
    slider.value = String(Number(slider.min) + position);
    slider.dispatchEvent(new Event("input", {bubbles: true}));
  };
  const step = (which) => document.querySelectorAll("#stepper .ways button")[which].click();
  const folds = () => [...state.querySelectorAll(".rest button")];
  const openAll = () => { while (folds().length) folds()[0].click(); };
"""
#: Each step as it is when one slides there, and when one comes there by a step from either side.
_WAYS = f"""(steps) => {{{_LOOKER}
  return steps.map((at) => {{
    slide(at);
    const found = {{ways: [html()], nodes: state.querySelectorAll("*").length,
                    folds: folds().map((each) => each.textContent)}};
    for (const [from, way] of [[at - 1, 2], [at + 1, 1]]) {{
      slide(from);
      step(way);
      found.ways.push(html());
    }}
    return found;
  }});
}}"""
_ALL = f"""(steps) => {{{_LOOKER}
  slide(steps[0]);
  openAll();
  return steps.map((at) => {{
    slide(at);
    return [...state.querySelectorAll("section")].map((section) =>
      [...section.querySelectorAll(".line")].map((line) => [
        line.querySelector(".mark")?.textContent ?? " ", Number(line.parentElement.ariaLevel) - 1,
        line.querySelector(".told").textContent,
      ]));
  }});
}}"""
_CHOICE = f"""() => {{{_LOOKER}
  const tab = (number) => document.querySelectorAll("#tabs [role=tab]")[number].click();
  const found = [];
  const told = () => found.push([folds().length > 0, document.activeElement.textContent]);
  slide(1e9);
  const before = html();
  folds()[0].focus();
  openAll();
  told();
  document.activeElement.click();
  told();
  openAll();
  tab(1);
  tab(0);
  told();
  return [before === html(), found.map(([folded]) => folded), found[0][1], found[1][1]];
}}"""


@pytest.fixture(scope="module")
def crowd() -> Story:
    """A process for each client; half of them have ended, and nobody waits for them."""
    b = TraceBuilder()
    for child in b.processes(_CLIENTS)[::2]:
        b.exit(child)
    return replay(b.trace())


def test_long_state(browser: Browser, tmp_path: Path, crowd: Story) -> None:
    """Folded, a step looks the same from wherever one comes; unfolded, it is the model's."""
    steps = Steps(crowd)
    chosen = steps.chosen(Filter())
    looked = [len(chosen) * share // 100 for share in (50, 75, 90, 98)]
    with opened(browser, tmp_path, {"crowd": crowd}) as page:
        folded: list[dict[str, Any]] = page.evaluate(_WAYS, looked)
        unfolded = page.evaluate(_ALL, looked)
    for each in folded:
        assert len(set(each["ways"])) == 1
        assert each["nodes"] < 800
        assert each["folds"]
    assert any(
        "zombies as before" in text or "more as before" in text for text in folded[-1]["folds"]
    )
    names = Names.of(crowd)
    for at, shown in zip(looked, unfolded, strict=True):
        before, after = (
            sections(steps.state(Filter(), chosen[step]), names) for step in (at - 1, at)
        )
        assert shown == [
            [[str(line.mark), line.depth, str(line)] for line in section.lines]
            for section in changes(before, after)
        ]


def test_choice_of_a_tab(browser: Browser, tmp_path: Path, crowd: Story) -> None:
    """What is unfolded can be folded again, and is folded when its tab is shown again."""
    with opened(browser, tmp_path, page_of({"crowd": crowd, "again": crowd})) as page:
        same, folded, fewer, fold = page.evaluate(_CHOICE)
    assert same
    assert folded == [False, True, True]
    assert fewer == "Show fewer"
    assert fold.endswith("as before")
