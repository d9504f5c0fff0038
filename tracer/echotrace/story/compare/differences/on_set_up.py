"""What differs in how a server opens itself to clients: its socket, its address, its queue."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.story.compare.differences.sides import Pair, Side, call_of, difference, shown
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.text import address, count, plain
from echotrace.story.nouns import StoryEvent

#: What domain and type make, and what that means (socket(2), ip(7), ipv6(7), udp(7), unix(7)).
_SOCKETS: Mapping[tuple[str, str], str] = {
    ("AF_INET", "SOCK_STREAM"): "a TCP socket, which listens for connections",
    ("AF_INET6", "SOCK_STREAM"): "a TCP socket for IPv6, which listens for connections",
    ("AF_INET", "SOCK_DGRAM"): "a UDP socket, which takes datagrams without listening",
    ("AF_INET6", "SOCK_DGRAM"): "a UDP socket for IPv6, which takes datagrams without listening",
    ("AF_UNIX", "SOCK_STREAM"): "a Unix stream socket, for clients of this machine only",
    ("AF_UNIX", "SOCK_DGRAM"): "a Unix datagram socket, for clients of this machine only",
}
#: Whom an address lets in (ip(7), ipv6(7)).
_REACH: Mapping[str, str] = {
    "127.0.0.1": "this machine alone can reach it",
    "[::1]": "this machine alone can reach it",
    "0.0.0.0": "all that reach the machine by any of its interfaces can reach it",  # noqa: S104
    "[::]": "all that reach the machine by any of its interfaces can reach it",
}


@dataclass(frozen=True)
class _Opened:
    """The calls that open a server to clients, None where one is not made."""

    side: Side
    socket: StoryEvent
    bind: StoryEvent | None
    listen: StoryEvent | None

    @property
    def local(self) -> str:
        """The address at which the server waits, without the port, which is another in each run."""
        last = self.listen or self.bind
        after = last.touch.after if last and last.touch else None
        return (address(after.local if after else None) or "").rpartition(":")[0]


def _opened(side: Side) -> _Opened | None:
    """How the first socket on which the server waits for clients was opened."""
    listener = next(iter(side.story.listeners), None)
    if listener is None:
        return None
    own = {
        call_of(event).name: event
        for event in reversed(side.calls)
        if event.touch and event.touch.used and event.touch.used.id == listener.description
        and call_of(event).errno is None
    }  # fmt: skip
    made = next((event for event in side.calls if event.seq == listener.maker), None)
    return _Opened(side, made, own.get("bind"), own.get("listen")) if made else None


def _both(one: Side, other: Side) -> tuple[_Opened, _Opened] | None:
    mine, your = _opened(one), _opened(other)
    return (mine, your) if mine and your else None


def sockets(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The servers speak different protocols; a socket of datagrams does not listen."""
    both = _both(one, other)
    kinds = [_kind(each.socket) for each in both or ()]
    if both and kinds[0] != kinds[1]:
        calls = [(each.side, [each.socket, *filter(None, [each.listen])]) for each in both]
        told = [
            f"{side.name} makes {_SOCKETS.get(kind, ' '.join(('a socket', *kind)))} "
            f"({side.at(*events)})"
            for (side, events), kind in zip(calls, kinds, strict=True)
        ]
        every = [each for side, events in calls for each in shown(side, events)]
        yield difference("socket", "; ".join(told), *every)


def _kind(event: StoryEvent) -> tuple[str, str]:
    args = call_of(event).args
    words = args.get("domain"), str(args.get("type")).split("|", maxsplit=1)[0]
    return plain(words[0], "of some domain"), plain(words[1], "of some type")


def addresses(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The servers wait at different addresses, or one leaves the choice to the kernel."""
    both = _both(one, other)
    if both is None or (both[0].local, bool(both[0].bind)) == (both[1].local, bool(both[1].bind)):
        return
    told = [_bound(each) for each in both]
    if _kind(both[0].socket)[0] == _kind(both[1].socket)[0] and all(told):
        last = [(each.side, each.bind or each.listen or each.socket) for each in both]
        yield difference("bind", "; ".join(told), *last)


def _bound(opened: _Opened) -> str:
    side, local = opened.side, opened.local
    reach = f": {_REACH[local]}" if local in _REACH else ""
    if opened.bind is not None and local:
        return f"{side.name} binds its socket to {local} ({side.at(opened.bind)}){reach}"
    if opened.listen is None or not local:
        return ""
    return (
        f"{side.name} calls no bind, so that listen has the kernel choose a port, on {local} "
        f"({side.at(opened.listen)}){reach}"
    )


def _places(length: object) -> str:
    return count(length, "place") if isinstance(length, int) else "some places"


def queues(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """The accept queues have different lengths (listen(2))."""
    both = _both(one, other)
    listens = [(each.side, each.listen) for each in both or () if each.listen]
    lengths = [call_of(event).args.get("backlog") for _, event in listens]
    if len(set(lengths)) == 2:
        told = [
            f"{side.name} asks for {_places(length)} in its accept queue ({side.at(event)})"
            for (side, event), length in zip(listens, lengths, strict=True)
        ]
        yield difference(
            "listen",
            f"{'; '.join(told)}: so many connections can wait to be accepted, if "
            "/proc/sys/net/core/somaxconn allows as many",
            *listens,
        )
