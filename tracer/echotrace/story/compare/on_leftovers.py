"""What differs in how the servers are left: what they still wait in when the clients are done."""

from collections.abc import Iterator, Sequence

from echotrace.functions import called
from echotrace.story.compare.nouns import Difference
from echotrace.story.compare.sides import Pair, Side, call_of, difference
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event


def left_waiting_for_children(
    one: Side, other: Side, _pairs: Sequence[Pair]
) -> Iterator[Difference]:
    """A process waits for its children to end; on the other side none does (wait(2)).

    What else a server waits in for its next client is the same as before: other rules tell of it.
    """
    waits = [next(filter(_waits_for_a_child, side.calls), None) for side in (one, other)]
    for side, event, across in ((one, waits[0], other), (other, waits[1], one)):
        left = next((e for e in across.calls if e.end is None), None)
        if event is None or left is None or None not in waits:
            continue
        yield difference(
            "left-waiting",
            f"{event.actor} is left waiting in {called(call_of(event))} ({side.at(event)}): it "
            f"would take notice of a child's end; in {across.name} {left.actor} is left in "
            f"{called(call_of(left))} ({across.at(left)}), and none waits for a child",
            (side, event),
            (across, left),
        )


def _waits_for_a_child(event: StoryEvent) -> bool:
    return event.end is None and logical_event(call_of(event).name) == "wait"
