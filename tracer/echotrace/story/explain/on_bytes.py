"""Bytes: received, sent, read from and written to files and pipes."""

from collections.abc import Callable, Mapping

from echotrace.story.explain import on_datagrams
from echotrace.story.explain.case import Case, gloss, named, speaks_tcp
from echotrace.story.explain.text import count, words_of

#: recvmmsg(2) and sendmmsg(2) return messages, all others bytes.
_MESSAGES = frozenset({"recvmmsg", "sendmmsg"})


def _receive(case: Case) -> str:
    used = case.touch.used
    if case.on_datagrams and used is not None and used.other is None:
        return on_datagrams.receive(case)
    if case.result == 0:
        return _nothing(case)
    amount = count(case.result, "message" if case.call.name in _MESSAGES else "byte")
    if used is None or used.kind not in _CHANNELS:
        return f"reads {amount} from {case.thing()}"
    if "MSG_PEEK" in words_of(case.flags()):
        return f"looks at {amount} on {case.thing()} without taking them from the receive buffer"
    return f"receives {amount} on {case.thing()}{_left(case)}"


_CHANNELS = frozenset({"socket", "pipe"})


def _left(case: Case) -> str:
    """What the receive buffer holds now, if the model counts it."""
    after = case.touch.after
    if after is None or not after.stream or after.unread is None:
        return ""
    if after.unread == 0:
        return ": all that has arrived"
    return f"; {count(after.unread, 'byte')} more {_is(after.unread)} in the receive buffer already"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"


def _nothing(case: Case) -> str:
    """A result of 0 means four different things (recv(2), read(2))."""
    used, socket = case.touch.used, case.touch.before
    if case.integer("len") == 0 or case.integer("count") == 0:
        return f"asks {case.thing()} for 0 bytes and gets them"
    if socket is not None and not socket.stream:
        return f"receives a datagram without a byte in it on {case.thing()}"
    if socket is not None:
        return f"gets 0 from {case.function} on {case.thing()}: {_why_nothing(case)}"
    if used is not None and used.kind == "pipe":
        return f"gets 0 from {case.thing()}: nobody holds its writing end any more"
    return f"is at the end of {case.thing()}"


def _why_nothing(case: Case) -> str:
    """The end of the peer's data, unless another task has ended the receiving (shutdown(2))."""
    seq = case.event.woken_by
    waker = case.story.by_seq.get(seq) if seq is not None else None
    if waker is not None and getattr(waker.record, "name", "") == "shutdown":
        return f"{waker.actor} has ended the receiving, so there is nothing to wait for"
    if speaks_tcp(case.touch.used, case.touch.before):
        return (
            f"the end of the data; {case.peer()}'s FIN has arrived and all bytes before it are "
            "received"
        )
    return "the end of the data; the other end is closed or shut down, and all bytes are received"


def _send(case: Case) -> str:
    used = case.touch.used
    amount = count(case.result, "message" if case.call.name in _MESSAGES else "byte")
    if used is None or used.kind not in _CHANNELS:
        return f"writes {amount} to {case.thing()}"
    if used.kind == "pipe":
        return f"puts {amount} into {case.thing()}"
    if case.on_datagrams and used.other is None:
        return on_datagrams.send(case)
    if case.call.name == "sendfile":
        source = named(case.story, case.integer("in_fd"), case.touch.target)
        return f"has the kernel send {amount} of {source} on {case.thing()}"
    asked = _asked(case)
    if asked is not None and case.result < asked:
        return (
            f"hands only {case.result} of {count(asked, 'byte')} on {case.thing()} to the kernel, "
            "for which the send buffer had room: the rest is still the program's to send"
        )
    return (
        f"hands {amount} on {case.thing()} to the kernel, which sends them to {case.peer()}; "
        f"{case.function} does not wait for them to arrive"
    )


def _asked(case: Case) -> int | None:
    """How many bytes a call of one buffer was given."""
    asked = case.integer("count" if case.call.name == "write" else "len")
    return asked if case.call.name in ("write", "sendto") else None


def _splice(case: Case) -> str:
    if case.touch.target is None:
        return gloss(case)
    target = named(case.story, case.integer("fd_out"), case.touch.target)
    verb = "copies" if case.call.name in ("tee", "copy_file_range") else "moves"
    return f"{verb} {count(case.result, 'byte')} inside the kernel from {case.thing()} to {target}"


def _at_offset(verb: str, preposition: str) -> Callable[[Case], str]:
    def said(case: Case) -> str:
        offset = case.integer("offset")
        where = "" if offset is None else f", at offset {offset}"
        return f"{verb} {count(case.result, 'byte')} {preposition} {case.thing()}{where}"

    return said


EXPLAINERS: Mapping[str, Callable[[Case], str]] = {
    "recv": _receive,
    "send": _send,
    "splice": _splice,
    "vmsplice": gloss,
    "read at": _at_offset("reads", "from"),
    "write at": _at_offset("writes", "to"),
}
