"""A state as boxes of rows: the tables of the tasks, and what their descriptors refer to.

What `state_lines` says in lines, in the same words and in short, for a picture. Boxes and rows have
keys that are the same at every moment, so that two states can be laid over each other.
"""

import re
from collections.abc import Iterable, Iterator

from echotrace.kernel.descriptions import Description
from echotrace.kernel.sockets import Socket, SocketState
from echotrace.kernel.state import Interest, OpenState, ProcessState, State, TableState
from echotrace.story.quiz.nouns import Field
from echotrace.views import words
from echotrace.views.boxes import Box, Boxes, Hidden, Row
from echotrace.views.names import Names
from echotrace.views.phrases import c_call
from echotrace.views.state_lines import life, queue, socket_state, tree

_MOST_WAITING = 3
#: Of a call that somebody is in, flags tell little.
_FLAGS = re.compile(r", [A-Z][A-Z_|]+")


def boxes(state: State, names: Names, hidden: Hidden) -> Boxes:
    """The boxes of a state. What the first task found open is one row, and no description."""
    opens = (entry for entry in state.opens if entry.description.kind != "inherited")
    return Boxes(
        tuple(_tables(state, names, hidden)),
        tuple(_box(each, names, hidden) for each in opens),
        hidden.description if Field.HOLDERS in hidden.blanks else None,
    )


def _box(entry: OpenState, names: Names, hidden: Hidden) -> Box:
    return Box(
        f"open {entry.description.id}",
        _name(entry.description, names),
        tuple(_open(entry, names, hidden)),
        tuple(_socket(entry, entry.socket, names)) if entry.socket else (),
    )


def _tables(state: State, names: Names, hidden: Hidden) -> Iterator[Box]:
    """A box for each table, in the order of the tree of processes."""
    tables = {table.number: table for table in state.tables}
    drawn: dict[int, str] = {}
    for process, depth in tree(state, names):
        role = names.task(process.pid, state.time)
        above = (
            None if process.parent is None else f"table {names.task(process.parent, state.time)}"
        )
        own = dict.fromkeys(state.by_tid[tid].table for tid in process.tasks if tid in state.by_tid)
        for place, number in enumerate(own or (None,)):
            key = f"table {role}" + (f" {place}" if place else "")
            rows: list[Row] = [] if place else list(_life(process, state, names))
            inner: Iterable[Row] = ()
            if number is None:
                rows = rows or [Row("life", role)]
            else:
                rows += _tasks(tables[number], process, state, names)
                shared = drawn.setdefault(number, role)
                inner = _slots(tables[number], names, hidden)
                if shared != role:
                    inner = [Row("shared", f"table of {shared}")]
            yield Box(key, role, tuple(rows), tuple(inner), depth, None if place else above)


def _life(process: ProcessState, state: State, names: Names) -> Iterator[Row]:
    said = life(process, state.by_tid.get(process.pid), state.time, names)
    if said:
        yield Row("life", f"{names.task(process.pid, state.time)} {said}")


def _tasks(table: TableState, process: ProcessState, state: State, names: Names) -> Iterator[Row]:
    """The tasks of a process that share a table, each with the call that it is in."""
    for tid in process.tasks:
        if tid in table.tasks:
            role = names.task(tid, state.time)
            call = state.by_tid[tid].calling
            said = f"{role} in {_FLAGS.sub('', c_call(call))}" if call else role
            yield Row(f"task {role}", said, name=role, passing=True)


def _slots(table: TableState, names: Names, hidden: Hidden) -> Iterator[Row]:
    inherited = [d.fd for d in table.descriptors if d.description.kind == "inherited"]
    if inherited:
        yield Row("inherited", f"{_ranges(inherited)} from the start")
    for slot in table.descriptors:
        number = slot.description.id
        if slot.description.kind != "inherited" and not hidden.of(number, Field.HOLDERS):
            name = _name(slot.description, names)
            yield Row(f"slot {slot.fd} {number}", f"fd {slot.fd}", number, name)


def _ranges(numbers: Iterable[int]) -> str:
    """Numbers in order, those on end as the first and the last: 0 to 2, 5."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][-1] == number - 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(
        str(run[0]) if len(run) == 1 else f"{run[0]}\N{EN DASH}{run[-1]}" for run in found
    )


def _open(entry: OpenState, names: Names, hidden: Hidden) -> Iterator[Row]:
    number = entry.description.id
    yield Row("name", _name(entry.description, names))
    count = hidden.of(number, Field.COUNT)
    yield Row("references", "references" if count else f"references {entry.references:,}",
              blank=count)  # fmt: skip
    holders = hidden.of(number, Field.HOLDERS)
    if holders:
        yield Row("holders", "held by", blank=holders)
    for seq in entry.in_flight:
        yield Row(f"in flight {seq}", f"in a message (event {seq})")
    yield from _watched(entry.interest)


def _name(description: Description, names: Names) -> str:
    """What it is called; of what has no name, as an epoll instance, what it is."""
    nameless = (description.link or "").startswith("anon_inode:")
    return words.safe(description.kind) if nameless else names.description(description)


def _watched(interest: Iterable[Interest]) -> Iterator[Row]:
    armed = [each for each in interest if each.armed]
    if armed:
        yield Row("watches", f"watches fd {_ranges(each.fd for each in armed)}")
    ready = [each.fd for each in armed if each.ready]
    if ready:
        yield Row("ready", f"ready: fd {_ranges(ready)}")


def _socket(entry: OpenState, socket: Socket, names: Names) -> Iterator[Row]:
    yield Row("state", socket_state(socket))
    if socket.peer and not _names_client(entry.description, names):
        yield Row("peer", f"peer {names.peer(socket.peer)}")
    waiting = queue(socket)
    if waiting:
        yield Row("queue", f"queue {waiting}")
    peers = [each.peer for each in socket.pending] + [each.peer for each in socket.queue]
    if peers:
        few = ", ".join(_who(peer, names) for peer in peers[:_MOST_WAITING])
        more = len(peers) - _MOST_WAITING
        yield Row("waiting", f"in it: {few}" + (f" and {more:,} more" if more > 0 else ""))
    if socket.unread and socket.state is not SocketState.LISTENING:
        yield Row("unread", f"unread {socket.unread:,} B")
    if socket.end_seen:
        yield Row("end", "end of input read")


def _names_client(description: Description, names: Names) -> bool:
    """Whether what a connection is called tells its client."""
    return " " in names.sockets.get(description.id, "") and description.listener is not None


def _who(address: str | None, names: Names) -> str:
    return names.clients.get(address or "") or words.address(address)
