"""The interactive page as text: the data, the script, the style sheet and the frame, in one file.

Its policy lets in nothing but its own style sheet and script, by hash (Content Security Policy,
level 3), and nothing leaves it. The data is JSON in which `<` is escaped, so that no text in it can
end the element it stands in (HTML, 4.12.1.3); the script puts it into the page as text only.
"""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

import msgspec

from echotrace.story.nouns import Story
from echotrace.views.page.nouns import Page
from echotrace.views.page.pairs import pairs
from echotrace.views.page.script import script, unplayed_script
from echotrace.views.page.side import side
from echotrace.views.words import safe

_ROOM = files("echotrace.views.page")
_STYLES = (
    "base.css",
    "lanes.css",
    "panes.css",
    "pair.css",
    "stepper.css",
    "quiz.css",
    "events.css",
    "appearance.css",
    "print.css",
)


def page(
    stories: Mapping[str, Story], *, title: str = "", by: str = "connection",
    everything: bool = False,
) -> str:  # fmt: skip
    """The page of some stories, by the names of their sides; ended by a newline.

    Their lanes are `by` connection or task; with `everything` it opens with all events. Without a
    `title` it is called as its sides are.
    """
    sides = [side(name, story, by) for name, story in stories.items()]
    named = safe(title) or " against ".join(each.name for each in sides)
    data = Page(named, sides, pairs(stories, sides), everything)
    style, code, unplayed = _style(), script(), unplayed_script()
    frame = Template((_ROOM / "page.html").read_text(encoding="utf-8"))
    return frame.substitute(
        title=escape(data.title),
        style=style,
        style_hash=_hash(style),
        script=code,
        script_hash=_hash(code),
        unplayed=unplayed,
        unplayed_hash=_hash(unplayed),
        data=msgspec.json.encode(data).decode().replace("<", "\\u003c"),
    )


def _style() -> str:
    return "".join((_ROOM / "style" / name).read_text(encoding="utf-8") for name in _STYLES)


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
