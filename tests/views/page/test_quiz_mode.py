"""The quiz of the page: nothing on it tells an answer before that is given, or asked for."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, Page

from echotrace.story.nouns import Story
from echotrace.views.page import nouns
from echotrace.views.page.page import page as page_of
from echotrace.views.page.texts import HOLE, INNER, MARK, SEP
from opened_page import opened

#: Goes to a step in a quiz, and gives all that is on the page then: elements with their attributes,
#: values, the title, and the drawing of the view.
_LOOK = """async ([kind, at, reveal]) => {
  const act = (element, value, name) => {
    element.value = value;
    element.dispatchEvent(new Event(name, {bubbles: true}));
  };
  const stepper = document.querySelector("#stepper");
  act([...document.querySelectorAll("select")].find(each => each.querySelector("[value=actor]")),
      kind, "change");
  act(stepper.querySelector("input[type=range]"), String(at), "input");
  if (reveal) stepper.dispatchEvent(new KeyboardEvent("keydown", {key: "r", bubbles: true}));
  const frame = () => new Promise(requestAnimationFrame);
  while (!document.querySelector("#lanes [aria-current=step]")) await frame();
  await frame(); await frame();
  let drawing;
  URL.createObjectURL = blob => { drawing = blob; return ""; };
  HTMLAnchorElement.prototype.click = () => {};
  [...document.querySelectorAll("button")].find(each => /this view/.test(each.textContent)).click();
  const whole = document.documentElement.cloneNode(true);
  for (const each of whole.querySelectorAll("script, style, meta, .done")) each.remove();
  const values = [...document.querySelectorAll("input, select, output")].map(each => each.value);
  const tips = [...document.querySelectorAll("*")].map(each => each.ariaLabel ?? "").join("");
  return [whole.outerHTML, ...values, tips, document.title, await drawing.text()];
}"""


@pytest.fixture(scope="module")
def fork(stored: Mapping[str, Story]) -> nouns.Side:
    """What the page has of the fork server."""
    return _split(page_of({"fork": stored["fork"]}))[1].sides[0]


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
    heads = [MARK.join([first, "77", *rest]) if rest else first
             for first, _, *rest in ((*each.split(MARK), "")[:3] for each in (head, begun))]  # fmt: skip
    heads[1] = heads[1] if begun else ""
    of.rows.cell[row] = _add(
        of, SEP.join((actor, heads[0], kernel, outcome, data, "77", answers, heads[1], "77"))
    )


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


def _pages(
    stored: Mapping[str, Story], fork: nouns.Side
) -> Iterator[tuple[str, int, tuple[str, str]]]:
    whole = page_of({"fork": stored["fork"]})
    begin, data, end = _split(whole)
    for kind, (asks, _) in _ASKED.items():
        for at, row in list(enumerate(fork.essential.rows))[
            int(__import__("os").environ.get("FROM", "0")) :
        ]:
            if asks(fork, row):
                data.sides[0] = _otherwise(fork, kind, at)
                text = msgspec.json.encode(data).decode().replace("<", "\\u003c")
                yield kind, at, (whole, f"{begin}{text}{end}")


def _split(page: str) -> tuple[str, nouns.Page, str]:
    begin, mark, rest = page.partition('<script type="application/json" id="data">')
    text, *end = rest.partition("</script>")
    return begin + mark, msgspec.json.decode(text, type=nouns.Page), "".join(end)


def test_nothing_tells_the_answer(
    browser: Browser, tmp_path: Path, stored: Mapping[str, Story], fork: nouns.Side
) -> None:
    """With another answer, and all that follows from it, the page is the same until revealed."""
    asked: dict[str, int] = {}
    with opened(browser, tmp_path, {"fork": stored["fork"]}) as page:
        for kind, at, pages in _pages(stored, fork):
            looks = [_looks(page, tmp_path, text, kind, at) for text in pages]
            (one, one_revealed), (other, other_revealed) = looks
            if one != other:
                open("/tmp/a.txt", "w").write(chr(10).join(one).replace("<", "\n<"))
                open("/tmp/b.txt", "w").write(chr(10).join(other).replace("<", "\n<"))
            assert one == other, (kind, at)
            assert one_revealed[0] != other_revealed[0], (kind, at)
            asked[kind] = asked.get(kind, 0) + 1
    assert asked["actor"] == len(fork.essential.rows)
    assert min(asked.values()) > 10  # noqa: PLR2004 -- of 37 steps


def _looks(page: Page, folder: Path, text: str, kind: str, at: int) -> list[list[str]]:
    (folder / "page.html").write_text(text, encoding="utf-8")
    page.reload()
    return [page.evaluate(_LOOK, [kind, at, reveal]) for reveal in (False, True)]
