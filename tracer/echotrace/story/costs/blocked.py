"""What each client does while a script is played: is there, or is kept waiting, and for whom.

The axis is the script, step by step. It is the same whatever server plays it; and after each step
the server comes to rest, so that who is kept waiting then is a fact and no matter of speed.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from echotrace.story.costs.client_waits import Wait, client_waits
from echotrace.story.costs.moments import Moment, common, moments, rests
from echotrace.story.costs.visits import visits
from echotrace.story.nouns import Story


@dataclass(frozen=True)
class Lane:
    """One client of one side, by the positions of moments on the axis.

    After the moments in `present` it has a connection, or a socket of its own (UDP); after those in
    `waits` it is kept waiting by the server, which has come to rest.
    """

    client: int
    present: tuple[range, ...]
    waits: tuple[tuple[range, Wait], ...]

    @property
    def held_up(self) -> tuple[Wait, ...]:
        """The waits for other clients, the longest first."""
        held = (wait for _, wait in self.waits if wait.held_by)
        return tuple(sorted(held, key=lambda wait: -wait.time))


@dataclass(frozen=True)
class Side:
    """One side of a strip: its name, how many of the moments it has, and its clients' lanes."""

    name: str
    steps: int
    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class Strip:
    """Lanes on one axis, for one side or several."""

    moments: tuple[Moment, ...]
    sides: tuple[Side, ...]


def strips(stories: Sequence[Story], names: Sequence[str]) -> tuple[Strip, ...]:
    """One strip for all sides, or where their scripts differ one for each; none without steps."""
    sides = [
        Side(name, len(moments(story)), lanes(story))
        for name, story in zip(names, stories, strict=True)
    ]
    axis = common(stories)
    if axis:
        return (Strip(axis, tuple(sides)),)
    own = (Strip(moments(story), (side,)) for story, side in zip(stories, sides, strict=True))
    return tuple(strip for strip in own if strip.moments)


def lanes(story: Story) -> tuple[Lane, ...]:
    """The lanes of one story's clients, in their order."""
    starts, at_rest = [moment.start for moment in moments(story)], rests(story)
    present: dict[int, list[range]] = {}
    for visit in visits(story):
        until = len(starts) if visit.left is None else _position(starts, visit.left)
        here = range(_position(starts, visit.steps[0].start), until)
        present.setdefault(visit.client, []).append(here)
    waits: dict[int, list[tuple[range, Wait]]] = {}
    for wait in client_waits(story):
        if wait.kept:
            meanwhile = (bisect_left if wait.over else bisect_right)(at_rest, wait.end)
            kept = range(_position(starts, wait.start), meanwhile - 1)
            waits.setdefault(wait.client, []).append((kept, wait))
    return tuple(
        Lane(client, tuple(present[client]), tuple(waits.get(client, ())))
        for client in sorted(present)
    )


def _position(starts: Sequence[int], time: int) -> int:
    """The moment that a time belongs to."""
    return bisect_right(starts, time) - 1
