"""What a client's step does to the server's end of its connection: the peer's half of the states.

A step acts when it begins: what follows from it in the server can be seen before it is done.
"""

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from echotrace.kernel.descriptions import Touch
from echotrace.kernel.facts import port, same_form
from echotrace.kernel.live import Live
from echotrace.kernel.sockets import TRANSITIONS, Act, Pending, Socket, SocketState
from echotrace.kernel.tables import Open
from echotrace.trace import ClientStep


def steps(live: Live, step: ClientStep) -> None:
    """A client takes a step."""
    if step.error is not None or step.local is None:
        return
    address = same_form(step.local)
    if step.action == "connect":
        _connect(live, step, address)
        return
    entry = live.ends.get(address)
    if entry is None or entry.socket is None:
        return
    before = entry.socket
    change = _CHANGES.get(step.action)
    if change is not None:
        entry.socket = _changed(before, address, change(step))
    live.book(Touch(step.seq, entry.description, before=before, after=entry.socket))


def _connect(live: Live, step: ClientStep, address: str) -> None:
    """The kernel completes the handshake by itself; the connection waits in the accept queue."""
    listener = _listener(live, step.peer)
    if listener is None or listener.socket is None:
        return
    before = listener.socket
    listener.socket = replace(before, pending=(*before.pending, Pending(address)))
    live.ends[address] = listener
    live.book(Touch(step.seq, listener.description, before=before, after=listener.socket))


def _listener(live: Live, address: str | None) -> Open | None:
    """The listening socket that a client connects to; the only one if the port is not told."""
    listening = [
        entry
        for entry in live.listeners.values()
        if entry.socket is not None and entry.socket.state is SocketState.LISTENING
    ]
    if address is None:
        return listening[0] if len(listening) == 1 else None
    at_port = (e for e in listening if e.socket and port(e.socket.local) == port(address))
    return next(at_port, None)


#: A step as what it does to a connection: bytes that arrive, or an act of the peer.
_Change = tuple[int, Act | None]
_CHANGES: Mapping[str, Callable[[ClientStep], _Change]] = {
    "send": lambda step: (step.size or 0, None),
    "shutdown": lambda _: (0, Act.PEER_END),
    "close": lambda step: (0, Act.PEER_ABORT if step.unread else Act.PEER_END),
    "reset": lambda _: (0, Act.PEER_ABORT),
}


def _changed(socket: Socket, address: str, change: _Change) -> Socket:
    """The server's end after a client's step, whether accept has taken it or not."""
    if socket.state is not SocketState.LISTENING:
        unread, state = _half(socket.unread, socket.state, change)
        return replace(socket, unread=unread, state=state)
    queue = []
    for waiting in socket.pending:
        if waiting.peer == address:
            unread, state = _half(waiting.unread, waiting.state, change)
            queue.append(Pending(address, unread or 0, state))
        else:
            queue.append(waiting)
    return replace(socket, pending=tuple(queue))


def _half(
    unread: int | None, state: SocketState, change: _Change
) -> tuple[int | None, SocketState]:
    """Bytes and state of a connection after a change; a reset throws away what was unread."""
    more, act = change
    if act is not None:
        state = TRANSITIONS.get((state, act), state)
    if act is Act.PEER_ABORT:
        return 0, state
    return None if unread is None else unread + more, state
