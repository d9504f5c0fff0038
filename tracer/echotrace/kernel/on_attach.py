"""What was there before the recording began: tables, open files and sockets, from `Attached`."""

from collections.abc import Mapping

from echotrace.kernel.descriptions import Arrival, Description
from echotrace.kernel.live import Live
from echotrace.kernel.on_tasks import leave
from echotrace.kernel.sockets import Socket, SocketState
from echotrace.kernel.tables import Open, Table
from echotrace.trace import Attached, Slot

#: Kinds of description by what the link of a descriptor begins with (proc(5), /proc/PID/fd).
_KINDS: Mapping[str, str] = {
    "socket:": "socket",
    "pipe:": "pipe",
    "anon_inode:[eventpoll]": "epoll",
    "/": "file",
}
_OTHER = "inherited"
_STREAMS = (0, 1, 2)  # standard input, output and error (stdin(3))

_S = SocketState
#: Our state by that of a TCP socket (RFC 9293, 3.3.2). A closed one is in no list of the kernel: it
#: may never have been connected, or have been reset; of such a socket nothing is said.
_STATES: Mapping[str, SocketState] = {
    "LISTEN": _S.LISTENING,
    "SYN-SENT": _S.CONNECTING,
    "SYN-RECEIVED": _S.CONNECTED,  # accepted before the handshake was done (TCP Fast Open)
    "ESTABLISHED": _S.CONNECTED,
    "FIN-WAIT-1": _S.ENDED,
    "FIN-WAIT-2": _S.ENDED,
    "CLOSE-WAIT": _S.PEER_ENDED,
    "CLOSING": _S.CLOSED,
    "LAST-ACK": _S.CLOSED,
}
_DATAGRAMS = ("udp", "unix-dgram")


def begins(live: Live, record: Attached) -> None:
    """A process is there, with what it has open; its tasks have come to be already."""
    for told in record.tables:
        tasks = [live.tasks[tid] for tid in told.tids if tid in live.tasks]
        if not tasks:
            continue
        table = live.new_table()
        for slot in told.slots:
            _fill(live, table, slot)
        for slot in told.slots:
            _watch(live, table, slot)
        for task in tasks:
            task.table.drop(task.tid)
            task.table = table
            table.join(task.tid)
            live.changed.tasks.add(task.tid)
    process = live.processes.get(record.pid)
    if process is None:
        return
    live.changed.processes.add(record.pid)
    if record.parent in live.processes and record.parent != record.pid:
        process.parent = record.parent
        live.processes[record.parent].children[record.pid] = None
    process.dispositions |= dict.fromkeys(record.ignored, "SIG_IGN")
    process.dispositions |= dict.fromkeys(record.handled, "function")
    if record.ended and record.pid in live.tasks:
        leave(live, record.pid)


def _fill(live: Live, table: Table, slot: Slot) -> None:
    if slot.fd in table.slots:
        live.doubt(0, f"Descriptor {slot.fd} is told twice.")
        return
    entry = live.found.get(slot.file)
    if entry is None:
        entry = live.found[slot.file] = _opened(live, slot)
    table.put(slot.fd, entry, cloexec=slot.cloexec)


def _opened(live: Live, slot: Slot) -> Open:
    description = Description(live.next_id(), _kind(slot), None, slot.link, slot.local, slot.peer)
    entry = Open(live.changed, description, _socket(slot))
    entry.flags = frozenset(slot.flags)
    _book(live, entry, slot)
    return entry


def _kind(slot: Slot) -> str:
    link = slot.link or ""
    kind = next((kind for begin, kind in _KINDS.items() if link.startswith(begin)), _OTHER)
    return _OTHER if slot.fd in _STREAMS and kind != "socket" else kind


def _socket(slot: Slot) -> Socket | None:
    if (slot.protocol or "").startswith(_DATAGRAMS):
        known = _S.CONNECTED if slot.peer else _S.BOUND if slot.local else _S.UNBOUND
        return Socket(stream=False, state=known, local=slot.local, peer=slot.peer)
    state = _STATES.get(slot.state or "")
    if state is None:
        return None
    return Socket(state=state, local=slot.local, peer=slot.peer)


def _book(live: Live, entry: Open, slot: Slot) -> None:
    """What a story is told from: what listens, and the connections, in the order of descriptors."""
    ledger, description, socket = live.ledger, entry.description, entry.socket
    if socket is None:
        return
    if socket.state is SocketState.LISTENING:
        ledger.listening[description.id] = description
        live.listeners[description.id] = entry
    elif not socket.stream:
        ledger.datagram.add(description.id)
        if slot.local:
            ledger.bound[description.id] = description
            live.receivers[description.id] = entry
    elif slot.accepted:
        ledger.arrivals.append(Arrival(description, socket.local, socket.peer))


def _watch(live: Live, table: Table, slot: Slot) -> None:
    """An interest list, when all that it may watch is there; what no process holds is left out."""
    instance = table.slots.get(slot.fd)
    if instance is None or instance.description.kind != "epoll":
        return
    live.ledger.watching.add(instance.description.id)
    for entry in slot.watches:
        target = live.found.get(entry.file) if entry.file is not None else None
        if target is None:
            continue
        instance.watch(entry.fd, target, entry.events, entry.data)
        if entry.events == "EPOLLONESHOT":  # reported, and disabled until EPOLL_CTL_MOD
            instance.spend((entry.fd, target.description.id))
