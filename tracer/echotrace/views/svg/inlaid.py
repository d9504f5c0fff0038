"""The text of a cell with marks of the source and blanks laid into it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from msgspec import structs

from echotrace.kernel.readiness import as_it_began
from echotrace.story.nouns import StoryEvent
from echotrace.story.quiz.nouns import Field
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.annotations import Annotations
from echotrace.views.cells import TIE, fit
from echotrace.views.document.runs import Blank, Marker
from echotrace.views.layout import Cell
from echotrace.views.phrases import c_call
from echotrace.views.side_cells import Said
from echotrace.views.svg.canvas import Canvas, Style
from echotrace.views.svg.characters import drawable

#: What is laid in stands in the text as so many characters for private use, which `drawable` has
#: escaped wherever they came from outside.
_FIRST = 0xE000
_INLAID = re.compile(r"([\uE000-\uF8FF])\1*")
_DESCRIPTOR = re.compile(r"(?<=\()-?\d+")
_MOST_LINES, _MOST_PAYLOAD = 8, 16
_MOST_BLANK, _MOST_ANSWER = 10, 15


@dataclass(frozen=True)
class Inlaid:
    """Text, and what is laid into it."""

    text: str
    pieces: tuple[Marker | Blank, ...] = ()

    def lines(self, width: int) -> list[str]:
        """The text in lines of at most so many characters; its end is cut if it has too many."""
        lines = fit(self.text, width)
        if len(lines) <= _MOST_LINES:
            return lines
        return [*lines[: _MOST_LINES - 1], lines[_MOST_LINES - 1][: width - 1] + "…"]

    def draw(self, canvas: Canvas, x: float, y: float, line: str, style: Style) -> None:
        """One of the lines."""
        plain = 0
        for found in _INLAID.finditer(line):
            _words(canvas, x + plain * canvas.advance, y, line[plain : found.start()], style)
            piece = self.pieces[ord(found[1]) - _FIRST]
            here = x + found.start() * canvas.advance
            if isinstance(piece, Marker):
                canvas.marker(here, y, piece.number)
            else:
                canvas.blank(here, y, piece)
            plain = found.end()
        _words(canvas, x + plain * canvas.advance, y, line[plain:], style)


def _words(canvas: Canvas, x: float, y: float, words: str, style: Style) -> None:
    text = words.lstrip(" ")
    canvas.text(x + (len(words) - len(text)) * canvas.advance, y, text.rstrip(" "), style)


class Composer:
    """Puts the words of an event's cell together; `side` is whose event it is."""

    def __init__(self, annotations: Annotations, side: str) -> None:
        self._annotations = annotations
        self._side = side
        self._asked = frozenset(seq for own, seq, _ in annotations.blanks if own == side)

    def asks(self, seq: int) -> tuple[tuple[Field, str], ...]:
        """What is left out of an event, and in which blank; empty if nothing is."""
        if seq not in self._asked:
            return ()
        found = ((field, self._annotations.blank(self._side, seq, field)) for field in Field)
        return tuple((field, blank.label) for field, blank in found if blank)

    def cell(self, said: Said, cell: Cell, *, kernel: bool, flags: str = "") -> Inlaid:
        """The cell; `kernel` names the system call, too, `flags` are those of a new task."""
        event = cell.event
        pieces: list[Marker | Blank] = []

        def inlay(piece: Marker | Blank) -> str:
            pieces.append(piece)
            return chr(_FIRST + len(pieces) - 1) * _columns(piece)

        said = _drawn(said)
        marker = self._annotations.marker(self._side, event)
        who = self._blank(event, Field.ACTOR)
        descriptor = self._blank(event, Field.DESCRIPTOR)
        result = self._blank(event, Field.RESULT) if cell.part != "begin" else None
        head, wait, note = said.head, said.wait, said.note
        if result:
            head = _as_begun(event, head)
            said = replace(said, data="", outcome=f"= {inlay(result)}")
        if descriptor:
            head = _without_descriptor(head, inlay(descriptor))
        if wait and (self._asks_who(event.woken_by) or (result and _is_wait(event))):
            wait = "?"
        if result or self._asks_who_holds(event.seq):
            note = ""
        said = replace(said, kernel=said.kernel if kernel else "", wait=wait)
        together = (
            *said.behind(flags=flags),
            f"· {note}" if note else "",
            f"… {words.count(cell.more, 'time')} more" if cell.more else "",
        )
        parts = (
            inlay(marker) if marker else "",
            inlay(who) if who else said.actor,
            head,
            *(part.replace(" ", TIE) for part in together),
        )
        return Inlaid(" ".join(filter(None, parts)), tuple(pieces))

    def _asks_who(self, seq: int | None) -> bool:
        """Whether it is left out who did what a wait was for."""
        return seq is not None and bool(self._annotations.blank(self._side, seq, Field.ACTOR))

    def _asks_who_holds(self, seq: int) -> bool:
        """Whether it is left out who, or how many, hold what an event is about."""
        fields = (Field.COUNT, Field.HOLDERS)
        return any(self._annotations.blank(self._side, seq, field) for field in fields)

    def _blank(self, event: StoryEvent, field: Field) -> Blank | None:
        """The blank, no wider than the narrowest column has room for."""
        found = self._annotations.blank(self._side, event.seq, field)
        if found is None:
            return None
        answer = drawable(found.answer) if found.answer is not None else None
        if answer is not None and len(answer) > _MOST_ANSWER:
            answer = f"{answer[: _MOST_ANSWER - 1]}…"
        return structs.replace(found, width=min(found.width, _MOST_BLANK), answer=answer)


def _drawn(said: Said) -> Said:
    """The same in characters that can be drawn."""
    return replace(
        said,
        actor=drawable(said.actor),
        head=drawable(said.head),
        kernel=drawable(said.kernel),
        wait=None if said.wait is None else drawable(said.wait),
        outcome=drawable(said.outcome),
        data=drawable(said.data if len(said.data) <= _MOST_PAYLOAD else said.short),
        note=drawable(said.note),
    )


def _as_begun(event: StoryEvent, head: str) -> str:
    """The call without what it has written into its arguments."""
    record = event.record
    return drawable(c_call(as_it_began(record))) if isinstance(record, Syscall) else head


def _is_wait(event: StoryEvent) -> bool:
    """Whether a call waits for the end of a task, which what it returns names."""
    return event.logical == "wait"


def _without_descriptor(head: str, place: str) -> str:
    """The call with something in the place of its descriptor; of all arguments, if need be."""
    shown, count = _DESCRIPTOR.subn(place, head, count=1)
    return shown if count else f"{head.partition('(')[0]}({place})"


def _columns(piece: Marker | Blank) -> int:
    if isinstance(piece, Marker):
        return Canvas.marker_columns(piece.number)
    return Canvas.blank_columns(piece)


def plain(text: str) -> Inlaid:
    """Text with nothing laid in."""
    return Inlaid(drawable(text))


def first_fitting(texts: Iterable[str], most: int) -> str:
    """The first of some texts that is not too long; empty if all are."""
    return next((drawable(text) for text in texts if len(drawable(text)) <= most), "")
