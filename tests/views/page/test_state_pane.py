"""The panes of the interactive page that show the state of the kernel and the source, step by step.

Each page is walked in the browser in one go; what it showed is compared here.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from echotrace.kernel.state import State
from echotrace.servers import traces_dir
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.listing import Sources
from echotrace.views.moment import Section, changes
from echotrace.views.names import Names
from echotrace.views.page.page import page as page_of
from echotrace.views.page.texts import HOLE, INNER, SEP
from echotrace.views.state_lines import sections
from echotrace.views.steps import Filter, Steps
from opened_page import opened

_ZOMBIES = 5000
_BROKEN = "used_after_close-interleaved"
#: What the two panes show.
_LOOKER = """() => {
  const [state, source] = ["state", "source"].map((id) => document.getElementById(id));
  const number = (mark) => {
    const line = source.querySelector(`li.${mark}`);
    return line ? Number(line.querySelector(".number").textContent) : null;
  };
  const section = (element) => [...element.querySelectorAll(".line")].map((line) => [
    line.querySelector(".mark")?.textContent ?? " ", Number(line.parentElement.ariaLevel) - 1,
    line.querySelector(".told").textContent,
  ]);
  const html = () => [...state.querySelectorAll("section"), source.querySelector("ol")]
    .map((each) => each.outerHTML).join("");
  const look = () => ({
    sections: [...state.querySelectorAll("section")].map(section),
    title: source.querySelector("h2").textContent,
    note: source.querySelector(".note").textContent,
    ran: number("ran"), upcoming: number("upcoming"),
    past: source.querySelector(".past") !== null,
    html: html(),
  });
  return {html, look};
}"""
#: The ways to go in a tab: `walk` takes one until nothing is left. `touched` counts the nodes of
#: the state pane that changed since it was asked last.
_WALKER = f"""(name) => {{
  const {{html, look}} = ({_LOOKER})();
  const sheet = new MutationObserver(() => {{}});
  sheet.observe(document.querySelector("#state .picture"),
                {{subtree: true, childList: true, attributes: true, characterData: true}});
  [...document.querySelectorAll("#tabs *")].find((each) => each.textContent === name).click();
  const slider = document.querySelector("#stepper input[type=range]");
  const button = (text) =>
    [...document.querySelectorAll("#stepper button")].find((each) => each.textContent === text);
  const touched = () => new Set(sheet.takeRecords().map((each) => each.target)).size;
  const walk = (text, see) => {{
    const seen = [];
    for (let last = null; last !== slider.value;) {{
      last = slider.value;
      seen.push(see());
      button(text).click();
    }}
    return seen;
  }};
  const slide = (position) => {{
    slider.value = String(Number(slider.min) + position);
    slider.dispatchEvent(new Event("input", {{bubbles: true}}));
    return html();
  }};
  button("First").click();
  return {{button, html, look, slide, touched, walk}};
}}"""
_WALK = f"""(name) => {{
  const {{html, look, slide, touched, button, walk}} = ({_WALKER})(name);
  const forward = walk("Next", look);
  const backward = walk("Previous", html).reverse();
  const far = {{}};
  for (let at = 0; at < forward.length; at += 7) far[(at * 11) % forward.length] = null;
  for (const at of Object.keys(far).reverse()) far[at] = slide(Number(at));
  button("First").click();
  touched();
  const touches = walk("Next", touched).slice(1);
  return {{forward, backward, far, touches}};
}}"""

_TIMED = f"""(name) => {{
  const {{walk, touched, button}} = ({_WALKER})(name);
  const timed = (way) => {{
    const start = performance.now();
    button(way).click();
    document.querySelector(".picture").getBoundingClientRect();
    return performance.now() - start;
  }};
  const touches = walk("Next", touched).slice(1);
  const steps = [...touches.keys()];
  const backward = steps.map(() => timed("Previous"));
  const forward = steps.map(() => timed("Next"));
  const lines = document.querySelectorAll("#state .line").length;
  return {{touches, forward, backward, lines}};
}}"""
_LIT = """[...new Set([...document.querySelectorAll(".line.lit>.told>.head")]
  .map((each) => each.textContent))]"""


@pytest.fixture(scope="module")
def stories(stored: Mapping[str, Story]) -> Mapping[str, Story]:
    """Servers of four models, and one with a bug."""
    broken = replay(load(traces_dir() / "broken" / f"{_BROKEN}.jsonl"))
    return {name: stored[name] for name in ("fork", "thread", "epoll", "udp")} | {"broken": broken}


@pytest.mark.parametrize("everything", [False, True], ids=["essential", "everything"])
def test_panes_at_every_step(
    browser: Browser, tmp_path: Path, stories: Mapping[str, Story], everything: bool
) -> None:
    """At every step state, marks and source are the model's, whichever way one came there."""
    filter_ = Filter(everything=everything)
    with opened(browser, tmp_path, page_of(stories, everything=everything)) as page:
        for name in ("fork",) if everything else stories:
            story = stories[name]
            walked = page.evaluate(_WALK, name)
            steps = walked["forward"]
            expected = list(_expected(story, filter_))
            assert [step["sections"] for step in steps] == expected
            _has_sources(steps, story, filter_)
            shown = [step["html"] for step in steps]
            assert walked["backward"] == shown
            assert walked["far"] == {number: shown[int(number)] for number in walked["far"]}
            _touches_what_changed(walked["touches"], expected)


def test_panes_of_a_permalink(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """Loaded at a step's permalink the panes are as they are when one has stepped there."""
    rows = Steps(stored["fork"]).layout(Filter()).rows
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        forward = page.evaluate(_WALK, "fork")["forward"]
        for number in (0, len(rows) // 3, len(rows) - 1):
            row = rows[number]
            key = f"{row.event.seq}{'r' if row.cell.part == 'return' else ''}"
            page.evaluate("(hash) => { location.hash = hash; }", f"tab=fork&event={key}")
            page.reload()
            shown = page.evaluate(f"() => ({_LOOKER})().html()")
            assert shown == forward[number]["html"]


def test_marks_with_a_filter(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """With a filter the marks tell what changed since the step before that passes it."""
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        page.get_by_label("Connection").select_option("2")
        steps = page.evaluate(
            f"""(name) => {{
          const {{look, walk}} = ({_WALKER})(name);
          return walk("Next", look);
        }}""",
            "fork",
        )
    expected = list(_expected(stored["fork"], Filter(connection=2)))
    assert [step["sections"] for step in steps] == expected


def test_ends_light_up_together(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """A descriptor under the pointer or with the focus lights up with all of its description."""
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        page.locator("#stepper").get_by_text("Last", exact=True).click()
        slot = page.locator(".slot>.line").first
        slot.hover()
        assert page.evaluate(_LIT) == ["3 → listener", "listener"]
        page.mouse.move(1, 1)
        assert page.evaluate(_LIT) == []
        page.locator(".picture [tabindex='0']").focus()
        assert page.evaluate(_LIT) == ["3 → listener", "listener"]
        assert page.locator(".connectors .lit").count() == page.locator(".slot>.lit").count() > 0
        page.keyboard.press("ArrowDown")
        assert page.evaluate(
            "document.querySelectorAll('.picture [tabindex]')[1] === document.activeElement"
        )
        assert page.locator(".picture [tabindex='0']").count() == 1


def test_a_step_among_thousands_of_zombies(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """Where thousands of lines are shown, a step touches what changes, and nothing else."""
    with opened(browser, tmp_path, _with_zombies(page_of({"fork": stored["fork"]}))) as page:
        page.locator("#state .rest button").click()
        among = page.evaluate(_TIMED, "fork")
    assert among["lines"] > _ZOMBIES
    _touches_what_changed(among["touches"], list(_expected(stored["fork"], Filter())))
    for way in ("forward", "backward"):
        times = sorted(among[way])
        print(f"{way}: {times[len(times) // 2]:.1f} ms, {times[-1]:.1f} ms at most")  # noqa: T201 - to be read


def _with_zombies(text: str) -> str:
    """The page with thousands of zombies more in every state of its first side."""
    before, begin, rest = text.partition('id="data">')
    packed, end, after = rest.partition("</script>")
    data = json.loads(packed)
    side = data["sides"][0]
    fact = INNER.join(("life", "", f"Z zombie, status {HOLE}: P0 has not waited for it"))
    side["patterns"].append(SEP.join((HOLE, f"process P{HOLE}", f"P{HOLE}", fact)))
    first = len(side["texts"])
    zombies = range(1000, 1000 + _ZOMBIES)
    side["texts"] += [[len(side["patterns"]) - 1, 1, n, n, 0] for n in zombies]
    for frame in side["moments"]["keyframes"].values():
        frame[0].extend(range(first, first + _ZOMBIES))
    return before + begin + json.dumps(data).replace("<", "\\u003c") + end + after


def _expected(story: Story, filter_: Filter) -> Iterator[list[list[Any]]]:
    """Each step's sections, their lines as mark, depth and text."""
    steps, names = Steps(story), Names.of(story)
    start = story.history.at(min(event.start for event in story.events) - 1)
    before: Sequence[Section] = sections(start, names)
    for number in steps.chosen(filter_):
        state: State = steps.state(filter_, number)
        after = sections(state, names)
        yield [
            [[str(line.mark), line.depth, str(line)] for line in section.lines]
            for section in changes(before, after)
        ]
        before = after


def _has_sources(shown: Sequence[Mapping[str, Any]], story: Story, filter_: Filter) -> None:
    """The source pane says at each step what the listing there does."""
    sources, rows = Sources(story), Steps(story).layout(filter_).rows
    for step, row in zip(shown, rows, strict=True):
        listing = sources.listing(row.event)
        elsewhere = f"Next: {listing.elsewhere}" if listing.elsewhere else ""
        assert step["title"] == listing.title
        assert step["note"] == (listing.problem or elsewhere)
        assert step["past"] == (not listing.lines)
        assert (step["ran"], step["upcoming"]) == (
            (listing.ran, listing.upcoming) if listing.lines else (None, None)
        )


def _touches_what_changed(touched: Sequence[int], expected: Sequence[list[list[Any]]]) -> None:
    """A step touches a few nodes for each line that is not as before, and none for the others."""
    before, *rest = [{str(line) for each in step for line in each} for step in expected]
    for count, after in zip(touched, rest, strict=True):
        assert count <= 6 * len(before ^ after)
        before = after
