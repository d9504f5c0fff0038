"""The end of the handout: what its signs mean, and the terms that it uses."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from html import unescape
from typing import Any

import msgspec

from echotrace.story.compare.nouns import Mark
from echotrace.views.document.nouns import Block, Definitions, Figure
from echotrace.views.document.runs import Code, Marker, Run, Text
from echotrace.views.handout.nouns import Making
from echotrace.views.texts import Texts

_MARKS: Mapping[Mark, str] = {
    Mark.SAME: "same", Mark.DIFFERENT: "different", Mark.FIRST_ONLY: "first_only",
    Mark.ONLY_HERE: "only_here", Mark.MOVED: "moved",
}  # fmt: skip
#: The texts of a drawing, in its markup.
_TEXT = re.compile(r"<text[^>]*>([^<]*)")
#: Signs in calls as they are drawn: how each looks, and where it is one, by the name of its text.
_SIGNS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "waits": ("░", re.compile("░")),
    "makes": ("→", re.compile("→")),
    "besides": ("·", re.compile(r"(?:^|\) )\s*· ")),
    "unknown": ("?", re.compile(r"= \?")),
    "descriptors": ("[3]", re.compile(r"\[\d")),
    "flags": ("[…]", re.compile(r"\[[A-Z]{2}")),
}


def blocks(making: Making, pages: Iterable[Block]) -> Iterator[Block]:
    """The signs, and of the glossary the terms that occur on the pages.

    The pages are those for students, so that both editions have the same glossary.
    """
    texts = making.texts
    pages = tuple(pages)
    yield Definitions(texts.say("legend.title"), tuple(_signs(making, _drawn(pages))))
    if found := tuple(_terms(texts, _plain(msgspec.to_builtins(pages)))):
        yield Definitions(texts.say("glossary.title"), found)


def _drawn(pages: Iterable[Block]) -> Sequence[str]:
    """The lines of text in the drawings."""
    drawings = [each for block in pages if isinstance(block, Figure) for each in block.drawings]
    return [unescape(line) for each in drawings for line in _TEXT.findall(each.svg)]


def _signs(making: Making, drawn: Sequence[str]) -> Iterator[tuple[Text, Text]]:
    for sign, name in _used(making):
        yield (sign,), making.texts.runs(f"legend.{name}")
    waited = "hatched" if making.compared is None else "waits"
    for name, (sign, pattern) in _SIGNS.items():
        if any(map(pattern.search, drawn)):
            yield (Code(sign),), making.texts.runs(f"legend.{waited if sign == '░' else name}")
    found = _marks(making)
    for mark, name in _MARKS.items():
        if mark in found:
            yield (Code(str(mark)),), making.texts.runs(f"legend.{name}")


def _used(making: Making) -> Iterator[tuple[Run, str]]:
    """Each sign that the handout has, with the name of its text."""
    stories = making.stories.values()
    for side, numbers in making.annotations.markers.items():
        if numbers:
            yield Marker(side, 1), "marker"
            break
    roles = {name for story in stories for name in story.roles.names}
    yield Code("P0"), "process"
    if any(name.startswith("T") for name in roles):
        yield Code("T1"), "thread"
    if any(story.trace.header.clients for story in stories):
        yield Code("C1"), "client"
    connections = [each for story in stories for each in story.connections]
    if any(not each.datagram for each in connections):
        yield Code("#1"), "connection"
    if any(each.datagram for each in connections):
        yield Code("#1"), "peer"
    yield Code("17"), "event"


def _marks(making: Making) -> Collection[Mark]:
    if making.compared is None:
        return frozenset()
    sides = range(1, len(making.stories))
    rows = (row for each in making.compared.alignments for row in each.rows)
    return {row.mark(side) for row in rows for side in sides}


def _plain(data: Any) -> str:  # noqa: ANN401 -- whatever JSON has
    """All words of the pages."""
    match data:
        case str():
            return data
        case dict():
            return "\n".join(map(_plain, data.values()))
        case list() | tuple():
            return "\n".join(map(_plain, data))
        case _:
            return ""


def _terms(texts: Texts, words: str) -> Iterator[tuple[Text, Text]]:
    """The terms of the glossary, in its order, that stand among the words."""
    names = dict.fromkeys(name.partition(".")[0] for name in texts.table("glossary"))
    for name in names:
        if name != "title" and _occur(texts.say(f"glossary.{name}.words"), words):
            yield texts.say(f"glossary.{name}.term"), texts.runs(f"glossary.{name}.text")


def _occur(listed: str, words: str) -> bool:
    either = "|".join(map(re.escape, listed.split(", ")))
    return re.search(rf"\b(?:{either})\b", words, re.IGNORECASE) is not None
