"""Why two sides differ in what a short send costs: one sends the rest in a loop, the other not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from echotrace.functions import called, is_python
from echotrace.kernel.flows import asked
from echotrace.story.compare.differences.sides import (
    Pair,
    Shown,
    Side,
    call_of,
    difference,
    function,
    of_datagrams,
)
from echotrace.story.compare.nouns import Difference
from echotrace.story.compare.sources.loops import Sending, sending
from echotrace.story.compare.sources.loops_in_c import of_c
from echotrace.story.compare.sources.loops_in_python import of_python
from echotrace.story.explain.text import plain
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Site, Syscall

_SAID = {
    Sending.ONCE: "calls send once for what it received",
    Sending.LOOP: "sends in a loop until all is sent",
}
#: The methods of Python's sockets that call the C functions; sendall loops in the interpreter.
_METHODS = {
    "recv": frozenset({"recv", "recv_into"}),
    "send": frozenset({"send", "sendall"}),
}


@dataclass(frozen=True)
class _Told:
    """How a side sends, the clause that says so, and the events that show it."""

    sending: Sending
    clause: str
    shown: tuple[Shown, ...]


def sends(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One sends until all is sent, the other once: a short send (send(2)) loses the rest there."""
    told = [_by_events(side) or _by_source(side) for side in (one, other)]
    if told[0] is None or told[1] is None or told[0].sending == told[1].sending:
        return
    once, loop = sorted(filter(None, told), key=lambda each: each.sending is Sending.LOOP)
    yield difference(
        "send-loop",
        f"{once.clause}; {loop.clause}, so a short send loses nothing",
        *once.shown,
        *loop.shown,
    )


def _by_events(side: Side) -> _Told | None:
    """What comes after a short send: a send of just the rest, or none of it."""
    moves = [e for e in side.calls if logical_event(call_of(e).name) in ("recv", "send")]
    short = next((e for e in moves if _rest(e) and not of_datagrams(e)), None)
    if short is None:
        return None
    call, rest = call_of(short), _rest(short)
    took = f"{function(short)} takes {call.result} of {asked(call)} bytes ({side.at(short)})"
    after = [e for e in moves if e.seq > short.seq]
    if after and _is_send(after[0]) and asked(call_of(after[0])) == rest:
        clause = f"{took} and {side.name} sends the other {rest} ({side.at(after[0])})"
        return _Told(Sending.LOOP, clause, ((side, short), (side, after[0])))
    if after and not any(map(_is_send, after)) and call_of(after[-1]).result == 0:
        return _Told(
            Sending.ONCE, f"{took} and {side.name} never sends the other {rest}", ((side, short),)
        )
    return None


def _is_send(event: StoryEvent) -> bool:
    return logical_event(call_of(event).name) == "send"


def _rest(event: StoryEvent) -> int:
    """How many bytes a send did not take, if it took some."""
    call = call_of(event)
    taken, whole = call.result or 0, asked(call)
    return whole - taken if _is_send(event) and whole is not None and taken > 0 else 0


def _by_source(side: Side) -> _Told | None:
    """How the source calls send, at the lines of the first recv and the first send."""
    received, sent = side.first("recv"), side.first("send")
    if received is None or sent is None or of_datagrams(sent):
        return None
    recv, send = call_of(received), call_of(sent)
    if recv.site is None or send.site is None or recv.site.file != send.site.file:
        return None
    source = side.story.sources.get(send.site.file)
    if source is None or source.text is None:
        return None
    found = _of_source(
        source.text,
        is_python(send.site),
        (send.site.line, _names(send, send.site)),
        (recv.site.line, _names(recv, recv.site)),
    )
    if found is None:
        return None
    clause = f"{side.name} {_SAID[found]} ({side.at(sent)}, {_line(send.site)})"
    return _Told(found, clause, ((side, sent),))


@lru_cache(maxsize=64)  # each connection of a comparison asks the same
def _of_source(
    text: str,
    python: bool,
    send: tuple[int, frozenset[str]],
    recv: tuple[int, frozenset[str]],
) -> Sending | None:
    return sending((of_python if python else of_c)(text), send, recv)


def _line(site: Site) -> str:
    return f"{plain(PurePath(site.file).name, 'line')}:{site.line}"


def _names(call: Syscall, site: Site) -> frozenset[str]:
    """The names by which a source may call what made a system call."""
    if is_python(site):
        return _METHODS.get(called(call), frozenset())
    return frozenset({called(call)})
