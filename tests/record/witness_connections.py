"""What happened on each connection: as `strace -yy` names descriptors, and as a story tells it.

strace asks the kernel (sock_diag(7)) which two ends the socket behind each descriptor has, so it
needs no model to say whose call is whose. Compared is every call that names a descriptor of the
connection; calls that wait for many at once (select, poll) belong to none.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stracing import SNAPLEN, Call, taken_apart, text_of, under_strace, whole_lines

from echotrace.kernel.descriptions import Touch
from echotrace.record.clients import Client
from echotrace.record.plan import Plan
from echotrace.record.services import Service
from echotrace.story.nouns import Connection, Story
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Syscall

_TAKE = frozenset({"read", "recvfrom", "recvmsg", "readv"})
_SEND = frozenset({"write", "sendto", "sendmsg", "writev", "sendfile"})
_SHOWN = _TAKE | _SEND - {"sendfile"}  # whose bytes the program has in its memory
_MESSAGES = frozenset({"sendmsg", "recvmsg"})  # which may carry a descriptor (unix(7), SCM_RIGHTS)
_CLASSES = ("%network", "%desc", "%process")
#: A descriptor as `-yy` writes it: `6<TCP:[127.0.0.1:80->127.0.0.1:5555]>`; of a UNIX socket the
#: numbers of both ends, and its name: `6<UNIX-STREAM:[17->18,"\\x2f"]>`.
_NAMED = re.compile(r"(?P<fd>\d+)<(?:TCP(?:v6)?|UNIX-STREAM):\[.*->(?P<other>[^,]*?)(?:,.*)?\]>")
_LISTENS = re.compile(
    r'listen\(\d+<(?:TCP(?:v6)?:\[(?P<ip>\S+:\d+)\]|UNIX-STREAM:\[\d+,"(?P<path>\S*)"\])>'
)


@dataclass(frozen=True)
class Told:
    """What happened on one connection.

    `calls` are the calls of each task, in its order, with descriptors, result and first bytes. The
    tasks are sorted by what they did: which number each has, is the kernel's choice.
    """

    calls: tuple[tuple[str, ...], ...]
    bytes_in: int
    bytes_out: int


def told_by_story(story: Story) -> dict[int | None, Told]:
    """What a story tells, by client."""
    return {
        connection.client: Told(
            _by_task(
                (event.record.tid, _spelt(event.record, event.touch, connection))
                for event in map(story.event, connection.events)
                if isinstance(event.record, Syscall)
                and event.touch is not None
                and _descriptors(event.record)
            ),
            connection.bytes_in,
            connection.bytes_out,
        )
        for connection in story.connections
    }


def told_by_strace(plan: Plan, log: Path) -> dict[int | None, Told]:
    """What strace logs of the same program, played the same script."""
    names: dict[str, int] = {}

    def meet(client: Client) -> None:
        if client.local is not None and client.number not in names.values():
            names[_as_other_end(client.local)] = client.number

    with under_strace(plan, log, _CLASSES, _service, "-yy") as server:
        server.play(plan.script, meet)
    return read_log(log.read_text(), names)


def read_log(log: str, names: Mapping[str, int]) -> dict[int | None, Told]:
    """What a log tells of the connections whose other ends have these names."""
    found: dict[int | None, list[tuple[int, Call]]] = {}
    for tid, line in whole_lines(log):
        if not line.startswith(("---", "+++")):
            call = taken_apart(line)
            client = _whose(call, names)
            if client is not None:
                found.setdefault(client, []).append((int(tid), call))
    return {
        client: Told(
            _by_task((tid, _witnessed(call, names)) for tid, call in calls),
            sum(_moved(call, _TAKE, names) for _, call in calls),
            sum(_moved(call, _SEND, names) for _, call in calls),
        )
        for client, calls in found.items()
    }


def _by_task(calls: Iterable[tuple[int, str]]) -> tuple[tuple[str, ...], ...]:
    tasks: dict[int, list[str]] = {}
    for tid, text in calls:
        tasks.setdefault(tid, []).append(text)
    return tuple(sorted(map(tuple, tasks.values())))


def without_numbers(told: Mapping[int | None, Told]) -> dict[int | None, Told]:
    """The same without the numbers of descriptors: those of a worker that took part in a race."""
    return {
        client: replace(
            each,
            calls=tuple(sorted(tuple(map(_without_numbers, task)) for task in each.calls)),
        )
        for client, each in told.items()
    }


def _without_numbers(call: str) -> str:
    name, result = call.split("(", maxsplit=1)[0], call.partition(")")[2]
    return name if ROWS[name].effect is Effect.ACCEPTS else name + result


# The story's words


def _descriptors(call: Syscall) -> list[int]:
    """The descriptors that a call names, in the order of its arguments."""
    row = ROWS[call.name]
    names = [argument.name for argument in row.arguments if argument.kind in ("fd", "dirfd")]
    return [call.args[name] for name in names]


def _is_passed(call: Syscall, touch: Touch, connection: Connection) -> bool:
    """Whether the connection travels in a message that goes over another socket."""
    over = touch.used.id if touch.used else None
    return call.name in _MESSAGES and over != connection.description


def _spelt(call: Syscall, touch: Touch, connection: Connection) -> str:
    if _is_passed(call, touch, connection):
        return f"{call.name}() = passed"
    result = call.errno or ("?" if call.result is None else str(call.result))
    data = call.data if call.name in _SHOWN and (call.result or 0) > 0 else None
    return _words(call.name, _descriptors(call), result, data)


def _words(name: str, descriptors: list[int], result: str, data: str | None) -> str:
    numbers = ", ".join(map(str, descriptors))
    text = "" if data is None else f" {data.partition('Date: ')[0]!r}"  # the hour may have struck
    return f"{name}({numbers}) = {result}{text}"


# strace's words


def _service(log: str) -> Service | None:
    found = _LISTENS.search(log)
    if not found:
        return None
    return Service(found["ip"] or f"unix:{text_of(found['path'])}")


def _as_other_end(local: str) -> str:
    """What `-yy` calls the peer at this address: a UNIX socket by its inode (proc_net_unix(5))."""
    if not local.startswith("unix:"):
        return local
    rows = map(str.split, Path("/proc/net/unix").read_text().splitlines())
    return next(row[6] for row in rows if row[7:] == [local.removeprefix("unix:")])


def _whose(call: Call, names: Mapping[str, int]) -> int | None:
    """The client at the other end of a connection that the call names, or that its message has."""
    words = [*call.arguments, call.result]
    if call.name in _MESSAGES:
        words.append(" ".join(call.arguments).partition("cmsg_data=[")[2])
    return next((names[other] for other in map(_other_end, words) if other in names), None)


def _other_end(word: str) -> str:
    named = _NAMED.match(word)
    return named["other"] if named else ""


def _witnessed(call: Call, names: Mapping[str, int]) -> str:
    assert call.name in ROWS, f"{call} names a connection and is in no row"
    if call.name in _MESSAGES and _other_end(call.arguments[0]) not in names:
        return f"{call.name}() = passed"
    kinds = [argument.kind for argument in ROWS[call.name].arguments]
    numbers = [
        int(word.partition("<")[0])
        for word, kind in zip(call.arguments, kinds, strict=False)
        if kind in ("fd", "dirfd")
    ]
    result = call.result.partition("<")[0]
    data = None
    if call.name in _SHOWN and result.isdigit() and result != "0":
        data = "".join(map(text_of, re.findall(r'"([^"]*)"', " ".join(call.arguments[1:]))))
        data = data[:SNAPLEN]
    return _words(call.name, numbers, result, data)


def _moved(call: Call, kind: frozenset[str], names: Mapping[str, int]) -> int:
    over = call.name in kind and _other_end(call.arguments[0]) in names
    return int(call.result) if over and call.result.isdigit() else 0
