"""What each client does from a connect on: its steps, its connection, what it wants back."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from echotrace.story.costs.moments import step_of
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.trace import ClientStep

_LAST = frozenset({"close", "reset"})


@dataclass(frozen=True)
class Visit:
    """The steps of one client from a connect on, and the connection that accept made of it."""

    client: int
    steps: tuple[StoryEvent, ...]
    connection: Connection | None

    @property
    def left(self) -> int | None:
        """When the client closed; None if it stays."""
        last = self.steps[-1]
        return last.start if step_of(last).action in _LAST else None

    @property
    def connect(self) -> StoryEvent | None:
        """The step that connects; None if there is no connection to make (UDP)."""
        first = step_of(self.steps[0])
        return self.steps[0] if first.action == "connect" and not first.datagram else None

    def sends(self) -> Iterator[tuple[StoryEvent, int]]:
        """The sends to which the client wants an answer, with all bytes it wants back by then.

        What it expects next says how many, or where it never comes to that, what it sent so far.
        """
        steps = [step_of(event) for event in self.steps]
        sent, wanted = (
            list(accumulate((step.size or 0) if step.action == action else 0 for step in steps))
            for action in ("send", "expect")
        )
        expects = [at for at, step in enumerate(steps) if step.action == "expect"]
        for at, event in enumerate(self.steps):
            if steps[at].action != "send" or not steps[at].size:
                continue
            ahead = bisect_left(expects, at)
            if ahead < len(expects):
                yield event, wanted[expects[ahead]]
            elif self.left is None:
                yield event, sent[at]


def visits(story: Story) -> Iterator[Visit]:
    """All visits of all clients that play a script."""
    under_way: dict[int, list[StoryEvent]] = {}
    for event in story.events:
        step = event.record
        if not isinstance(step, ClientStep) or step.error is not None:
            continue
        if step.action == "connect" and step.client in under_way:
            yield _visit(story, under_way.pop(step.client))
        under_way.setdefault(step.client, []).append(event)
    for steps in under_way.values():
        yield _visit(story, steps)


def _visit(story: Story, steps: Sequence[StoryEvent]) -> Visit:
    number = next((e.place.connection for e in steps if e.place.connection is not None), None)
    connection = None if number is None else story.connection(number)
    return Visit(step_of(steps[0]).client, tuple(steps), connection)
