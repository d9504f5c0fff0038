"""The interactive page in a browser: opened from a file, and what it asks for and says is kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from itertools import accumulate
from pathlib import Path
from typing import Any

import msgspec
from playwright.sync_api import Browser, Page

from echotrace.story.nouns import Story
from echotrace.views.page import nouns
from echotrace.views.page.page import page
from echotrace.views.page.texts import differences

_DATA = '<script type="application/json" id="data">'


def parted(text: str) -> tuple[str, nouns.Page, str]:
    """The data of a page, and what stands before and behind it."""
    begin, mark, rest = text.partition(_DATA)
    data, *end = rest.partition("</script>")
    return begin + mark, msgspec.json.decode(data, type=nouns.Page), "".join(end)


def unpacked(side: nouns.Side) -> nouns.Side:
    """A copy of a side whose numbers are not the differences that they are packed as."""
    return _changed(side, lambda numbers: list(accumulate(numbers)))


def packed(side: nouns.Side) -> nouns.Side:
    """A copy of such a side as a page has it."""
    return _changed(side, differences)


def _changed(side: nouns.Side, change: Callable[[list[int]], list[int]]) -> nouns.Side:
    copy = deepcopy(side)
    for lists, names in (
        (copy.rows, ("seq", "time", "cell", "told")),
        (copy.essential, ("rows", "states")),
        (copy.everything, ("rows", "states")),
    ):
        for name in names:
            setattr(lists, name, change(getattr(lists, name)))
    return copy


def with_sides(story: Story, sides: Sequence[nouns.Side]) -> str:
    """The page of a story, which stands for other ones: of these sides, without pairs."""
    begin, data, end = parted(page({"story": story}))
    data.sides = list(sides)
    text = msgspec.json.encode(data).decode().replace("<", "\\u003c")
    return f"{begin}{text}{end}"


@contextmanager
def opened(
    browser: Browser,
    folder: Path,
    stories: Mapping[str, Story] | str,
    *,
    fragment: str = "",
    width: int = 1280,
    height: int = 720,
    **context: Any,
) -> Iterator[Page]:
    """The page of some stories, or of its text, as a file at `#fragment` in a window.

    AssertionError in the end if it asked for anything, or the console has a line.
    """
    file = folder / "page.html"
    file.write_text(stories if isinstance(stories, str) else page(stories), encoding="utf-8")
    noticed: list[str] = []
    # A window of its own costs as much as all the rest: without wishes it is a tab of the first.
    own = browser.new_context(**context) if context else None
    tab = (own or browser.contexts[0]).new_page()
    try:
        tab.set_viewport_size({"width": width, "height": height})
        tab.on("request", lambda request: noticed.append(request.url.partition("#")[0]))
        tab.on("console", lambda message: noticed.append(message.text))
        tab.on("pageerror", lambda error: noticed.append(str(error)))
        tab.goto(f"{file.as_uri()}{fragment}")
        yield tab
    finally:
        (own or tab).close()
    assert set(noticed) == {file.as_uri()}
