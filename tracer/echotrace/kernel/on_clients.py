"""What a client's step does to the server's end of its connection: the peer's half of the states.

A step acts when it begins: what follows from it in the server can be seen before it is done.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from msgspec.structs import replace

from echotrace.kernel.descriptions import Touch
from echotrace.kernel.facts import port, same_form
from echotrace.kernel.live import Live
from echotrace.kernel.on_datagrams import arrives
from echotrace.kernel.sockets import TRANSITIONS, Act, Pending, Socket, SocketState
from echotrace.kernel.tables import Open
from echotrace.trace import ClientStep


def steps(live: Live, step: ClientStep) -> None:
    """A client takes a step."""
    if step.error is not None or step.local is None:
        return
    address = same_form(step.local)
    if step.datagram:
        if step.action == "send":  # nothing else that a UDP client does reaches the server (udp(7))
            arrives(live, step, address)
        return
    if step.action == "connect":
        _connect(live, step, address)
        return
    entry = live.ends.get(address)
    if entry is None or entry.socket is None:
        return
    before, change = entry.socket, _CHANGES.get(step.action)
    waits = entry.description.id in live.listeners  # it was not accepted yet, or never will be
    if waits and entry.hidden:
        return  # a ring may have accepted it
    if change is not None:
        alter = _queue_after if waits else _connection_after
        entry.socket = alter(before, address, change(step))
        if step.action in _LAST:
            del live.ends[address]  # which may be used again
    live.book(Touch(step.seq, entry.description, before=before, after=entry.socket))


def _connect(live: Live, step: ClientStep, address: str) -> None:
    """The kernel completes the handshake by itself; the connection waits in the accept queue."""
    listener = _listener(live, step.peer)
    if listener is None or listener.socket is None or listener.hidden:
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


class _Change(NamedTuple):
    """What a step does to the server's end: bytes that arrive, an act of the peer, its end."""

    more: int = 0
    act: Act | None = None
    gone: bool = False


_CHANGES: Mapping[str, Callable[[ClientStep], _Change]] = {
    "send": lambda step: _Change(step.size or 0),
    "shutdown": lambda _: _Change(act=Act.PEER_END),
    "close": lambda step: _gone(aborts=bool(step.unread)),
    "reset": lambda step: _gone(aborts=bool(step.unread) or not _is_unix(step)),
}


def _gone(*, aborts: bool) -> _Change:
    return _Change(act=Act.PEER_ABORT if aborts else Act.PEER_END, gone=True)


def _is_unix(step: ClientStep) -> bool:
    """Whether SO_LINGER of 0 resets nothing: af_unix.c does not ask for it."""
    return (step.local or "").startswith("unix:")


#: Steps after which a client has no connection any more.
_LAST = frozenset({"close", "reset"})


def _queue_after(socket: Socket, address: str, change: _Change) -> Socket:
    """The listening socket after a step of a client whose connection waits in its queue."""
    queue = []
    for waiting in socket.pending:
        if waiting.peer == address and not waiting.peer_gone:
            state = _state_after(waiting.state, change)
            gone = waiting.peer_gone or change.gone
            queue.append(Pending(address, waiting.unread + change.more, state, gone))
        else:
            queue.append(waiting)
    return replace(socket, pending=tuple(queue))


def _connection_after(socket: Socket, _address: str, change: _Change) -> Socket:
    """The server's end of a connection after a step of its client."""
    if change.more and socket.deaf and socket.state is not SocketState.CONNECTED:
        # Nobody will read it: Linux resets the connection (FIN-WAIT in tcp_rcv_state_process).
        return replace(socket, state=_state_after(socket.state, _Change(act=Act.OWN_ABORT)))
    return replace(
        socket,
        state=_state_after(socket.state, change),
        unread=None if socket.unread is None else socket.unread + change.more,
        peer_gone=socket.peer_gone or change.gone,
    )


def _state_after(state: SocketState, change: _Change) -> SocketState:
    return state if change.act is None else TRANSITIONS.get((state, change.act), state)
