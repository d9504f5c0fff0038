"""What the kernel keeps at some moments as pictures: tasks, descriptor tables, what is open.

An arrow is a descriptor; where it points is an open file description with its references, and in
the round frame below it its socket. What stays is at the same place in each picture. What is new
since the one before has a thick frame and `+`, what is gone a dashed one and `−`, what changed `~`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from msgspec.structs import replace

from echotrace.kernel.state import State
from echotrace.story.explain.case import function_of
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.nouns import Field
from echotrace.story.turning_points import TurningPoint
from echotrace.trace import Syscall
from echotrace.views.annotations import PLAIN, Annotations
from echotrace.views.document.runs import plain
from echotrace.views.drawing import Drawing
from echotrace.views.names import Names
from echotrace.views.paper import Paper
from echotrace.views.state_boxes import Boxes, Hidden, boxes
from echotrace.views.state_lines import sections
from echotrace.views.svg.canvas import Canvas, Colour, Style
from echotrace.views.svg.state_layout import Layout, Measure, fitting
from echotrace.views.svg.state_panel import Panel
from echotrace.views.texts import Texts, texts

#: A picture is at least so many characters wide; between two of them there is room for as many.
_LEAST, _GAP = 29, 2
#: Points at the edges, for half of a thick line.
_EDGE = 1


@dataclass(frozen=True)
class _Picture:
    """A moment to be drawn, with what stands above it and what it says in words."""

    title: str
    boxes: Boxes
    told: str


def draw(
    story: Story, moments: Sequence[TurningPoint], paper: Paper, *,
    annotations: Annotations = PLAIN, side: str = "", said: Texts | None = None,
) -> tuple[Drawing, ...]:  # fmt: skip
    """A picture of each moment, side by side if the paper has room; none without moments.

    What does not fit is left out, tasks and descriptions of other connections first, and the
    picture says how much. `said` are the words above the pictures.
    """
    if not moments:
        return ()
    said = said or texts("en")
    names = Names.of(story)
    pictures = [
        _picture(story, point, number, names, annotations, side, said)
        for number, point in enumerate(moments, 1)
    ]
    canvas = Canvas(paper.width, paper.text)
    whole = canvas.columns(paper.width - 2 * _EDGE)
    columns = (whole + _GAP) // max(3, len(pictures)) - _GAP
    wanted = _wanted(story, moments)
    title = said.say("moments.drawing", side=side or story.trace.header.server)
    if columns < _LEAST:
        return tuple(
            _drawn([picture], before, paper, whole, wanted, f"{title}: {picture.title}", said)
            for before, picture in zip((None, *pictures), pictures, strict=False)
        )
    return (_drawn(pictures, None, paper, columns, wanted, title, said),)


def _drawn(
    pictures: Sequence[_Picture], before: _Picture | None, paper: Paper, columns: int,
    wanted: frozenset[str], title: str, said: Texts,
) -> Drawing:  # fmt: skip
    canvas = Canvas(paper.width, paper.text)
    head = max(len(wrap(picture.title, columns)) for picture in pictures) * canvas.line_height + 3
    measure = Measure.of(canvas, columns)
    laid = [*([before.boxes] if before else []), *(picture.boxes for picture in pictures)]
    found, _ = fitting(laid, measure, paper.height - head - _EDGE, wanted)
    notes = [_left_out(picture.boxes, found, said) for picture in pictures]
    if any(notes):  # the sentence takes room, too
        foot = max(len(wrap(note, columns)) for note in notes) * canvas.line_height + 3
        found, _ = fitting(laid, measure, paper.height - head - foot - _EDGE, wanted)
        notes = [_left_out(picture.boxes, found, said) for picture in pictures]
    step = (columns + _GAP) * canvas.advance
    canvas = Canvas(len(pictures) * step - _GAP * canvas.advance + 2 * _EDGE, paper.text)
    height = head + found.height + _EDGE
    for number, (picture, note) in enumerate(zip(pictures, notes, strict=True)):
        left = number * step + _EDGE
        if number:
            rule = left - _GAP * canvas.advance / 2
            canvas.line(rule, 0, rule, head + found.height, stroke=Colour.PALE)
        for line, text in enumerate(wrap(picture.title, columns)):
            canvas.text(left, line * canvas.line_height, text, Style.STRONG)
        former = pictures[number - 1].boxes if number else before.boxes if before else None
        Panel(canvas, found, left, head).draw(picture.boxes, former)
        top = head + found.height + 3
        for line, text in enumerate(wrap(note, columns)):
            canvas.text(left, top + line * canvas.line_height, text, Style.ASIDE)
            height = max(height, top + (line + 1) * canvas.line_height)
    return canvas.drawing(height, title, " ".join(picture.told for picture in pictures))


def _picture(
    story: Story, point: TurningPoint, number: int, names: Names, annotations: Annotations,
    side: str, said: Texts,
) -> _Picture:  # fmt: skip
    title = f"{number} {caption(story, point, said)}"
    state = point.state(story)
    hidden = _hidden(story, point, annotations, side)
    told = "; ".join(_told(state, names, hidden))
    return _Picture(title, boxes(state, names, hidden), f"{title}: {told}.")


def caption(story: Story, point: TurningPoint, said: Texts) -> str:
    """What a moment is called: `after fork of P0 (event 25)`."""
    event = story.event(point.seq)
    call = function_of(event.record) if isinstance(event.record, Syscall) else ""
    name = f"moment.{point.turn}" if call or not point.turn == "closed" else "moment.ended"
    return said.say(name, call=call, actor=event.actor, seq=str(point.seq))


def _hidden(story: Story, point: TurningPoint, annotations: Annotations, side: str) -> Hidden:
    event = story.event(point.seq)
    found = {
        part: annotations.blank(side, point.seq, part) for part in (Field.COUNT, Field.HOLDERS)
    }
    return Hidden(_subject(story, event), {part: blank for part, blank in found.items() if blank})


def _subject(story: Story, event: StoryEvent) -> int | None:
    """The description that an event is about: that of its connection, or the one it uses."""
    number = event.place.connection
    if number is not None:
        return story.connection(number).description
    return event.touch.used.id if event.touch and event.touch.used else None


def _told(state: State, names: Names, hidden: Hidden) -> Iterator[str]:
    """The state in lines, with what is to be filled in left out."""
    count = holders = None
    if hidden.description is not None:
        count = hidden.of(hidden.description, Field.COUNT)
        holders = hidden.of(hidden.description, Field.HOLDERS)
    for section in sections(state, names):
        for line in section.lines:
            key, _, rest = line.key.partition(" ")
            about = rest.rpartition(" ")[2] == str(hidden.description)
            if holders and about and key == "slot":
                continue
            if count and about and key == "open":
                facts = tuple(
                    replace(fact, text=plain((count,))) if fact.name == "references" else fact
                    for fact in line.facts
                )
                yield str(replace(line, facts=facts))
            else:
                yield str(line)


def _wanted(story: Story, moments: Sequence[TurningPoint]) -> frozenset[str]:
    """The keys of the boxes that a picture is about: of the connection, and who works on it."""
    found = {f"open {listener.description}" for listener in story.listeners}
    for point in moments:
        event = story.event(point.seq)
        subject = _subject(story, event)
        if subject is not None:
            found.add(f"open {subject}")
        found.add(f"table {story.roles.process(event.actor)}")
        made = event.record.result if isinstance(event.record, Syscall) else None
        child = story.roles.of(made, event.end or event.start) if made else None
        if point.turn == "made" and child:
            found.add(f"table {story.roles.process(child)}")
    return frozenset(found)


def _left_out(picture: Boxes, laid: Layout, said: Texts) -> str:
    """How many of the boxes of a picture are not drawn, in a sentence; empty for none."""
    tables = sum(box.key not in laid.kept.tables for box in picture.tables)
    opens = sum(box.key not in laid.kept.opens for box in picture.opens)
    told = [
        said.say(f"moments.{noun}_{'one' if number == 1 else 'many'}", count=f"{number:,}")
        for noun, number in (("table", tables), ("open", opens))
        if number
    ]
    return said.say("moments.left_out", what=", ".join(told)) if told else ""
