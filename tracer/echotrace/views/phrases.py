"""What one event says, `recv(4) → recvfrom = 5 "hello"`, taken apart so that a view can shorten."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from echotrace.functions import c_function, called
from echotrace.kernel.descriptions import Description
from echotrace.kernel.flows import SEVERAL, messages_of, moved
from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import ROWS, Effect, logical_event
from echotrace.trace import ClientStep, Exit, Signal, Syscall
from echotrace.views import readiness, words

#: The arguments worth a place in a cell, by logical event; others show their first three.
_SHOWN: Mapping[str, tuple[str, ...]] = {
    "socket": ("domain", "type"),
    "bind": ("fd", "addr"),
    "listen": ("fd", "backlog"),
    "accept": ("fd", "flags"),
    "connect": ("fd", "addr"),
    "name": ("fd",),
    "option": ("fd", "optname", "optval"),
    "recv": ("fd", "flags"),
    "send": ("fd", "in_fd", "flags"),
    "splice": ("fd", "fd_out"),
    "shutdown": ("fd", "how"),
    "spawn": (),
    "exit": ("status",),
    "exec": ("path",),
    "open": ("path",),
    "file": ("fd", "path"),
    "pipe": ("fds",),
    "wait": ("pid", "id", "options"),
    "control": ("fd", "cmd", "request"),
    "epoll control": ("fd", "op", "target"),
    "epoll wait": ("fd",),
    "futex": ("op",),
    "select": ("readfds", "writefds"),
    "poll": ("fds",),
}
#: Logical events whose arguments are not those of another function that makes the call: what
#: kevent() is given are not epoll_ctl's, and a mutex is no futex.
_BENEATH = frozenset({"epoll create", "epoll control", "epoll wait", "futex"})
INJECTED = "injected"
_KEEPERS_NAMED = 3
_MAKERS = frozenset({Effect.MAKES, Effect.ACCEPTS, Effect.DUPS, Effect.DUPS_ONTO})
#: Flags arguments that say nothing when they are zero.
_SILENT_WHEN_ZERO = frozenset({"flags", "options"})


@dataclass(frozen=True)
class Phrase:
    """One event in words.

    `head` is the C call with its arguments; `kernel` the system call behind it when it has another
    name; `outcome` what came back; `data` the payload and `size` its true size in bytes; `note`
    what the state says of it.
    """

    head: str
    kernel: str | None = None
    outcome: str = ""
    data: str | None = None
    size: int | None = None
    note: str = ""


def phrase(story: Story, event: StoryEvent) -> Phrase:
    """The event in words."""
    record = event.record
    match record:
        case Syscall():
            return _call(story, event, record)
        case ClientStep():
            return Phrase(record.action, data=record.text, size=record.size, note=_failure(record))
        case Exit():
            how = f"killed by {record.signal}" if record.signal else "has ended"
            return Phrase(how)
        case Signal():
            how = "is stopped by" if record.stopped else "gets"
            return Phrase(f"{how} {words.safe(record.signal)}")


def _failure(step: ClientStep) -> str:
    return f"fails: {words.safe(step.error)}" if step.error else ""


def c_call(call: Syscall) -> str:
    """The C call behind a system call, with its arguments: `recv(4)`."""
    function, usual = called(call), c_function(call.name, call.args)
    arguments = ", ".join(_arguments(call))
    if function != usual and logical_event(call.name) in _BENEATH:
        return f"{words.safe(function)}() → {words.safe(usual)}({arguments})"
    return f"{words.safe(function)}({arguments})"


def _call(story: Story, event: StoryEvent, call: Syscall) -> Phrase:
    usual = c_function(call.name, call.args)
    function = usual if logical_event(call.name) in _BENEATH else called(call)
    data = call.data or "".join(str(message.get("data", "")) for message in messages_of(call))
    return Phrase(
        head=c_call(call),
        kernel=words.safe(call.name) if call.name != function else None,
        outcome=" ".join(filter(None, (_outcome(story, event, call), _injected(call)))),
        data=data or None,
        size=moved(call) if data else None,
        note=_note(story, event, call),
    )


def _arguments(call: Syscall) -> list[str]:
    if call.name not in ROWS:
        return ["…"]  # known by its registers only: how many of them are arguments is not known
    if call.name == "exit":
        return []
    shown = _SHOWN.get(logical_event(call.name), tuple(call.args)[:3])
    told = [
        readiness.asked(call.args[name]) if name == "fds" else words.value(call.args[name])
        for name in shown
        if name in call.args
        and call.args[name] is not None
        and not (name in _SILENT_WHEN_ZERO and call.args[name] == 0)
    ]
    return [*told, *readiness.in_vain(call)]


def _outcome(story: Story, event: StoryEvent, call: Syscall) -> str:
    if call.result is None:
        return "" if logical_event(call.name) == "exit" else "= ?"
    if call.errno:
        return f"= -1 {call.errno}"
    answer = _answer(story, event, call)
    return f"= {answer}" if answer else ""


def _injected(call: Syscall) -> str:
    """Marks what was no doing of the kernel's: a failed call, and a shortened one by how much."""
    if call.injected is None:
        return ""
    if call.errno:
        return f"({INJECTED})"
    how = f"({INJECTED} {words.safe(call.injected.partition(':')[2])})"
    row = ROWS.get(call.name)
    at = row.length_at if row else None
    asked = call.args.get(row.arguments[at].name) if row and at is not None else None
    return how if asked is None else f"of {words.value(asked)} {how}"


def _answer(story: Story, event: StoryEvent, call: Syscall) -> str:
    """What a successful call returned; 0 goes without saying unless it is a number of bytes."""
    match logical_event(call.name):
        case "spawn":
            return _role(story, call.result or 0, event.end)
        case "wait" if call.result:
            status = call.args.get("wstatus")
            who = _role(story, call.result, event.start)
            return f"{who}, {words.safe(status)}" if status else who
        case "recv" | "send" | "splice":
            result = call.result or 0
            return words.count(result, "message") if call.name in SEVERAL else str(result)
        case "name":
            return words.address(call.args.get("addr"))
        case "select" | "poll" | "epoll wait":
            return readiness.found(event, call)
        case _:
            return str(call.result) if call.result or _makes_a_descriptor(call) else ""


def _makes_a_descriptor(call: Syscall) -> bool:
    row = ROWS.get(call.name)
    return row is not None and row.effect in _MAKERS


def _role(story: Story, tid: int, time: int | None) -> str:
    return story.roles.of(tid, time or 0) or str(tid)


def _note(story: Story, event: StoryEvent, call: Syscall) -> str:
    """What the state adds: who still holds what was closed, and which number is used again."""
    if event.touch is None or event.place.connection is None:
        return ""
    match logical_event(call.name):
        case "close":
            return _keepers(story, event)
        case "accept" if event.seq in story.links.numbers_again:
            return f"fd {call.result} again"
        case "send" if event.touch.passed:
            receiver = story.links.receivers.get(event.seq)
            to = f" to {receiver.actor}" if receiver else ""
            return f"passes {_numbers(story, event, event.touch.passed)}{to}"
        case "recv" if event.touch.received:
            sender = story.by_seq.get(event.touch.received[0] or 0)
            came = f" from {sender.actor}" if sender else ""
            return f"gets {_numbers(story, event, event.touch.made)}{came}"
        case _:
            return ""


def _numbers(story: Story, event: StoryEvent, held: Sequence[tuple[int, Description]]) -> str:
    """`fd 8`, or `fd 8 (#2)` where it is of another connection than the event."""
    told = []
    for fd, description in held:
        place = story.places.get(description.id)
        elsewhere = place is not None and place.connection and place != event.place
        told.append(f"{fd} ({place.name})" if place is not None and elsewhere else f"{fd}")
    return f"fd {', '.join(told)}"


def _keepers(story: Story, event: StoryEvent) -> str:
    freed = event.touch.freed if event.touch else ()
    keepers = [_role(story, tid, event.start) for slot in freed for tid in slot.holders]
    if not keepers:
        return ""
    if len(keepers) > _KEEPERS_NAMED:
        return f"{', '.join(keepers[:_KEEPERS_NAMED])} and others keep it"
    return f"{', '.join(keepers)} keep{'s' if len(keepers) == 1 else ''} it"
