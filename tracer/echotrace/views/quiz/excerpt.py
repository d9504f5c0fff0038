"""The few lines of the timeline that a question is about, up to where they tell the answer."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.trace import Syscall
from echotrace.views.cells import TIE, actor, cell_phrase, one_line
from echotrace.views.lanes import lay_out
from echotrace.views.layout import Cell, Row
from echotrace.views.paint import Surface
from echotrace.views.phrases import Phrase, c_call

_MOST = 6
#: Before and after each event that proves a bug.
_AROUND = 1
_MOST_OF_BUG = 9
_LINE = "____"
_SURFACE = Surface(100_000)  # nothing is broken into lines here
_OMITTED = "…"


@dataclass(frozen=True)
class Excerpts:
    """The lines for each of the questions `asked` about `stories`.

    What any of the questions leaves out is left out in all lines.
    """

    asked: Sequence[Asked]
    stories: Sequence[Story]

    def of(self, question: Asked) -> tuple[str, ...]:
        """The lines, as `14  P1 recv(4) → recvfrom = ____`; none if there is no timeline."""
        story = question.variant or self.stories[question.side]
        rows = lay_out(story).rows if question.variant else self._rows[question.side]
        last = _last(rows, story.event(question.event))
        if last is None:
            return ()
        hidden = set() if question.variant else self._hidden(question)
        if question.kind == "bug":
            proof = {_last(rows, story.event(seq)) for seq in question.evidence}
            kept = _around(rows, sorted(at for at in proof if at is not None))
        else:
            kept = _kept(rows, last, question.evidence)
        return tuple(_lines(story, rows, kept, hidden))

    @cached_property
    def _rows(self) -> Sequence[Sequence[Row]]:
        """The rows of each side's timeline, laid out once."""
        return [lay_out(story).rows for story in self.stories]

    def _hidden(self, question: Asked) -> set[tuple[int, Field]]:
        hidden = {
            (each.seq, each.field)
            for asked in self.asked
            for each in asked.hidden
            if each.side == question.side
        }
        # the note on who keeps it is half the answer
        return hidden if question.kind == "bug" else hidden | {(question.event, Field.HOLDERS)}


def _lines(
    story: Story, rows: Sequence[Row], kept: Sequence[int], hidden: AbstractSet[tuple[int, Field]]
) -> Iterator[str]:
    width = len(str(rows[max(kept)].event.seq))
    for place, at in enumerate(kept):
        if place and at > kept[place - 1] + 1:
            yield f"{_OMITTED:>{width}}"
        yield f"{rows[at].event.seq:>{width}}  {_line(story, rows[at].cell, hidden)}"


def _last(rows: Sequence[Row], event: StoryEvent) -> int | None:
    """The last row of an event; if it has none, as the end of a task, that of its task before."""
    places = range(len(rows) - 1, -1, -1)
    own = (at for at in places if rows[at].event.seq == event.seq)
    before = (
        at
        for at in places
        if rows[at].event.actor == event.actor and rows[at].event.seq < event.seq
    )
    return next(own, next(before, None))


def _kept(rows: Sequence[Row], last: int, evidence: Sequence[int]) -> list[int]:
    """The last few rows, and those before them that prove the answer.

    Of a call that proves it where it returned is enough.
    """
    few = set(range(max(0, last + 1 - _MOST), last + 1))
    proof = {rows[at].event.seq: at for at in range(last) if rows[at].event.seq in evidence}
    return sorted(few | set(proof.values()))


def _around(rows: Sequence[Row], proof: Sequence[int]) -> list[int]:
    """What proves a bug, and as far as there is room what comes just before and after it."""

    def distance(at: int) -> int:
        return min(abs(at - each) for each in proof)

    near = sorted((at for at in range(len(rows)) if distance(at) <= _AROUND), key=distance)
    return sorted(near[: max(len(proof), _MOST_OF_BUG)])


def _line(story: Story, cell: Cell, hidden: AbstractSet[tuple[int, Field]]) -> str:
    seq = cell.event.seq
    out = {field for field in Field if (seq, field) in hidden}
    who = actor(cell, "connection")
    if Field.ACTOR in out and cell.part != "begin":
        who = _LINE
    phrase = _without(cell_phrase(story, cell), cell, out)
    return one_line(cell, phrase, who, _SURFACE, kernel=True).replace(TIE, " ")


def _without(phrase: Phrase, cell: Cell, out: AbstractSet[Field]) -> Phrase:
    """The phrase with lines in place of what is left out."""
    call = cell.event.record
    head, outcome, data, note = phrase.head, phrase.outcome, phrase.data, phrase.note
    if Field.DESCRIPTOR in out and isinstance(call, Syscall):
        head = c_call(replace(call, args={**call.args, "fd": _LINE}))
    if Field.RESULT in out and cell.part != "begin":
        outcome, data, note = f"= {_LINE}", None, ""
    if out & {Field.HOLDERS, Field.COUNT}:
        note = ""
    return Phrase(head, phrase.kernel, outcome, data, phrase.size, note)
