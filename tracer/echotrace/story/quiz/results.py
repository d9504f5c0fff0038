"""What a call returns: the number of a new descriptor, the end of input, an error, a part."""

from collections.abc import Iterator
from itertools import islice

from echotrace.kernel.facts import succeeded
from echotrace.kernel.flows import asked
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.fields import said_of
from echotrace.story.quiz.ground import Ground, connections
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Syscall

#: So many rows of the same task may have the number of an accept: it is left out there too.
_MOST_TOLD = 2


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each call whose result follows from what was before it."""
    for side, story in ground.sides:
        for connection in connections(story):
            for event in map(story.event, connection.events):
                case = _case(story, event)
                if case == "accept":
                    yield _of_accept(ground, side, event)
                elif case:
                    yield _asked(ground, side, event, case)


def _asked(ground: Ground, side: int, event: StoryEvent, case: str) -> Asked:
    story, call = ground.stories[side], event.record
    assert isinstance(call, Syscall)
    answer = said_of(story, event.seq, Field.RESULT) or ""
    return Asked(
        "result", side, event.seq, case, answer,
        facts={"connection": event.place.name, "size": f"{asked(call) or 0:,}"},
        accepted=(call.errno,) if call.errno else (),
        choices=_choices(answer, call),
        hidden=ground.hidden(side, event.seq, Field.RESULT),
        evidence=tuple(dict.fromkeys((*_proof(story, event, case), event.seq))),
        merit=1,
    )  # fmt: skip


def _of_accept(ground: Ground, side: int, event: StoryEvent) -> Asked:
    """Asks for the number; it teaches less where more rows of the same task have it than a few."""
    story = ground.stories[side]
    answer = said_of(story, event.seq, Field.RESULT) or ""
    case, told = _number(story, event), _told(story, event, answer)
    few = len(told) <= _MOST_TOLD
    also = tuple(each for seq in told for each in ground.hidden(side, seq, Field.DESCRIPTOR))
    return Asked(
        "result", side, event.seq, f"accept.{case}", answer,
        facts={"connection": event.place.name},
        accepted=(f"fd {answer}",),
        hidden=tuple(dict.fromkeys((
            *ground.hidden(side, event.seq, Field.RESULT), *(also if few else ()),
        ))),
        evidence=tuple(dict.fromkeys((*_proof(story, event, "accept"), event.seq))),
        merit=int(few and case != "first"),
    )  # fmt: skip


def _number(story: Story, accept: StoryEvent) -> str:
    """Whether the number was given up before, or is the `next` one as others are in use."""
    if _freed_before(story, accept):
        return "again"
    number = accept.place.connection
    return "first" if number in (None, 1) else "next"


def _told(story: Story, accept: StoryEvent, answer: str) -> tuple[int, ...]:
    """The later calls on the connection by the same task: their rows have the number."""
    number = accept.place.connection
    events = story.connection(number).events if number is not None else ()
    return tuple(
        event.seq
        for event in map(story.event, events)
        if event.actor == accept.actor and event.seq > accept.seq
        if said_of(story, event.seq, Field.DESCRIPTOR) == answer
    )


def _case(story: Story, event: StoryEvent) -> str:
    """Why the call returns what it does, if that is a question; an injected fault is none."""
    call, touch = event.record, event.touch
    if not isinstance(call, Syscall) or call.injected or call.result is None or touch is None:
        return ""
    match logical_event(call.name):
        case "accept" if succeeded(call) and touch.made:
            return "accept" if _is_lowest(story, event, call.result) else ""
        case "recv" if call.errno == "ECONNRESET" and _client_did(story, event, "reset", "close"):
            return "reset"
        case "recv" if call.result == 0 and touch.after is not None and touch.after.end_seen:
            return "end" if asked(call) and not touch.after.deaf else ""
        case "send" if 0 < call.result < (asked(call) or 0):
            return "short"
        case _:
            return ""


def _is_lowest(story: Story, event: StoryEvent, number: int) -> bool:
    """Whether all lower numbers are known to be taken: only then does the number follow."""
    table = story.at(event.seq).table(getattr(event.record, "tid", 0))
    taken = {slot.fd for slot in table.descriptors} if table else set()
    return taken.issuperset(range(number))


def _proof(story: Story, event: StoryEvent, case: str) -> tuple[int, ...]:
    """The events that make the result what it is."""
    if case == "end":
        return _client_did(story, event, "shutdown", "close")
    if case == "reset":
        return _client_did(story, event, "reset", "close")
    woken = (event.woken_by,) if event.woken_by is not None else ()
    return (*_freed_before(story, event), *woken) if case == "accept" else woken


def _freed_before(story: Story, accept: StoryEvent) -> tuple[int, ...]:
    """The last event by which its process gave up the number that accept returns."""
    process, call = story.roles.process(accept.actor), accept.record
    frees = (
        event.seq
        for event in reversed(story.events)
        if event.touch is not None and event.start < (accept.end or 0)
        if isinstance(call, Syscall) and any(each.fd == call.result for each in event.touch.freed)
        if story.roles.process(event.actor) == process
    )
    return tuple(islice(frees, 1))


def _client_did(story: Story, event: StoryEvent, *actions: str) -> tuple[int, ...]:
    """The step by which the client ended the connection, before the call returned."""
    number = event.place.connection
    assert number is not None
    assert event.end is not None
    steps = (story.event(seq) for seq in story.connection(number).events)
    found = [
        step.seq
        for step in steps
        if isinstance(step.record, ClientStep)
        and step.record.action in actions
        and step.start < (event.end or 0)
    ]
    return tuple(found[:1])


def _choices(answer: str, call: Syscall) -> tuple[str, ...]:
    """The answer among what such calls return at other times."""
    others = ("0", "-1 ECONNRESET", "-1 EAGAIN", str(asked(call) or 0))
    return tuple(sorted({answer, *others}))
