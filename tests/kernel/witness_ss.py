"""What ss(8) says of the TCP and UDP sockets at a port, and where a model differs."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from echotrace.kernel.sockets import Pending, Socket, SocketState
from echotrace.kernel.state import OpenState, State

#: The states in which ss may show a socket that is held, by ours; "" when it lists it no more.
#: FIN-WAIT-1 lasts until the peer's delayed acknowledgement (RFC 9293, 3.8.6.3), LAST-ACK and
#: CLOSING likewise; TIME-WAIT, and all that is closed, is no longer the socket that is held.
SHOWN = {
    SocketState.UNBOUND: {""},
    SocketState.BOUND: {""},
    SocketState.LISTENING: {"LISTEN"},
    SocketState.CONNECTED: {"ESTAB"},
    SocketState.ENDED: {"FIN-WAIT-1", "FIN-WAIT-2"},
    SocketState.PEER_ENDED: {"CLOSE-WAIT"},
    SocketState.CLOSED: {"", "LAST-ACK", "CLOSING"},
    SocketState.RESET: {""},
}
#: The same of UDP sockets, which have no half-closed states.
SHOWN_UDP = {
    SocketState.UNBOUND: {""},
    SocketState.BOUND: {"UNCONN"},
    SocketState.CONNECTED: {"ESTAB"},
    SocketState.CLOSED: {""},
}
#: States in which a program could still use a socket.
_IN_USE = frozenset({"LISTEN", "ESTAB", "CLOSE-WAIT"})
_WITHOUT_PEER = frozenset({"LISTEN", "UNCONN"})
_LARGEST_BACKLOG = Path("/proc/sys/net/core/somaxconn")


class Row(Struct, frozen=True):
    """One line of ss; `inode` is 0 for a socket that no program holds."""

    kind: str
    state: str
    receive: int
    send: int
    local: str
    peer: str
    inode: int
    users: frozenset[tuple[int, int]]


def look(port: int) -> Iterator[tuple[int, Row]]:
    """The sockets of both ends at a port, with the port."""
    asked = f"( sport = :{port} or dport = :{port} )"
    done = subprocess.run(["ss", "-tunaepH", asked], capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        yield port, _row(line)


def _row(line: str) -> Row:
    kind, state, receive, send, local, peer, *rest = line.split()
    inode = re.search(r"\bino:(\d+)", line)
    users = re.findall(r"pid=(\d+),fd=(\d+)", " ".join(rest))
    return Row(
        kind, state, int(receive), int(send), local, peer, int(inode[1]) if inode else 0,
        frozenset((int(pid), int(fd)) for pid, fd in users),
    )  # fmt: skip


def differences(state: State, rows: Iterable[Row]) -> list[str]:
    """Where the model says something else than ss."""
    by_inode = {row.inode: row for row in rows if row.inode}
    held = [entry for entry in state.opens if entry.socket and _is_internet(entry)]
    waiting = [row for row in rows if not row.inode and row.state in _IN_USE and row.kind == "tcp"]
    unknown = by_inode.keys() - {_inode(entry) for entry in held}
    return [
        *(f"the model knows nothing of {by_inode[inode]}" for inode in unknown),
        *(text for entry in held for text in _of_a_socket(state, entry, by_inode)),
        *_of_the_queue([p for e in held if e.socket for p in e.socket.pending], waiting),
    ]


def _is_internet(entry: OpenState) -> bool:
    socket, description = entry.socket, entry.description
    local = socket.local if socket else None
    return (
        socket is not None
        and (socket.stream or local is not None)  # ss is asked for the ports that are known
        and description.other is None
        and description.link is not None
        and not (local or "").startswith("unix:")
    )


def _inode(entry: OpenState) -> int:
    return int((entry.description.link or "socket:[0]")[8:-1])


def _of_a_socket(state: State, entry: OpenState, rows: dict[int, Row]) -> Iterator[str]:
    socket, row = entry.socket, rows.get(_inode(entry))
    assert socket is not None
    name = f"{entry.description.link} ({socket.state})"
    listed = SHOWN if socket.stream else SHOWN_UDP
    if (row.state if row else "") not in listed[socket.state]:
        yield f"{name}: ss shows {row}"
    elif row is not None:
        facts: dict[str, tuple[object, object]] = {
            "users": (_users(state, entry), row.users),
            "local address": (socket.local, row.local),
            "peer address": (socket.peer, None if row.state in _WITHOUT_PEER else row.peer),
        }
        if socket.state is SocketState.LISTENING:
            facts["pending connections"] = (len(socket.pending), row.receive)
            facts["backlog"] = (_backlog(socket.backlog or 0), row.send)
        if not socket.stream:  # Recv-Q counts a datagram by the memory that it takes
            facts["datagrams wait"] = (bool(socket.queue), bool(row.receive))
        for what, (modelled, shown) in facts.items():
            if modelled != shown:
                yield f"{what} of {name}: model {modelled}, ss {shown}"
        if socket.unread is not None and row.receive not in _receive_queue(socket):
            yield f"unread bytes of {name}: model {socket.unread}, ss {row.receive}"


def _backlog(wanted: int) -> int:
    """What listen(2) makes of the backlog it is given."""
    largest = int(_LARGEST_BACKLOG.read_text())
    return largest if wanted < 0 else min(wanted, largest)


def _users(state: State, entry: OpenState) -> frozenset[tuple[int, int]]:
    # ss looks into /proc/PID/fd, where a process whose leader has ended shows nothing
    pids = {task.tid: task.pid for task in state.tasks if task.pid in state.by_tid}
    tasks = {table.number: table.tasks for table in state.tables}
    return frozenset(
        (pids[tid], fd) for number, fd in entry.held for tid in tasks[number] if tid in pids
    )


def _receive_queue(socket: Socket | Pending) -> set[int]:
    """Recv-Q counts a FIN as a byte until recv has come to it (net/ipv4/tcp_diag.c).

    A FIN that came close behind the last byte may be merged with it, and is then passed with it.
    """
    unread = socket.unread or 0
    if socket.state not in (SocketState.PEER_ENDED, SocketState.CLOSED):
        return {unread}
    if isinstance(socket, Socket) and socket.end_seen:
        return {0}
    return {unread + 1} if unread else {0, 1}


def _of_the_queue(pending: list[Pending], rows: list[Row]) -> Iterator[str]:
    """Connections that wait for accept are held by nobody; a reset one is in no list any more."""
    shown = {row.peer: row for row in rows}
    alive = {p.peer: p for p in pending if SHOWN[p.state] != {""}}
    if alive.keys() != shown.keys():
        yield f"waiting for accept: model {sorted(alive)}, ss {sorted(shown)}"
    for peer in alive.keys() & shown.keys():
        waiting, row = alive[peer], shown[peer]
        if row.state not in SHOWN[waiting.state] or row.receive not in _receive_queue(waiting):
            yield f"{waiting}: ss shows {row}"
