"""What differs in the properties of sockets: options, and whether calls on them wait."""

import re
from collections.abc import Iterator, Mapping, Sequence
from struct import unpack

from echotrace.story.compare.differences.on_interpreter import added_by
from echotrace.story.compare.differences.sides import Pair, Side, call_of, difference, kind_of
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.text import plain
from echotrace.story.nouns import StoryEvent

_LINGER = re.compile("[0-9a-f]{16}")
#: What options mean (socket(7), tcp(7), ipv6(7)).
_MEANINGS: Mapping[str, str] = {
    "SO_REUSEADDR": "bind may take an address on which connections of an earlier run are left, "
    "as long as nobody listens there",
    "SO_REUSEPORT": "several sockets may be bound to one address, and the kernel spreads the "
    "clients among them",
    "SO_KEEPALIVE": "the kernel asks a peer that is silent for long whether it is still there",
    "SO_LINGER": "with 0 s the last close resets the connection, with more it waits so long for "
    "bytes that are not sent yet",
    "SO_RCVTIMEO": "a recv that has waited so long fails with EAGAIN",
    "SO_SNDTIMEO": "a send that has waited so long fails with EAGAIN",
    "TCP_NODELAY": "bytes are sent at once, however few they are",
    "IPV6_V6ONLY": "it says whether a socket for IPv6 serves clients of IPv4 too",
}


def options_of_listener(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """An option of the listening socket is set on one side only, or to another value."""
    yield from _options(one, other, on_connection=False)


def options_of_connection(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The same of an option of connections."""
    yield from _options(one, other, on_connection=True)


def _options(one: Side, other: Side, *, on_connection: bool) -> Iterator[Difference]:
    if not one.calls or not other.calls:
        return
    mine, your = (_set(side, on_connection=on_connection) for side in (one, other))
    for name in sorted({*mine, *your}):
        events = [(side, found[name]) for side, found in ((one, mine), (other, your))
                  if name in found]  # fmt: skip
        values = [call_of(event).args.get("optval") for _, event in events]
        if len(events) == 2 and values[0] == values[1]:
            continue
        told = [
            f"{side.name} sets {plain(name, 'an option')} to {_value(name, value)} "
            f"({side.at(event)}){added_by(event)}"
            for (side, event), value in zip(events, values, strict=True)
        ]
        meaning = f": {_MEANINGS[name]}" if name in _MEANINGS else ""
        if len(events) == 1:
            across = other if name in mine else one
            without = across.first("accept" if on_connection else "listen") or across.calls[0]
            told.append(f"{across.name} does not ({across.at(without)})")
            told[0], meaning = told[0] + meaning, ""
            events.append((across, without))
        yield difference("option", f"{'; '.join(told)}{meaning}", *events)


def _value(name: str, value: object) -> str:
    """The value of an option as a reader knows it; struct linger, in bytes, as its two numbers."""
    if name == "SO_LINGER" and isinstance(value, str) and _LINGER.fullmatch(value):
        on, seconds = unpack("ii", bytes.fromhex(value))
        return f"{seconds} s" if on else "off"
    return plain(value, "a value")


def _set(side: Side, *, on_connection: bool) -> Mapping[str, StoryEvent]:
    """The calls that set an option, by its name."""
    return {
        str(call_of(event).args.get("optname")): event
        for event in reversed(side.calls)
        if call_of(event).name == "setsockopt"
        and call_of(event).errno is None
        and (event.place.connection is not None) == on_connection
    }


def waits(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Calls on a socket wait on one side, and fail with EAGAIN on the other (fcntl(2))."""
    found = [next(filter(_ends_waiting, side.calls), None) for side in (one, other)]
    for side, event, across in ((one, found[0], other), (other, found[1], one)):
        if event is not None and across.calls and None in found:
            call = call_of(event)
            made = call.name in ("socket", "accept4")
            fd = call.result if made else call.args.get("fd")
            alike = across.first(kind_of(event)) or across.first("listen") or across.calls[0]
            yield difference(
                "option",
                f"{side.name} sets O_NONBLOCK on fd {fd} with {call.name} ({side.at(event)})"
                f"{added_by(event)}: a call on it that would have to wait fails with EAGAIN; "
                f"{across.name} does not ({across.at(alike)}), and such a call waits",
                (side, event),
                (across, alike),
            )


def _ends_waiting(event: StoryEvent) -> bool:
    """Whether a call makes a socket non-blocking (socket(2), accept(2), fcntl(2), ioctl_fd(2))."""
    call = call_of(event)
    if call.errno is not None:
        return False
    args = call.args
    match call.name:
        case "socket" | "accept4":
            return "SOCK_NONBLOCK" in f"{args.get('type')}|{args.get('flags')}"
        case "fcntl":
            return args.get("cmd") == "F_SETFL" and "O_NONBLOCK" in str(args.get("arg"))
        case "ioctl":
            return args.get("request") == "FIONBIO" and bool(args.get("arg"))
        case _:
            return False
