"""What a call waits for: what ended its waiting, or what could have."""

from collections.abc import Callable, Mapping

from echotrace.story.explain.case import Case, function_of
from echotrace.story.explain.text import count, plain
from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import ClientStep, Exit, Signal, Syscall

#: What a client does, by its step.
_STEPS: Mapping[str, Callable[[ClientStep], str]] = {
    "connect": lambda _: "connects",
    "send": lambda step: f"sends {count(step.size or 0, 'byte')}",
    "shutdown": lambda _: "ends its data",
    "close": lambda _: "closes",
    "reset": lambda _: "resets the connection",
    "expect": lambda _: "takes bytes",
}

#: What a call that never returned waits for, by its logical event.
_FOR: Mapping[str, str] = {
    "accept": "a client to connect",
    "recv": "{peer} to send something, to end its data or to reset the connection",
    "send": "{peer} to take bytes, so that the send buffer has room again",
    "connect": "the peer to answer",
    "select": "a descriptor of its sets to become ready{timeout}",
    "poll": "a descriptor of its list to become ready{timeout}",
    "epoll wait": "a descriptor of its interest list to become ready{timeout}",
    "wait": "a child to end",
    "futex": "another thread to wake it",
    "splice": "the other side to give or take bytes",
    "queue": "another process to put or take a message",
    "ring": "a request of the ring to complete",
}
_FROM_ELSEWHERE = "whoever holds the other end to write something or to close it"


def until(case: Case) -> str:
    """What the call waited for, `C1 sends 5 bytes (event 46)`; empty if it did not wait."""
    waker = _waker(case.story, case.event)
    if waker is None:
        return ""
    return f"{_happening(waker, case)} (event {waker.seq})"


def _waker(story: Story, event: StoryEvent) -> StoryEvent | None:
    return story.by_seq.get(event.woken_by) if event.woken_by is not None else None


def _happening(waker: StoryEvent, case: Case) -> str:
    record = waker.record
    match record:
        case ClientStep():
            if case.logical == "send" and record.action in ("send", "expect"):
                return f"{waker.actor} takes bytes, which makes room"
            step = _STEPS.get(record.action)
            return f"{waker.actor} {step(record) if step else 'takes a step'}"
        case Exit():
            return f"{case.story.roles.process(waker.actor)} ends"
        case Signal():
            return f"{plain(record.signal, 'a signal')} comes"
        case Syscall():
            return f"{waker.actor} {_deed(record)}"


def _deed(call: Syscall) -> str:
    """What a call of another task did to the one that waits."""
    row = ROWS.get(call.name)
    if row is None:
        return "acts"
    if row.effect is Effect.EXECS:
        return "replaces its program"
    return {
        "send": "writes to the other end",
        "close": "closes the other end",
        "shutdown": "calls shutdown",
        "futex": "wakes it",
    }.get(row.event, f"calls {function_of(call)}")


def begun(case: Case) -> str:
    """A call at the moment when it has begun and its outcome is not known yet."""
    said = f"{case.who} calls {case.function}{_on(case)}"
    wanted = _wanted(case)
    return f"{said} and waits for {wanted}, or for a signal" if wanted else f"{said} and waits"


def unfinished(case: Case) -> str:
    """A call that had not returned when the recording ended."""
    said = f"{case.who}'s {case.function}{_on(case)}"
    end = case.story.links.ends.get(case.event.actor)
    if end is not None and isinstance(end.record, Exit):
        return f"{said} never returns: {_ender(case, end, end.record)}"
    wanted = _wanted(case)
    said = f"{said} has not returned when the recording ends"
    return f"{said}: it waits for {wanted}, or for a signal" if wanted else said


def _ender(case: Case, end: StoryEvent, record: Exit) -> str:
    """What ended a task in the middle of a call: a signal, or another thread of its process."""
    if record.signal is not None:
        return f"{plain(record.signal, 'a signal')} ends {case.who} first (event {end.seq})"
    process = case.story.roles.process(end.actor)
    call = case.story.links.exit_calls.get(process)
    if call is not None and call.actor != end.actor:
        return f"{call.actor} ends {process} with all its threads first (event {call.seq})"
    return f"{case.who} is ended first (event {end.seq})"


def _on(case: Case) -> str:
    return f" on {case.thing()}" if "fd" in case.call.args else ""


def _wanted(case: Case) -> str:
    used = case.touch.used
    socket = case.touch.before
    if case.logical == "recv" and used is not None:
        if socket is None or used.other is not None:
            return "" if used.kind == "file" else _FROM_ELSEWHERE
        if not socket.stream:
            return "a datagram to arrive"
    return _FOR.get(case.logical, "").format(peer=case.peer(), timeout=_timeout(case))


def _timeout(case: Case) -> str:
    """NULL or a negative number is no timeout (select(2), poll(2), epoll_wait(2))."""
    timeout = case.call.args.get("timeout", 0)
    endless = timeout is None or (isinstance(timeout, int) and timeout < 0)
    return "" if endless else ", or its timeout to expire"
