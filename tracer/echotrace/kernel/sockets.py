"""The state of a socket, as the calls on both ends show it.

Theory of operation
-------------------
A socket is in one `SocketState` at a time, and `TRANSITIONS` says which `Act` leads where; an act
that has no row there is impossible, and the model doubts it. Four acts end directions of a
connection: OWN_END sends the FIN (shutdown(2), or the last close of the description), PEER_END is
the arrival of the peer's FIN, and OWN_ABORT and PEER_ABORT are resets, which end both directions.

    UNBOUND ── bind ──▶ BOUND ── listen ──▶ LISTENING      accept(2) makes CONNECTED sockets
       └──── connect ─────┴────▶ CONNECTED
       └── connect begins ┴────▶ CONNECTING ── it succeeds ──▶ CONNECTED, ── it fails ──▶ UNBOUND
    CONNECTED ── own end ──▶ ENDED ── peer end ──▶ CLOSED
    CONNECTED ── peer end ──▶ PEER_ENDED ── own end ──▶ CLOSED

A datagram socket has a table of its own, `DATAGRAM_TRANSITIONS`: it never listens, nothing that its
peer does to itself reaches it, and connect(2) only sets where datagrams go and whose are received.

    UNBOUND ── bind, or the first send ──▶ BOUND ── connect ──▶ CONNECTED      close ──▶ CLOSED

The names that ss(8) and netstat(8) show for a socket follow from the state (RFC 9293, 3.3.2):
`TCP_NAMES` and `UDP_NAMES`. What clients do is known where echotrace plays them; elsewhere the
peer's end is learnt when recv returns 0, its reset when a call fails with ECONNRESET.

What a reset leaves unread can still be received: Linux keeps it (tcp_reset in net/ipv4/tcp_input.c
empties the other queue only). A peer that has closed its socket altogether answers what is sent to
it with a reset (RFC 9293, 3.10.7.1); one that only ended its data (shutdown) takes it.
"""

from collections.abc import Mapping
from enum import StrEnum
from struct import pack

from msgspec import Struct
from msgspec.structs import replace


class SocketState(StrEnum):
    """How far a socket has come in its life."""

    UNBOUND = "unbound"
    BOUND = "bound"
    LISTENING = "listening"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    ENDED = "half-closed by the server"
    PEER_ENDED = "half-closed by the peer"
    CLOSED = "closed"
    RESET = "reset"


class Act(StrEnum):
    """What happens to a socket."""

    BIND = "bind"
    LISTEN = "listen"
    CONNECT = "connect"
    BEGIN_CONNECT = "the begin of a connect"  # EINPROGRESS
    CONNECT_FAILS = "the failure of a connect"
    DISCONNECT = "disconnect"  # connect(2) with AF_UNSPEC
    OWN_END = "the end of its own data"
    PEER_END = "the end of the peer's data"
    OWN_ABORT = "its own reset"
    PEER_ABORT = "the peer's reset"


_S, _A = SocketState, Act
_OPEN = (_S.CONNECTED, _S.ENDED, _S.PEER_ENDED)
_WITHOUT_PEER = (_S.UNBOUND, _S.BOUND, _S.LISTENING, _S.CLOSED)

#: Where an act leads from a state. Repeated ends change nothing (shutdown(2) may be called twice).
TRANSITIONS: Mapping[tuple[SocketState, Act], SocketState] = {
    (_S.UNBOUND, _A.BIND): _S.BOUND,
    (_S.UNBOUND, _A.LISTEN): _S.LISTENING,  # the kernel picks a port (ip(7))
    (_S.BOUND, _A.LISTEN): _S.LISTENING,
    (_S.LISTENING, _A.LISTEN): _S.LISTENING,  # changes the backlog
    (_S.CLOSED, _A.LISTEN): _S.LISTENING,
    (_S.UNBOUND, _A.CONNECT): _S.CONNECTED,
    (_S.BOUND, _A.CONNECT): _S.CONNECTED,
    (_S.CONNECTED, _A.CONNECT): _S.CONNECTED,  # another peer of a datagram socket, or in progress
    (_S.CONNECTED, _A.DISCONNECT): _S.UNBOUND,
    (_S.UNBOUND, _A.BEGIN_CONNECT): _S.CONNECTING,
    (_S.BOUND, _A.BEGIN_CONNECT): _S.CONNECTING,
    (_S.CONNECTING, _A.BEGIN_CONNECT): _S.CONNECTING,
    (_S.CONNECTED, _A.BEGIN_CONNECT): _S.CONNECTED,
    (_S.CONNECTING, _A.CONNECT): _S.CONNECTED,
    (_S.CONNECTING, _A.CONNECT_FAILS): _S.UNBOUND,  # SYN-SENT to CLOSED (RFC 9293, 3.10.7.3)
    (_S.CONNECTING, _A.DISCONNECT): _S.UNBOUND,
    (_S.CONNECTING, _A.OWN_END): _S.CLOSED,  # nothing is sent (RFC 9293, 3.10.4)
    (_S.CONNECTING, _A.OWN_ABORT): _S.CLOSED,
    (_S.CONNECTING, _A.PEER_END): _S.PEER_ENDED,  # it was connected meanwhile
    (_S.CONNECTING, _A.PEER_ABORT): _S.RESET,
    (_S.LISTENING, _A.OWN_END): _S.CLOSED,
    (_S.CONNECTED, _A.OWN_END): _S.ENDED,
    (_S.ENDED, _A.OWN_END): _S.ENDED,
    (_S.PEER_ENDED, _A.OWN_END): _S.CLOSED,
    (_S.CLOSED, _A.OWN_END): _S.CLOSED,
    (_S.UNBOUND, _A.OWN_END): _S.CLOSED,
    (_S.BOUND, _A.OWN_END): _S.CLOSED,
    (_S.RESET, _A.OWN_END): _S.RESET,
    (_S.CONNECTED, _A.PEER_END): _S.PEER_ENDED,
    (_S.PEER_ENDED, _A.PEER_END): _S.PEER_ENDED,
    (_S.ENDED, _A.PEER_END): _S.CLOSED,
    (_S.CLOSED, _A.PEER_END): _S.CLOSED,
    (_S.RESET, _A.PEER_END): _S.RESET,
    **{(state, _A.OWN_ABORT): _S.RESET for state in (*_OPEN, _S.RESET)},
    **{(state, _A.OWN_ABORT): _S.CLOSED for state in _WITHOUT_PEER},  # nobody to send it to
    **{(state, _A.PEER_ABORT): _S.RESET for state in (*_OPEN, _S.RESET)},
    (_S.CLOSED, _A.PEER_ABORT): _S.CLOSED,  # both have ended: it is not sent
}

#: The same for datagram sockets (udp(7), unix(7)). shutdown(2) sends nothing and leaves the state.
DATAGRAM_TRANSITIONS: Mapping[tuple[SocketState, Act], SocketState] = {
    (_S.UNBOUND, _A.BIND): _S.BOUND,
    (_S.CONNECTED, _A.BIND): _S.CONNECTED,  # Unix datagram sockets only
    **{(state, _A.CONNECT): _S.CONNECTED for state in (_S.UNBOUND, _S.BOUND, _S.CONNECTED)},
    (_S.CONNECTED, _A.DISCONNECT): _S.UNBOUND,  # bound again if bind gave it its address
    (_S.BOUND, _A.DISCONNECT): _S.BOUND,
    (_S.UNBOUND, _A.DISCONNECT): _S.UNBOUND,
    **{(state, _A.OWN_END): _S.CLOSED for state in (_S.UNBOUND, _S.BOUND, _S.CONNECTED, _S.CLOSED)},
}

#: The state of a TCP socket in ss(8), by ours; a reset one is in no list any more.
TCP_NAMES: Mapping[SocketState, str] = {
    _S.UNBOUND: "CLOSE",
    _S.BOUND: "CLOSE",
    _S.LISTENING: "LISTEN",
    _S.CONNECTING: "SYN-SENT",
    _S.CONNECTED: "ESTABLISHED",
    _S.ENDED: "FIN-WAIT-2",
    _S.PEER_ENDED: "CLOSE-WAIT",
    _S.CLOSED: "CLOSE",
    _S.RESET: "CLOSE",
}
#: The state of a UDP socket in ss(8), by ours; one without a port, or closed, is in no list.
UDP_NAMES: Mapping[SocketState, str] = {_S.BOUND: "UNCONN", _S.CONNECTED: "ESTAB"}


class Datagram(Struct, frozen=True, gc=False):
    """A datagram: the address of its other end, its size in bytes, the event that sent it.

    Each is None where it is not known; `sent` is known of those of echotrace's clients.
    """

    peer: str | None
    size: int | None = None
    sent: int | None = None


class Pending(Struct, frozen=True, gc=False):
    """A connection that waits in the accept queue: `peer` is its address, and what came already.

    `unread` counts bytes; `state` is what its socket will be in when accept takes it, and
    `peer_gone` as in `Socket`. It stays in the queue when it is reset.
    """

    peer: str
    unread: int = 0
    state: SocketState = SocketState.CONNECTED
    peer_gone: bool = False


class Socket(Struct, frozen=True, gc=False):
    """A socket at one moment.

    `backlog` and `pending` are those of a listening socket. `unread` counts the bytes that have
    arrived and were not yet received, None where the peer is not one of echotrace's clients.
    `end_seen` tells that recv has returned 0 for the end of the peer's data. `deaf` is a socket on
    which shutdown(2) ended the receiving: recv returns 0 whatever the peer does. `peer_gone` tells
    that the client has closed its socket altogether. `options` are those that setsockopt(2) set, by
    name. `queue` are the datagrams of echotrace's clients that wait in the receive queue of a
    datagram socket, which has neither `unread` nor an end.
    """

    stream: bool = True
    state: SocketState = SocketState.UNBOUND
    local: str | None = None
    peer: str | None = None
    backlog: int | None = None
    pending: tuple[Pending, ...] = ()
    unread: int | None = None
    end_seen: bool = False
    deaf: bool = False
    peer_gone: bool = False
    options: Mapping[str, object] = {}
    queue: tuple[Datagram, ...] = ()

    @property
    def readable(self) -> bool | None:
        """Whether accept or recv would return at once (poll(2), POLLIN); None when unknown."""
        if self.state is SocketState.LISTENING:
            return bool(self.pending) or None
        if not self.stream:
            return bool(self.queue) or None
        if self.deaf or self.state in _ENDED_BY_PEER:
            return True
        if self.unread is None or self.state not in _OPEN:
            return None
        return self.unread > 0

    @property
    def last_act(self) -> Act:
        """What its last close does: a reset if bytes are unread or SO_LINGER is 0, else a FIN.

        RFC 1122, 4.2.2.13; socket(7), SO_LINGER. A datagram socket sends nothing.
        """
        if not self.stream:
            return Act.OWN_END
        at_once = self.options.get("SO_LINGER") == _LINGER_0
        return Act.OWN_ABORT if self.unread or at_once else Act.OWN_END

    @property
    def tcp(self) -> str:
        """What ss(8) calls the state, if it is a TCP socket."""
        return TCP_NAMES[self.state]


#: struct linger {1, 0} as the trace holds the value of an option.
_LINGER_0 = pack("ii", 1, 0).hex()
_ENDED_BY_PEER = (_S.PEER_ENDED, _S.CLOSED, _S.RESET)


def after(socket: Socket, act: Act) -> Socket | None:
    """The socket after an act; None where its table has no such transition."""
    table = TRANSITIONS if socket.stream else DATAGRAM_TRANSITIONS
    state = table.get((socket.state, act))
    if state is None:
        return None
    return socket if state is socket.state else replace(socket, state=state)
