"""The handlers of calls on sockets: what they do to the states of `sockets`."""

from msgspec.structs import replace

from echotrace.kernel import on_datagrams
from echotrace.kernel.descriptions import Arrival, Touch
from echotrace.kernel.facts import endpoint_of, same_form, succeeded
from echotrace.kernel.flows import asked, lengths, messages_of, moved, peeks
from echotrace.kernel.live import Live
from echotrace.kernel.on_descriptors import uses
from echotrace.kernel.sockets import Act, Pending, Socket, SocketState
from echotrace.kernel.tables import Open
from echotrace.kernel.tasks import Running
from echotrace.trace import Endpoint, Syscall

#: What a failed call on a connection tells of it (tcp(7), send(2)).
_RESETS = frozenset({"ECONNRESET", "ETIMEDOUT"})
#: What a failed call on a socket that connects tells of the connect (connect(2), tcp(7)).
_CONNECT_FAILURES = frozenset({
    "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET", "ECONNABORTED", "EHOSTUNREACH", "ENETUNREACH",
})  # fmt: skip


def accepts(live: Live, task: Running, call: Syscall) -> None:
    """accept(2): a new connection, and so what it was taken from is a listening socket."""
    fd = call.result
    if fd is None or not succeeded(call):
        return
    listener = task.using
    if listener is not None:
        live.ledger.listening[listener.description.id] = listener.description
    told = endpoint_of(call, fd)
    waited = _take(listener, told.peer)
    if waited is not None and told.peer is None:
        told = replace(told, peer=waited.peer)
    socket = Socket(
        state=waited.state if waited else SocketState.CONNECTED,
        local=told.local,
        peer=told.peer,
        unread=waited.unread if waited else None,
        peer_gone=waited is not None and waited.peer_gone,
    )
    entry = live.make(
        task.table, call, fd, socket=socket, told=told,
        listener=listener.description.id if listener else None,
    )  # fmt: skip
    if waited is not None and not waited.peer_gone:
        live.ends[waited.peer] = entry
    live.ledger.arrivals.append(Arrival(entry.description, told.local, told.peer))
    used = listener.description if listener else None
    live.book(Touch(call.seq, used, ((fd, entry.description),), before=task.before, after=socket))


def _take(listener: Open | None, peer: str | None) -> Pending | None:
    """Take a client's connection off the accept queue.

    A connection that was reset while it waited is accepted like the others (net/ipv4/
    inet_connection_sock.c), but getpeername(2) tells nothing of it.
    """
    if listener is None or listener.socket is None:
        return None
    address = same_form(peer or "")
    for waiting in listener.socket.pending:
        if waiting.peer == address or (peer is None and waiting.state is SocketState.RESET):
            left = tuple(other for other in listener.socket.pending if other is not waiting)
            listener.socket = replace(listener.socket, pending=left)
            return waiting
    return None


def is_told(live: Live, task: Running, call: Syscall) -> None:
    """bind(2), connect(2), listen(2), getsockname(2): learn the addresses of the socket."""
    entry, fd = task.using, call.args.get("fd")
    if call.name == "connect" and _learns(live, task, call):
        return
    if entry is None or not (succeeded(call) or call.errno == "EINPROGRESS"):
        return
    told = endpoint_of(call, fd) if isinstance(fd, int) else None
    if call.endpoints and told:
        live.ledger.endpoints[entry.description.id] = told
    learnt = {"bind": live.ledger.bound, "listen": live.ledger.listening}.get(call.name)
    if learnt is not None:
        learnt[entry.description.id] = entry.description
    if entry.socket is None:
        return
    if call.name in _ACTS:
        _act(live, entry, call, told)
    changes: dict[str, object] = {}
    if told and call.endpoints:
        changes = {"local": told.local, "peer": told.peer}
    if call.name == "listen":
        changes["backlog"] = call.args.get("backlog")
        live.listeners[entry.description.id] = entry
    elif call.name == "bind" and not entry.socket.stream:
        live.receivers[entry.description.id] = entry
    entry.socket = replace(entry.socket, **changes)
    _book(live, task, call)


_ACTS = {"bind": Act.BIND, "listen": Act.LISTEN, "connect": Act.CONNECT}


def _act(live: Live, entry: Open, call: Syscall, told: Endpoint | None) -> None:
    """What the call does to the state; a datagram socket that bind(2) named stays bound."""
    ends = call.name == "connect" and call.args.get("addr") == "AF_UNSPEC"
    begins = call.errno == "EINPROGRESS"
    act = Act.BEGIN_CONNECT if begins else _ACTS[call.name]
    live.act(entry, Act.DISCONNECT if ends else act, call)
    if ends and entry.socket and not entry.socket.stream and told and told.local:
        live.act(entry, Act.BIND, call)


def _learns(live: Live, task: Running, call: Syscall) -> bool:
    """A call may tell how a connect that had begun has come out; whether it told of its failure.

    It has succeeded when a later connect says so, and when bytes can be sent or received.
    """
    entry = task.using
    socket = entry.socket if entry else None
    if entry is None or socket is None or socket.state is not SocketState.CONNECTING:
        return False
    if call.errno in _CONNECT_FAILURES and call.injected is None:
        live.act(entry, Act.CONNECT_FAILS, call)
        entry.socket = replace(entry.socket or socket, peer=None)
        _book(live, task, call)
        return True
    if call.errno == "EISCONN" or (succeeded(call) and call.name != "connect"):
        live.act(entry, Act.CONNECT, call)
        _book(live, task, call)
    return False


def asks_option(live: Live, task: Running, call: Syscall) -> None:
    """getsockopt(2): SO_ERROR tells how a connect that had begun has come out (connect(2))."""
    entry, error = task.using, call.args.get("optval")
    socket = entry.socket if entry else None
    if (
        entry is None or socket is None or socket.state is not SocketState.CONNECTING
        or call.args.get("optname") != "SO_ERROR" or not succeeded(call)
        or not isinstance(error, int)
    ):  # fmt: skip
        return
    live.act(entry, Act.CONNECT_FAILS if error else Act.CONNECT, call)
    if error:
        entry.socket = replace(entry.socket or socket, peer=None)
    _book(live, task, call)


def ends(live: Live, task: Running, call: Syscall) -> None:
    """shutdown(2): SHUT_WR sends the FIN, whoever else holds the socket; SHUT_RD sends nothing.

    A listening socket is the other way round: SHUT_RD ends it, SHUT_WR does nothing (inet_shutdown
    in net/ipv4/af_inet.c).
    """
    uses(live, task, call)
    entry, how = task.using, call.args.get("how")
    if entry is None or entry.socket is None or not succeeded(call):
        return
    if not entry.socket.stream:
        entry.socket = replace(entry.socket, deaf=entry.socket.deaf or how != "SHUT_WR")
    elif entry.socket.state is SocketState.LISTENING:
        if how != "SHUT_WR":
            live.act(entry, Act.OWN_END, call)
            entry.socket = replace(entry.socket, pending=())
    else:
        if how != "SHUT_RD":
            live.act(entry, Act.OWN_END, call)
        entry.socket = replace(entry.socket, deaf=entry.socket.deaf or how != "SHUT_WR")
    _book(live, task, call)


def receives(live: Live, task: Running, call: Syscall) -> None:
    """recv(2): takes bytes; 0 tells the end of the peer's data, ECONNRESET its reset."""
    if _learns(live, task, call):
        return
    entry = task.using
    socket = entry.socket if entry else None
    if entry is None or socket is None:
        return
    if not socket.stream:
        on_datagrams.receives(live, task, call)
        return
    if call.errno in _RESETS:
        live.act(entry, Act.PEER_ABORT, call)
    else:
        ended = succeeded(call) and 0 in lengths(call) and not _tells_nothing(socket, call)
        got = moved(call) if socket.unread else 0
        if got and socket.unread and not peeks(call):
            entry.socket = replace(socket, unread=max(0, socket.unread - got))
        if ended:
            live.act(entry, Act.PEER_END, call)
            entry.socket = replace(entry.socket or socket, end_seen=True)
        if not got and not ended:
            return
    _book(live, task, call)


def _tells_nothing(socket: Socket, call: Syscall) -> bool:
    """A recv of 0 bytes returns 0 whatever the peer did, and so does one after SHUT_RD."""
    rooms = [message.get("iovlen") for message in messages_of(call)]
    return socket.deaf or asked(call) == 0 or 0 in (*rooms, call.args.get("iovcnt"))


def sends(live: Live, task: Running, call: Syscall) -> None:
    """send(2): its errors tell that the peer is gone; one that is gone answers with a reset.

    EPIPE where this end has not ended its data tells that the connection was reset before, or that
    the other end of a socket pair is closed.
    """
    if _learns(live, task, call):
        return
    entry = task.using
    if entry is None or entry.socket is None:
        return
    if not entry.socket.stream:
        on_datagrams.sends(live, task, call)
        return
    answered = entry.socket.peer_gone and bool(call.result) and succeeded(call)
    if answered or call.errno in _RESETS:
        live.act(entry, Act.PEER_ABORT, call)
        _book(live, task, call)
    elif call.errno == "EPIPE" and call.injected is None and entry.socket.state in _SENDING:
        live.act(entry, Act.PEER_END if entry.far else Act.PEER_ABORT, call)
        _book(live, task, call)


#: States in which a socket may send.
_SENDING = (SocketState.CONNECTED, SocketState.PEER_ENDED)


def sets_option(live: Live, task: Running, call: Syscall) -> None:
    """setsockopt(2): remember what was set."""
    uses(live, task, call)
    entry, name = task.using, call.args.get("optname")
    if entry is None or entry.socket is None or not succeeded(call):
        return
    options = {**entry.socket.options, str(name): call.args.get("optval")}
    entry.socket = replace(entry.socket, options=options)
    _book(live, task, call)


def _book(live: Live, task: Running, call: Syscall) -> None:
    entry = task.using
    assert entry is not None
    told = live.ledger.touches.get(call.seq) or Touch(call.seq, entry.description)
    live.book(replace(told, before=task.before, after=entry.socket))
