"""What Python's interpreter and library add to what a program asks for; C may ask for the same."""

from collections.abc import Iterator, Mapping, Sequence

from echotrace.functions import is_python
from echotrace.story.compare.differences.sides import (
    Pair,
    Side,
    call_of,
    difference,
    function,
    is_call,
    made_by_python,
)
from echotrace.story.compare.nouns import Difference, Mark
from echotrace.story.explain.text import listed, plain
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Site

#: Calls that functions of Python's library make beside their purpose, and why (Lib/socket.py).
_WHY: Mapping[tuple[str, str], str] = {
    ("socket.accept", "poll"): (
        "a socket with a timeout is nonblocking, so the interpreter waits in poll as long"
    ),
    ("socket.accept", "ioctl"): (
        "the listening socket has a timeout and is nonblocking; on some systems what it accepts "
        "would be so too, so the library makes it wait"
    ),
}


def added_by(event: StoryEvent) -> str:
    """Which function of Python's library made a call in the course of its work; empty for none."""
    site = call_of(event).site
    function = _library_function(site)
    return f", in {function} of Python's library" if function else ""


def _library_function(site: Site | None) -> str:
    return plain(site.call or "", "") if site and is_python(site) else ""


def close_on_exec(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The descriptors of one side close on execve(2), those of the other do not."""
    mine, your = _makers(one), _makers(other)
    for side, made, across, made_there in ((one, mine, other, your), (other, your, one, mine)):
        events = {
            what: (event, made_there[what])
            for what, event in made.items()
            if what in made_there and _flag_of(event) and not _flag_of(made_there[what])
        }
        if not events:
            continue
        noun = side.story.listeners[0].noun
        told = listed(
            [f"{what.format(noun=noun)} ({_flag_of(event)}, {side.at(event)})"
             for what, (event, _) in events.items()]
        )  # fmt: skip
        by_python = any(made_by_python(event) for event, _ in events.values())
        why = ": Python sets that flag on all that it makes (PEP 446)" if by_python else ""
        without = across.at(*(event for _, event in events.values()))
        yield difference(
            "close-on-exec",
            f"{side.name} lets execve close {told}{why}; {across.name} does not ({without})",
            *((side, event) for event, _ in events.values()),
            *((across, event) for _, event in events.values()),
        )


def _makers(side: Side) -> Mapping[str, StoryEvent]:
    """The calls that made what serves a connection, by what they made.

    `{noun}` is the noun of the socket on which the side waits for clients.
    """
    listener = next(iter(side.story.listeners), None)
    served = side.first("accept") or side.first("recv")
    if listener is None or listener.maker is None or served is None:
        return {}
    wait = next((e for e in side.calls if _is_wait_of_epoll(e)), None)
    used = wait.touch.used if wait and wait.touch else None
    accept = side.first("accept")
    makers = {
        "the {noun}": side.story.event(listener.maker),
        "each connection": accept,
        "the interest list": side.story.event(used.maker) if used and used.maker else None,
    }
    return {what: event for what, event in makers.items() if event is not None and is_call(event)}


def _is_wait_of_epoll(event: StoryEvent) -> bool:
    return logical_event(call_of(event).name) == "epoll wait"


def _flag_of(event: StoryEvent) -> str:
    """The flag that closes what a call makes on execve: empty if it has none."""
    args = call_of(event).args
    flags = f"{args.get('type')}|{args.get('flags')}".split("|")
    return next((flag for flag in flags if flag.endswith("_CLOEXEC")), "")


def names_asked(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One side asks for an address of each connection."""
    for pair in pairs:
        event = {Mark.FIRST_ONLY: pair.left, Mark.ONLY_HERE: pair.right}.get(pair.mark)
        side, across = (one, other) if pair.mark is Mark.FIRST_ONLY else (other, one)
        there = across.first("accept") or across.first("recv")
        if event is None or there is None or not is_call(event):
            continue
        call = call_of(event)
        if logical_event(call.name) != "name" or event.place.connection is None:
            continue
        why = f"it asks for the {'client' if call.name == 'getpeername' else 'server'}'s address"
        if _library_function(call.site) == "socket.accept":
            why = "the interpreter makes sure that the new descriptor is a socket"
        yield difference(
            "name-asked",
            f"{side.name} calls {call.name} on the new connection ({side.at(event)})"
            f"{added_by(event)}: {why}; {across.name} does not ask ({across.at(there)})",
            (side, event),
            (across, there),
        )
        return


def library_calls(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Python's library makes a call for which the program did not ask."""
    told = set()
    for pair in pairs:
        event = {Mark.FIRST_ONLY: pair.left, Mark.ONLY_HERE: pair.right}.get(pair.mark)
        side, across = (one, other) if pair.mark is Mark.FIRST_ONLY else (other, one)
        accept = across.first("accept")
        if event is None or accept is None or not is_call(event):
            continue
        call = call_of(event)
        why = _WHY.get((_library_function(call.site), call.name))
        if why is None or call.name in told:
            continue
        told.add(call.name)
        yield difference(
            "extra-call",
            f"{side.name} calls {call.name} ({side.at(event)}){added_by(event)}: {why}; "
            f"{across.name} calls {function(accept)} alone ({across.at(accept)})",
            (side, event),
            (across, accept),
        )
