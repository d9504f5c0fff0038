"""Sentences for rows that no rule knows: further calls, other outcomes, other arguments."""

import re
from collections.abc import Mapping, Sequence

from echotrace.story.compare.differences.sides import Side, call_of, function, is_call, kind_of
from echotrace.story.compare.essence import ASKED
from echotrace.story.explain import explain
from echotrace.story.explain.text import listed, plain
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import ROWS
from echotrace.trace import Syscall

#: Arguments of which 0 asks for nothing.
_NONE_IF_0 = frozenset({"flags", "protocol"})
#: A payload that can stand in a sentence as it is.
_READABLE = re.compile(r"[ !#-\[\]-~]{1,20}")
#: What a flag asks of a call that moves bytes (send(2), recv(2)), and what is the case without it.
_FLAGS: Mapping[str, tuple[str, str]] = {
    "MSG_NOSIGNAL": (
        "to a client that is gone it fails with EPIPE alone",
        "SIGPIPE comes too, and ends who does not ignore it",
    ),
    "MSG_DONTWAIT": (
        "it fails with EAGAIN where it would wait",
        "it waits, if the socket is not nonblocking",
    ),
    "MSG_WAITALL": ("it waits until the buffer is full or the data end", "it takes what is there"),
    "MSG_PEEK": ("the bytes stay to be received again", "it takes them away"),
    "MSG_MORE": ("the kernel may keep the bytes until more come", "it does not wait for more"),
    "SOCK_NONBLOCK": ("the descriptor is nonblocking from the start", "calls on it wait"),
    "SOCK_CLOEXEC": ("execve closes the descriptor", "it stays open in the next program"),
    "EPOLL_CLOEXEC": ("execve closes the descriptor", "it stays open in the next program"),
}


def extra(side: Side, events: Sequence[StoryEvent], across: Side, course: str) -> tuple[str, str]:
    """What only one side does: its kind, and the sentence."""
    first = events[0]
    said = _placed(explained(side, first), side.at(*events))
    if not isinstance(first.record, Syscall):
        return "outcome", f"{said}; {across.so_far(f'no task of {across.name} ends so')}"
    kind = kind_of(first)
    mine, your = (sum(_alike(first, e) for e in own.calls) for own in (side, across))
    where = _where(side, course)
    told = "exit" if kind == "exit" else "set-up" if course == "set-up" else "extra-call"
    if not your:
        return told, f"{said}; {across.so_far(f'{across.name} makes no such call {where}')}"
    if mine == your:
        return told, f"{said}; {across.name} does not do that at this point"
    counts = f"of such calls {where} {side.name} makes {mine}, {across.name} {your}"
    return told, f"{said}; {across.so_far(counts)}"


def _placed(said: str, at: str, data: str = "") -> str:
    """A clause with where to look, which goes first where the clause ends with another event."""
    return f"in {data}{at}, {said}" if said.endswith(")") else f"{said} ({data}{at})"


def _alike(event: StoryEvent, other: StoryEvent) -> bool:
    """Whether two calls are for the same and come to the same: an error, 0 bytes, a success."""
    return kind_of(event) == kind_of(other) and _came_to(event) == _came_to(other)


def _came_to(event: StoryEvent) -> tuple[object, ...]:
    call = call_of(event)
    return (call.errno, kind_of(event) == "recv" and call.result == 0)


def _where(side: Side, course: str) -> str:
    if side.connection is not None:
        return f"on {side.connection.place.name}"
    return "between connections" if course == "between" else f"in its {course}"


def outcome(one: Side, left: StoryEvent, other: Side, right: StoryEvent) -> str:
    """The same call, and what came of it."""
    mine, your = _bytes(left), _bytes(right)
    if mine == your or not (mine and your):
        mine = your = ""
    return (
        f"{_placed(explained(one, left), one.at(left), mine)}; "
        f"{_placed(explained(other, right), other.at(right), your)}"
    )


def _bytes(event: StoryEvent) -> str:
    """The payload of a call, where it can be read as it is."""
    data = call_of(event).data if is_call(event) else None
    return f'"{data}", ' if data and _READABLE.fullmatch(data) else ""


def moved(side: Side, event: StoryEvent, across: Side, counterpart: StoryEvent) -> str:
    """The same, but at another place."""
    here, there = _when(side, event), _when(across, counterpart)
    if here == there:
        here, there = "", " at another place"
    does = f"{across.name} does the same"
    both_calls = is_call(event) and is_call(counterpart)  # the end of a task may move, too
    if both_calls and call_of(event).name != call_of(counterpart).name:
        does = f"in {across.name} {counterpart.actor} calls {function(counterpart)}"
    return (
        f"{explained(side, event)}{here} ({side.at(event)}); {does}{there} "
        f"({across.at(counterpart)})"
    )


def _when(side: Side, event: StoryEvent) -> str:
    accept = side.first("accept")
    if accept is None or accept is event:
        return ""
    return " after accept" if event.start > accept.start else " before accept"


def flags(one: Side, left: StoryEvent, other: Side, right: StoryEvent) -> str:
    """The same call with other flags, or other values, and what these are for."""
    mine, your = _asked(left), _asked(right)
    told = [
        _with(side, event, [word for word in own if word not in others])
        for side, event, own, others in ((one, left, mine, your), (other, right, your, mine))
    ]
    for side, event, lacks, has in ((one, left, mine, your), (other, right, your, mine)):
        for word in has:
            if word not in lacks and word in _FLAGS:
                asked, otherwise = _FLAGS[word]
                if word == "MSG_NOSIGNAL":
                    otherwise = _without_nosignal(side, event)
                return f"{'; '.join(told)}: {asked}; without it {otherwise}"
    return "; ".join(told)


def _asked(event: StoryEvent) -> list[str]:
    """What a call asks for, word by word: flags by name, other values behind their name."""
    args = call_of(event).args
    words: list[str] = []
    for name in ASKED:
        value = args.get(name)
        if isinstance(value, str):
            words += (plain(word, "another value") for word in value.split("|"))
        elif value is not None and (value or name not in _NONE_IF_0):
            words.append(f"{name} {plain(value, 'another value')}")
    return words


def _without_nosignal(side: Side, event: StoryEvent) -> str:
    """What a send without MSG_NOSIGNAL meets where the peer is gone (send(2), signal(7))."""
    roles, state = side.story.roles, side.story.before(event.seq)
    processes = (
        p for p in state.processes if roles.of(p.pid, event.start) == roles.process(event.actor)
    )
    process = next(processes, None)
    if process is not None and process.dispositions.get("SIGPIPE") == "SIG_IGN":
        return f"SIGPIPE comes too, which {side.name} ignores"
    return f"SIGPIPE comes too, and ends {roles.process(event.actor)} unless it is ignored"


def _with(side: Side, event: StoryEvent, words: Sequence[str]) -> str:
    how = f"with {listed(words)}" if words else "without"
    return f"{event.actor} calls {function(event)} {how} ({side.at(event)})"


def variant(one: Side, left: StoryEvent, other: Side, right: StoryEvent) -> str:
    """Two calls for the same, which differ in what they do or may be asked."""
    names = [function(event) for event in (left, right)]
    if names[0] == names[1]:
        names = [plain(call_of(event).name, "a call") for event in (left, right)]
    glosses = [_gloss(event) for event in (left, right)]
    told = [
        f"{event.actor} calls {name} ({side.at(event)})"
        for side, event, name in ((one, left, names[0]), (other, right, names[1]))
    ]
    if glosses[0] == glosses[1]:
        return f"{'; '.join(told)}: either {glosses[0]}"
    return f"{told[0]}, which {glosses[0]}; {told[1]}, which {glosses[1]}"


def _gloss(event: StoryEvent) -> str:
    row = ROWS.get(call_of(event).name) if is_call(event) else None
    return row.gloss if row else "is not in echotrace's table"


def explained(side: Side, event: StoryEvent) -> str:
    """The explanation up to its first semicolon outside brackets: what follows are consequences."""
    said = explain(side.story, event).rstrip(".")
    injected = isinstance(event.record, Syscall) and event.record.injected is not None
    depth = 0
    for position, character in enumerate(said):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == ";" and not depth:
            said = said[:position]
            break
    return f"{said}, injected by echotrace" if injected and "injected" not in said else said
