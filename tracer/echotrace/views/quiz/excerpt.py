"""The few lines of the timeline that a question is about, up to where they tell the answer."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from msgspec.structs import replace

from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.changes import without
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.trace import Syscall
from echotrace.views.cells import TIE, actor, cell_phrase, one_line
from echotrace.views.lanes import lay_out
from echotrace.views.layout import Cell, Row
from echotrace.views.paint import Surface
from echotrace.views.phrases import Phrase, c_call

_MOST = 6
_LINE = "____"
_SURFACE = Surface(100_000)  # nothing is broken into lines here
_OMITTED = "…"


def excerpt(question: Asked, asked: Sequence[Asked], stories: Sequence[Story]) -> tuple[str, ...]:
    """The lines, as `14  P1 recv(4) → recvfrom = ____`; none if there is no timeline.

    What any of the questions `asked` leaves out is left out here.
    """
    story = story_of(question, stories)
    rows = lay_out(story).rows
    last = _last(rows, story.event(question.event))
    if last is None:
        return ()
    hidden = {(e.seq, e.field) for each in asked for e in each.hidden if e.side == question.side}
    hidden.add((question.event, Field.HOLDERS))  # the note on who keeps it is half the answer
    kept = _kept(rows, last, question.evidence)
    width = len(str(rows[max(kept)].event.seq))
    lines = []
    for place, at in enumerate(kept):
        if place and at > kept[place - 1] + 1:
            lines.append(f"{_OMITTED:>{width}}")
        row = rows[at]
        lines.append(f"{row.event.seq:>{width}}  {_line(story, row.cell, hidden)}")
    return tuple(lines)


def story_of(question: Asked, stories: Sequence[Story]) -> Story:
    """The story that it is about: that of its side, or what that would be without some calls."""
    story = stories[question.side]
    if question.until is None:
        return story
    return without(story, question.left_out, question.until)


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
