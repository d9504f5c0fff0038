"""What differs in what comes back to a client: on one side it is not what it sent."""

from collections.abc import Iterator, Sequence

from echotrace.kernel.flows import asked
from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    call_of,
    difference,
    function,
    shown,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.echoes import deviation
from echotrace.story.explain.text import count, quoted
from echotrace.story.held import Deviation, Flaw
from echotrace.story.nouns import StoryEvent
from echotrace.story.roles import client_role


def no_echo(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One side sends fewer bytes than it received, more, or others; the other not, or not so."""
    mine, your = (
        deviation(side.story, side.connection) if side.connection else None for side in (one, other)
    )
    if mine is not None and your is not None and mine.essence == your.essence:
        return
    told = [_flaw(side, found) for side, found in ((one, mine), (other, your)) if found]
    if not told:
        return
    echoes = next((side for side, found in ((one, mine), (other, your)) if not found), None)
    if echoes is not None:
        answer = echoes.first("send")
        if answer is None:
            return
        told.append(f"{echoes.name} sends what it receives ({echoes.at(answer)})")
    events = [*shown(one, _shown(one, mine)), *shown(other, _shown(other, your))]
    yield difference("echo", "; ".join(told), *events)


def _shown(side: Side, found: Deviation | None) -> list[StoryEvent]:
    if found is not None:
        return [found.event]
    answer = side.first("send")
    return [answer] if answer else []


def _flaw(side: Side, found: Deviation) -> str:
    call, at = call_of(found.event), side.at(found.event)
    client = _client(side)
    if found.flaw is Flaw.FEWER and not found.went:
        return f"{side.name} sends {client} nothing of {_bytes(found.came)} that it received ({at})"
    if found.flaw is Flaw.FEWER:
        rest = found.came - found.went
        alone = asked(call) == found.went
        verb = f"asks {function(found.event)} for" if alone else "sends"
        never = "the last never comes" if rest == 1 else f"the last {rest:,} never come"
        if found.missing not in (None, rest):
            never = f"in all {found.missing:,} bytes never come"
        return (
            f"{side.name} {verb} {found.went:,} of the {count(found.came, 'byte')} it received "
            f"({at}); {never} back to {client}"
        )
    if found.flaw is Flaw.MORE:
        came = f"received {count(found.came, 'byte')}" if found.came else "has received none"
        return f"{side.name} sends {client} {count(found.went, 'byte')} where it {came} ({at})"
    return (
        f"{client} sent {quoted(found.received)}, {side.name} sends {quoted(found.sent)} ({at}): "
        "no echo"
    )


def _bytes(size: int) -> str:
    return "the 1 byte" if size == 1 else f"the {count(size, 'byte')}"


def _client(side: Side) -> str:
    client = side.connection.client if side.connection else None
    return client_role(client) if client else "the client"
