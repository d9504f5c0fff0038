"""An event as the text of one cell, as wide as the column allows."""

import re
from dataclasses import replace

from echotrace.kernel.readiness import as_it_began
from echotrace.story.nouns import Story
from echotrace.trace import ClientStep, Syscall
from echotrace.views import words
from echotrace.views.lanes import brings_connection, can_wait
from echotrace.views.layout import Cell
from echotrace.views.paint import Surface, glyphs
from echotrace.views.phrases import Phrase, c_call, phrase

WAIT = "░"
#: A space at which no line is broken.
TIE = "\N{NO-BREAK SPACE}"
_PAYLOAD_WIDTH = 24
_INDENT = "  "
_LONG = 100_000_000  # ns; no reference trace depends on how fast a machine is
_WORD = re.compile(r" *[^ ]+")
#: Where a word may end a line if no line has room for the whole of it.
_SEAM = re.compile(rf"(?<=[|,(\[/{TIE}])")


def cell_phrase(story: Story, cell: Cell) -> Phrase:
    """What a cell says: a call that begins has no outcome yet, also not in its arguments."""
    whole, record = phrase(story, cell.event), cell.event.record
    if cell.part == "whole" and waited_long(cell):
        return replace(whole, note=", ".join(filter(None, (whole.note, _after(cell)))))
    if cell.part != "begin" or not isinstance(record, Syscall):
        return whole
    return replace(whole, head=c_call(as_it_began(record)), outcome="", data=None, note="")


def waited_long(cell: Cell) -> bool:
    """Whether a call waited so long, with nothing in between, that its one cell has to say so."""
    return can_wait(getattr(cell.event.record, "name", "")) and _length(cell) >= _LONG


def _length(cell: Cell) -> int:
    return (cell.event.end or cell.event.start) - cell.event.start


def _after(cell: Cell) -> str:
    return f"after {_length(cell) / 1e6:,.0f} ms"


def one_line(cell: Cell, said: Phrase, who: str, surface: Surface, *, kernel: bool) -> str:
    """The cell on one line, whatever its width; `kernel` adds the system call's own name."""
    together = [
        f"→ {said.kernel}" if kernel and said.kernel else "",
        said.outcome,
        "" if said.data is None else words.quoted(said.data, said.size, _PAYLOAD_WIDTH),
        f"· {said.note}" if said.note else "",
        WAIT * 3 if cell.part == "begin" else "",
        f"… {words.count(cell.more, 'time')} more" if cell.more else "",
    ]
    parts = [glyphs(part, surface) for part in (who, said.head, *together)]
    parts[2:] = [part.replace(" ", TIE) for part in parts[2:]]
    return " ".join(filter(None, parts))


def fit(text: str, width: int) -> list[str]:
    """The text in lines of at most `width`, further ones indented.

    A word that is longer than a line ends it after `|`, a comma, a bracket or a slash; only where
    there is none it is broken anywhere.
    """
    lines: list[str] = []
    room = max(1, width - len(_INDENT))
    for word in _WORD.findall(text) if len(text) > width else ():
        for piece in _SEAM.split(word) if len(word.lstrip(" ")) > room else (word,):
            if lines and len(lines[-1]) + len(piece) <= width:
                lines[-1] += piece
                continue
            rest = piece.lstrip(" ") if lines else piece
            while rest:
                indent = _INDENT if lines else ""
                most = room if lines else max(1, width)
                lines.append(indent + rest[:most])
                rest = rest[most:]
    return [line.replace(TIE, " ") for line in lines or [text]]


def end_of(text: str, width: int, surface: Surface) -> str:
    """The text, or its end behind a mark: of addresses and paths the end tells them apart."""
    return text if len(text) <= width else glyphs("…", surface) + text[len(text) - width + 1 :]


def actor(cell: Cell, by: str) -> str:
    """Who acts, where the column does not say it: the task, or by task the connection."""
    if by == "connection":
        return cell.event.actor
    number = cell.event.place.connection
    if cell.part == "begin" and brings_connection(cell.event):
        number = None  # which connection it will be is not known yet
    who = cell.event.actor if isinstance(cell.event.record, ClientStep) else ""
    return " ".join(filter(None, (who, f"#{number}" if number else "")))
