"""Bytes: received, sent, read from and written to files and pipes."""

from collections.abc import Callable, Mapping

from echotrace.kernel.flows import messages_of, moved
from echotrace.story.explain import on_datagrams
from echotrace.story.explain.case import Case, gloss, speaks_tcp
from echotrace.story.explain.text import count, listed, words_of

#: What MSG_CTRUNC in the flags of a message received means (recvmsg(2), unix(7)).
_CTRUNC = (
    "; there was no room for all control data (MSG_CTRUNC): descriptors without room are closed"
)


def _amount(case: Case) -> str:
    """`5 bytes`, `2 messages, 8 bytes in all`."""
    size = count(moved(case.call), "byte")
    return f"{count(case.result, 'message')}, {size} in all," if case.several else size


def _receive(case: Case) -> str:
    used = case.touch.used
    if case.on_datagrams and used is not None and used.other is None and not case.touch.received:
        return on_datagrams.receive(case)
    if case.result == 0:
        return _nothing(case)
    amount = _amount(case)
    if case.touch.received:
        return f"{_gets(case, amount)}{_cut(case)}"
    if used is None or used.kind not in _CHANNELS:
        return f"reads {amount} from {case.thing()}"
    if "MSG_PEEK" in words_of(case.flags()):
        return f"looks at {amount} on {case.thing()} without taking them from the receive buffer"
    return f"receives {amount} on {case.thing()}{_left(case)}{_cut(case)}"


def _gets(case: Case, amount: str) -> str:
    """Descriptors come with the bytes: new numbers of what their sender passed (unix(7))."""
    names = [case.named(fd, description) for fd, description in case.touch.made]
    peeks = "MSG_PEEK" in words_of(case.flags())
    verb = "looks at" if peeks else "receives"
    again = ", and will get them once more when it takes the message" if peeks else ""
    return (
        f"{verb} {amount} on {case.thing()}, and with them {listed(names)} (SCM_RIGHTS), "
        f"{_origin(case)}{again}"
    )


def _origin(case: Case) -> str:
    seq = case.touch.received[0]
    sender = case.story.by_seq.get(seq) if seq is not None else None
    if sender is None:
        return "which come from a message that is not in the trace"
    return (
        f"which {sender.actor} passed (event {sender.seq}): both stand for the same open file "
        "description"
    )


def _cut(case: Case) -> str:
    told = any("MSG_CTRUNC" in words_of(m.get("flags")) for m in messages_of(case.call))
    return _CTRUNC if told else ""


def _passes(case: Case, amount: str) -> str:
    """Descriptors go with the bytes; the message holds what they stand for (unix(7))."""
    names = [case.named(fd, description) for fd, description in case.touch.passed]
    receiver = case.story.links.receivers.get(case.event.seq)
    taken = f"; {receiver.actor} receives it (event {receiver.seq})" if receiver else ""
    return (
        f"sends {amount} on {case.thing()} and passes {listed(names)} with them (SCM_RIGHTS): the "
        f"message keeps open what it carries until it is received{taken}"
    )


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
    amount = _amount(case)
    if case.touch.passed:
        return _passes(case, amount)
    if used is None or used.kind not in _CHANNELS:
        return f"writes {amount} to {case.thing()}"
    if used.kind == "pipe":
        return f"puts {amount} into {case.thing()}"
    return on_datagrams.send(case) if case.on_datagrams and not used.other else _hands(case, amount)


def _hands(case: Case, amount: str) -> str:
    """Bytes for a stream: the kernel takes what its send buffer has room for."""
    if case.call.name == "sendfile":
        source = case.named(case.integer("in_fd"), case.touch.target)
        return f"has the kernel send {amount} of {source} on {case.thing()}"
    asked = _asked(case)
    if asked is not None and case.result < asked:
        room = "" if case.call.injected else ", for which the send buffer had room"
        return (
            f"hands only {case.result} of {count(asked, 'byte')} on {case.thing()} to the kernel"
            f"{room}: the rest is still the program's to send"
        )
    socket = case.touch.before
    if socket is not None and not speaks_tcp(case.touch.used, socket):
        return (
            f"puts {amount} on {case.thing()} into the receive buffer of {case.peer()}: between "
            "Unix sockets nothing is on its way"
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
    if case.call.name == "splice" and case.result == 0:
        return _nothing(case)
    target = case.named(case.integer("fd_out"), case.touch.target)
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
