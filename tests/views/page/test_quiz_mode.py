"""The quiz of the page: nothing on it tells an answer before that is given, or asked for."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from echotrace.story.nouns import Story
from echotrace.views.page import nouns
from echotrace.views.page.page import page as page_of
from echotrace.views.page.texts import HOLE, INNER, MARK, SEP
from opened_page import opened, packed, parted, unpacked, with_sides

#: Goes to a step in a quiz, and gives all that is on the page then: elements with their attributes,
#: values, the title, and the drawing of the view.
_LOOK = """async ([tab, kind, at, reveal]) => {
  const act = (element, value, name) => {
    element.value = value;
    element.dispatchEvent(new Event(name, {bubbles: true}));
  };
  document.querySelectorAll("#tabs button")[tab].click();
  const stepper = document.querySelector("#stepper");
  act([...document.querySelectorAll("select")].find(each => each.querySelector("[value=actor]")),
      kind, "change");
  act(stepper.querySelector("input[type=range]"), String(at), "input");
  if (reveal) stepper.dispatchEvent(new KeyboardEvent("keydown", {key: "r", bubbles: true}));
  const frame = () => new Promise(requestAnimationFrame);
  const drawn = () => document.querySelector("#lanes [aria-current=step]")
    && !document.querySelector("#lanes .chunk[role=none]");
  for (let frames = 0; frames < 2 || !drawn(); frames += 1) await frame();
  let drawing;
  URL.createObjectURL = blob => { drawing = blob; return ""; };
  HTMLAnchorElement.prototype.click = () => {};
  [...document.querySelectorAll("button")].find(each => /this view/.test(each.textContent)).click();
  dispatchEvent(new Event("pagehide")); // writes the address
  const whole = document.documentElement.cloneNode(true);
  for (const each of whole.querySelectorAll("script, style, meta, #tabs, .done")) each.remove();
  whole.querySelector("#panes").removeAttribute("aria-labelledby"); // the tab's
  const values = [...document.querySelectorAll("input, select")].map(each => each.value);
  const tips = [...document.querySelectorAll("*")].map(each => each.ariaLabel ?? "").join("");
  return [whole.outerHTML, location.hash, ...values, tips, document.title, await drawing.text()];
}"""
#: Compares the first tab at each of some steps with a tab of its own, hidden and now and then
#: revealed; gives the first step at which the pages differ, or do not when revealed, and both.
_COMPARED = f"""async ([kind, asked]) => {{
  const look = {_LOOK};
  for (const [number, at] of asked.entries()) {{
    for (const reveal of number % 5 === 4 ? [false, true] : [false]) {{
      const one = await look([0, kind, at, reveal]);
      const other = await look([number + 1, kind, at, reveal]);
      if (reveal === (one.join() === other.join())) return [at, reveal, one, other];
    }}
  }}
  return null;
}}"""


@pytest.fixture(scope="module")
def fork(stored: Mapping[str, Story]) -> nouns.Side:
    """What the page has of the fork server."""
    return unpacked(parted(page_of({"fork": stored["fork"]}))[1].sides[0])


def _text(of: nouns.Side, number: int) -> str:
    pattern, *numbers = of.texts[number]
    pieces = of.patterns[pattern].split(HOLE)
    return pieces[0] + "".join(f"{n}{piece}" for n, piece in zip(numbers, pieces[1:], strict=True))


def _add(of: nouns.Side, text: str) -> int:
    of.patterns.append(text)
    of.texts.append([len(of.patterns) - 1])
    return len(of.texts) - 1


def _fields(of: nouns.Side, row: int) -> list[str]:
    fields = _text(of, of.rows.cell[row]).split(SEP)
    return [*fields, *[""] * (9 - len(fields))]


def _asks_result(of: nouns.Side, row: int) -> bool:
    return bool(_fields(of, row)[6])


def _asks_descriptor(of: nouns.Side, row: int) -> bool:
    return MARK in _fields(of, row)[1] and of.rows.part[row] != 2


def _another_result(of: nouns.Side, row: int) -> None:
    actor, head, kernel, _, _, _, _, begun, _ = _fields(of, row)
    begun = begun or head
    of.rows.cell[row] = _add(
        of, SEP.join((actor, f"{begun}!", kernel, "= 77", '"77"', "77", "77", begun, "77"))
    )


def _another_descriptor(of: nouns.Side, row: int) -> None:
    actor, head, kernel, outcome, data, _, answers, begun, _ = _fields(of, row)
    fields = (actor, _renamed(head), kernel, outcome, data, "77", answers, _renamed(begun), "77")
    of.rows.cell[row] = _add(of, SEP.join(fields))


def _renamed(head: str) -> str:
    before, mark, rest = head.partition(MARK)
    return f"{before}{mark}77{mark}{rest.partition(MARK)[2]}" if mark else head


def _another_actor(of: nouns.Side, row: int) -> None:
    of.rows.cell[row] = _add(of, SEP.join(("Z7", "seventy()", "", "= 77", "", "", f"7{INNER}8")))
    of.rows.actor[row] = (of.rows.actor[row] + 1) % len(of.actors)
    of.rows.column[row] = (of.rows.column[row] + 1) % len(of.columns)
    of.rows.part[row] = 0
    of.rows.seq[row] = 1


_ASKED: Mapping[str, tuple[Callable[[nouns.Side, int], bool], Callable[[nouns.Side, int], None]]]
_ASKED = {
    "result": (_asks_result, _another_result),
    "descriptor": (_asks_descriptor, _another_descriptor),
    "actor": (lambda _of, _row: True, _another_actor),
}


def _otherwise(of: nouns.Side, kind: str, at: int) -> nouns.Side:
    """The same trace up to a step, where it has another answer, and goes on differently."""
    other = deepcopy(of)
    steps, rows = other.essential, other.rows
    for row in steps.rows[at:]:
        before = other.places[rows.place[row]]
        upcoming = None if before.upcoming is None else 1
        other.places.append(msgspec.structs.replace(before, upcoming=upcoming, elsewhere="77"))
        rows.place[row] = len(other.places) - 1
        rows.told[row] = _add(other, "Seventy-seven.")
    _ASKED[kind][1](other, steps.rows[at])
    for row in steps.rows[at + 1 :]:
        rows.cell[row] = _add(other, "Z7")
        rows.column[row] = rows.actor[row] = rows.connection[row] = rows.part[row] = 0
    if kind == "actor":
        other.places.append(nouns.Place("Seventy-seven", None, None, None, "", ""))
        rows.place[steps.rows[at]] = len(other.places) - 1
    last = at - 1 if kind == "actor" else at
    steps.states[at:] = [len(other.moments.changes) - 1] * (len(steps.states) - at)
    steps.waits = {key: [n for n in own if n <= last] for key, own in steps.waits.items()}
    other.findings, other.trace, other.everything = [], "", deepcopy(steps)
    return other


def _page(story: Story, fork: nouns.Side, kind: str) -> tuple[str, Sequence[int]]:
    """The page of the trace and of one like it for each step asked for: and these steps."""
    asks, _ = _ASKED[kind]
    asked = [at for at, row in enumerate(fork.essential.rows) if asks(fork, row)]
    others = (_otherwise(fork, kind, at) for at in asked)
    return with_sides(story, [packed(each) for each in (fork, *others)]), asked


@pytest.mark.parametrize("kind", _ASKED)
def test_nothing_tells_the_answer(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], fork: nouns.Side, kind: str
) -> None:
    """With another answer, and all that follows from it, the page is the same until revealed."""
    text, asked = _page(stored["fork"], fork, kind)
    assert len(asked) > len(fork.essential.rows) // 4
    with opened(browser, tmp_path, text, height=2000) as page:
        assert page.evaluate(_COMPARED, [kind, asked]) is None


def test_ways_around_the_quiz(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story]
) -> None:
    """Who is next is not told by the keys along a connection, a comparison, or the link's event."""
    sides = {name: stored[name] for name in ("fork", "thread")}
    with opened(browser, tmp_path, sides, fragment="#event=31r&quiz=actor") as page:
        where = page.locator(".where")
        here = where.inner_text()
        assert here.startswith("Step 13 of 37 \u00b7 event ? ")
        page.locator("#stepper").focus()
        for key in ("n", "N", "r", "n"):
            page.keyboard.press(key)
            assert where.inner_text().startswith("Step 13 of 37")
        page.keyboard.press("ArrowRight")
        expect(page).to_have_url(re.compile("#tab=fork&step=14&quiz=actor$"))
        page.reload()
        assert where.inner_text().startswith("Step 14 of 37")
        tabs = page.get_by_role("tab")
        expect(tabs.nth(2)).to_have_attribute("aria-disabled", "true")
        tabs.nth(2).click(force=True)
        tabs.nth(0).press("ArrowLeft")
        expect(tabs.nth(1)).to_be_focused()
        page.evaluate("location.hash = '#tab=fork%20%7C%20thread&quiz=actor'")
        expect(page.locator(".status")).to_have_text("A quiz is for one server only: none is on.")
        tabs.nth(0).click()
        assert page.get_by_label("Quiz").first.input_value() == ""


def test_answers_and_score(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """An answer is called right or wrong, with the explanation, and counts once a step."""
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        told, form = page.locator("#stepper .told"), page.locator("form.quiz")
        verdict = form.locator("output")
        page.get_by_label("Quiz").first.select_option("result")
        assert told.inner_text() == "What does socket(AF_INET, SOCK_STREAM) return to P0?"
        form.get_by_label("Your answer").first.fill("= 3")
        page.keyboard.press("Enter")
        assert verdict.inner_text() == "\N{CHECK MARK} Right: = 3"
        assert told.inner_text().startswith("P0 makes a TCP socket, fd 3")
        page.keyboard.press("Enter")  # on to bind, which returns 0
        form.get_by_label("Your answer").first.fill("r")
        page.keyboard.press("Enter")
        assert verdict.inner_text() == "\N{BALLOT X} Wrong, not r: = 0"
        assert form.locator(".score").inner_text() == "1 of 2 right"
        page.get_by_role("button", name="Next", exact=True).click()
        page.keyboard.press("r")
        assert told.inner_text().startswith("P0 makes fd 3 a listening socket")
        assert form.locator(".score").inner_text() == "1 of 2 right"
        for _ in range(2):
            page.get_by_role("button", name="Next", exact=True).click()
        assert verdict.inner_text().startswith("Nothing to ask: The call has only begun")
        assert told.inner_text().startswith("P0 calls accept on fd 3")
        page.get_by_label("Quiz").first.select_option("actor")
        page.get_by_role("button", name="Next", exact=True).click()
        assert told.inner_text() == "Whose step is shown next?"
        form.get_by_role("button", name="C1").click()
        assert verdict.inner_text() == "\N{CHECK MARK} Right: C1"


def test_lanes_of_tasks(browser: Browser, tmp_path: Path, stored: Mapping[str, Story]) -> None:
    """By task, where no cell names its task, questions do; what waits tells not what is next."""
    text = page_of({"fork": stored["fork"]}, by="task")
    with opened(browser, tmp_path, text) as page:
        told, arrows = page.locator("#stepper .told"), page.locator("#source .arrow")
        page.locator("[data-at='4']").click()
        assert page.locator("[data-at='4'] .said").inner_text() == "accept(3) waits …"
        assert arrows.all_inner_texts() == ["‖", "▷"]
        page.get_by_label("Quiz").first.select_option("result")
        assert arrows.all_inner_texts() == ["‖"]
        page.get_by_role("button", name="Next question").click()
        assert told.inner_text() == "What does accept(3) return to P0?"
        page.get_by_label("Quiz").first.select_option("descriptor")
        page.get_by_role("button", name="First", exact=True).click()
        page.get_by_role("button", name="Next", exact=True).click()
        assert told.inner_text().startswith("Which descriptor does P0 give to bind(?, ")
