"""What would be if a call had not been made: the trace without it, as the model takes it."""

from collections.abc import Iterator

from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.quiz import wires
from echotrace.story.quiz.changes import without
from echotrace.story.quiz.exits import end_of
from echotrace.story.quiz.fields import said_of
from echotrace.story.quiz.ground import Ground, connections
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.story.quiz.sending import FIN, NOTHING, RST, given_up
from echotrace.story.quiz.settled import is_settled, proof, turns
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Syscall

_COUNTS = ("0", "1", "2", "3")
_CASES = {FIN: "sends", RST: "sends", NOTHING: "is_silent"}


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each call without which the last close of its connection would come out otherwise."""
    for side, story in ground.sides:
        for connection in connections(story):
            last = _last(story, connection)
            for event in map(story.event, connection.events) if last else ():
                if last and event.seq < last.seq and _may_lack(story, event, last):
                    yield from _asked(side, story, connection, event, last)


def _last(story: Story, connection: Connection) -> StoryEvent | None:
    """The call that gives up the last reference, if nothing else goes on meanwhile."""
    ends = [event for event, case in turns(story, connection) if case in ("close", "exit")]
    freed = given_up(story, ends[-1]) if ends else None
    if freed is None or freed.left or not is_settled(story, ends[-1]):
        return None
    return ends[-1]


def _may_lack(story: Story, event: StoryEvent, last: StoryEvent) -> bool:
    """Whether all would go on as it did without the call, until the last close.

    A reference more is not noticed by anybody; a FIN less may be, by a client that then acts.
    """
    call = event.record
    if not isinstance(call, Syscall) or call.result is None or call.errno:
        return False
    if logical_event(call.name) == "close":
        freed = given_up(story, event)
        return freed is not None and freed.left > 0
    number = event.place.connection
    assert number is not None
    return logical_event(call.name) == "shutdown" and not any(
        isinstance(other.record, ClientStep) and event.start < other.start < last.start
        for other in map(story.event, story.connection(number).events)
    )


def _asked(
    side: int, story: Story, connection: Connection, event: StoryEvent, last: StoryEvent
) -> Iterator[Asked]:
    """Asks what the kernel sends, or where that is the same how many references are left."""
    ended = end_of(story, last) or last
    until = ended.end if ended.end is not None else ended.start
    changed = without(story, {event.seq}, until)
    doubts = [doubt for doubt in story.doubts if doubt.seq <= last.seq]
    if len(changed.doubts) > len(doubts) or last.seq not in changed.by_seq:
        return
    for field, choices in ((Field.WIRE, wires.CHOICES), (Field.COUNT, _COUNTS)):
        answer = said_of(changed, last.seq, field)
        was = said_of(story, last.seq, field)
        if answer is not None and was is not None and answer != was:
            yield Asked(
                "what_if", side, last.seq, _CASES.get(answer, field.value), answer,
                facts={
                    "connection": event.place.name, "was": was,
                    "without": str(event.seq), "who": event.actor,
                },
                choices=tuple(dict.fromkeys((*choices, answer))),
                evidence=proof(story, connection, last),
                left_out=(event.seq,),
                until=until,
            )  # fmt: skip
            return
