"""Datagrams: taken from the receive queue of a socket, and handed to the kernel to be sent."""

from collections.abc import Sequence

from echotrace.kernel.sockets import Datagram
from echotrace.story.explain.case import Case, peer_of
from echotrace.story.explain.text import count, words_of


def receive(case: Case) -> str:
    """recvfrom(2) and the like on a datagram socket."""
    taken = case.touch.datagrams
    if case.call.name == "recvmmsg" or not taken:
        return _several(case, taken)
    datagram = taken[0]
    size = case.result if datagram.size is None else datagram.size
    told = f"{_of(size)} from {_who(case)}"
    if "MSG_PEEK" in words_of(case.flags()):
        return f"looks at {told} on {case.thing()} and leaves it in the receive queue{_new(case)}"
    return (
        f"takes {told} off the receive queue of {case.thing()}"
        f"{_cut(case, size)}{_new(case)}{_rest(case)}"
    )


def _several(case: Case, taken: Sequence[Datagram]) -> str:
    if not taken:
        if case.call.name != "recvmmsg" and case.result == 0:
            return (
                f"gets 0 from {case.function} on {case.thing()}: shutdown has ended the receiving"
            )
        return f"receives {count(case.result, 'message')} on {case.thing()}"
    return (
        f"takes {count(len(taken), 'datagram')} at once off the receive queue of {case.thing()}"
        f"{_rest(case)}"
    )


def _of(size: int) -> str:
    return f"a datagram of {count(size, 'byte')}" if size else "an empty datagram"


def _who(case: Case) -> str:
    number = case.event.place.connection
    return "an unknown sender" if number is None else f"{peer_of(case.story, number)} (#{number})"


def _new(case: Case) -> str:
    """A peer becomes known by its first datagram, and by nothing else."""
    number = case.event.place.connection
    if number is None:
        return ""
    calls = (case.story.event(seq) for seq in case.story.connection(number).events)
    received = (e.seq for e in calls if e.logical == "recv")
    if next(received, None) != case.event.seq:
        return ""
    return (
        f"; {peer_of(case.story, number)} is new to the server: UDP has no connections, each "
        "datagram carries its sender's address"
    )


def _cut(case: Case, size: int) -> str:
    """A datagram is taken whole: what the buffer has no room for is gone (udp(7), MSG_TRUNC)."""
    got = min(case.result, _room(case))
    if got >= size:
        return ""
    return f"; only {count(got, 'byte')} of it have room in the buffer, the rest is discarded"


def _room(case: Case) -> int:
    """With MSG_TRUNC the result is the true size, whatever the buffer (recv(2))."""
    asked = case.integer("len" if case.call.name == "recvfrom" else "count")
    return case.result if asked is None else asked


def _rest(case: Case) -> str:
    """What waits in the queue still, as far as the model knows."""
    after = case.touch.after
    if after is None or not after.queue:
        return ""
    waiting = len(after.queue)
    verb = "waits" if waiting == 1 else "wait"
    return f"; {count(waiting, 'more datagram')} {verb} there"


def send(case: Case) -> str:
    """sendto(2) and the like on a datagram socket."""
    given = case.touch.datagrams
    if case.call.name == "sendmmsg" or not given:
        return f"hands {count(case.result, 'message')} on {case.thing()} to the kernel"
    number = case.event.place.connection
    whom = "an address" if number is None else f"{peer_of(case.story, number)} (#{number})"
    return (
        f"hands {_of(case.result)} on {case.thing()} to the kernel, which sends it to {whom}: all "
        "at once; nobody tells the server whether it arrives"
    )
