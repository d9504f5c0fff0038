"""What stands in a cell, as the fields of one text."""

import re

from echotrace.story.nouns import Story
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.cells import actor, cell_phrase
from echotrace.views.layout import Cell
from echotrace.views.page.texts import MARK, Texts

_PAYLOAD_WIDTH = 120
#: The first argument of a call, where it is a number: the descriptor it is about.
_FIRST = re.compile(r"(?<=\()[0-9]+(?=[,)])")


def cell(story: Story, shown: Cell, by: str, texts: Texts) -> int:
    """The cell's text: actor, head, kernel, outcome, data, note.

    In the head MARK stands around the descriptor that the call is about.
    """
    said = cell_phrase(story, shown)
    data = "" if said.data is None else words.quoted(said.data, said.size, _PAYLOAD_WIDTH)
    who, head, kernel, outcome, note = map(
        words.safe, (actor(shown, by), said.head, said.kernel or "", said.outcome, said.note)
    )
    return texts.fields(who, _marked(head, shown), kernel, outcome, data, note)


def _marked(head: str, shown: Cell) -> str:
    record = shown.event.record
    if not isinstance(record, Syscall) or not isinstance(record.args.get("fd"), int):
        return head
    return _FIRST.sub(lambda found: f"{MARK}{found[0]}{MARK}", head, count=1)
