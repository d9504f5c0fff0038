"""What the kernel keeps at some moments as pictures: tasks, descriptor tables, what is open.

An arrow is a descriptor; where it points is an open file description with its references, and in
the round frame below it its socket. What stays is at the same place in each picture. What is new
since the one before has a thick frame and a plus, what is gone a dashed one and a minus; what
changed has a `~`.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from echotrace.kernel.state import State
from echotrace.story.explain.case import function_of
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.nouns import Field
from echotrace.story.turning_points import Turn, TurningPoint
from echotrace.trace import Syscall
from echotrace.views.annotations import PLAIN, Annotations
from echotrace.views.boxes import Hidden
from echotrace.views.document.runs import plain
from echotrace.views.drawing import Drawing
from echotrace.views.names import Names
from echotrace.views.paper import Paper
from echotrace.views.state_boxes import boxes
from echotrace.views.state_lines import sections
from echotrace.views.svg.state_sheet import Picture, Sheet
from echotrace.views.texts import Texts, texts

#: So much of a state is said in words for who cannot see the picture.
_MOST_LINES = 60


def draw(
    story: Story, moments: Sequence[TurningPoint], paper: Paper, *,
    annotations: Annotations = PLAIN, side: str = "", said: Texts | None = None,
) -> tuple[Drawing, ...]:  # fmt: skip
    """A picture of each moment, side by side if the paper has room; none without moments.

    What does not fit is left out, tasks and descriptions of other connections first, then
    processes that hold this one, too; the picture says how much. `said` are the words above the
    pictures.
    """
    if not moments:
        return ()
    said = said or texts("en")
    names = Names.of(story)
    pictures = [
        _picture(story, point, number, names, annotations, side, said)
        for number, point in enumerate(moments, 1)
    ]
    sheet = Sheet(pictures, paper, _wanted(story, moments), _holders(story, moments), said)
    return sheet.drawings(said.say("moments.drawing", side=side or story.trace.header.server))


def _picture(
    story: Story, point: TurningPoint, number: int, names: Names, annotations: Annotations,
    side: str, said: Texts,
) -> Picture:  # fmt: skip
    title = f"{number} {caption(story, point, said)}"
    state = point.state(story)
    hidden = _hidden(story, point, annotations, side)
    told = list(_told(state, names, hidden))
    what = "; ".join(told[:_MOST_LINES])
    if len(told) > _MOST_LINES:
        what = said.say("moments.more", what=what, count=f"{len(told) - _MOST_LINES:,}")
    return Picture(title, boxes(state, names, hidden), f"{title}: {what}.")


def caption(story: Story, point: TurningPoint, said: Texts) -> str:
    """What a moment is called: `after fork of P0 (event 25)`."""
    event = story.event(point.seq)
    actor, call, name = event.actor, "", point.turn.value
    if isinstance(event.record, Syscall):
        call = function_of(event.record)
    elif point.turn is Turn.CLOSED:
        actor, name = story.roles.process(actor), "ended"
    return said.say(f"moment.{name}", call=call, actor=actor, seq=str(point.seq))


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
    """The keys of the boxes that a picture is about: the connection, who works on it or has it."""
    found = {f"open {listener.description}" for listener in story.listeners}
    roles = []
    for point in moments:
        event = story.event(point.seq)
        subject = _subject(story, event)
        if subject is not None:
            found.add(f"open {subject}")
        roles.append(event.actor)
        if point.turn is Turn.MADE and isinstance(event.record, Syscall) and event.record.result:
            roles.append(story.roles.of(event.record.result, event.end or event.start) or "")
        found |= {f"open {each.description.id}" for each in point.state(story).opens
                  if each.interest}  # fmt: skip
    roles += [story.makers[role] for role in roles if role in story.makers]
    found |= {f"task {role}" for role in roles}
    return frozenset(found | {f"table {story.roles.process(role)}" for role in roles})


def _holders(story: Story, moments: Sequence[TurningPoint]) -> frozenset[str]:
    """The boxes of the processes with a descriptor of what a moment is about: its references."""
    found = set()
    for point in moments:
        state, subject = point.state(story), _subject(story, story.event(point.seq))
        for table in state.tables:
            if any(each.description.id == subject for each in table.descriptors):
                roles = (story.roles.of(tid, state.time) for tid in table.tasks)
                found |= {f"table {story.roles.process(role)}" for role in roles if role}
    return frozenset(found)
