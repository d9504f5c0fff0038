"""Sockets: how they are made, named, opened to clients, and ended."""

from collections.abc import Callable, Mapping

from echotrace.kernel.sockets import Socket, SocketState
from echotrace.story.explain.case import Case, peer_of, speaks_tcp
from echotrace.story.explain.text import address, count, words_of

#: What domain and type make (ip(7), ipv6(7), unix(7)).
_KINDS: Mapping[tuple[str, str], str] = {
    ("AF_INET", "SOCK_STREAM"): "TCP socket",
    ("AF_INET6", "SOCK_STREAM"): "TCP socket for IPv6",
    ("AF_INET", "SOCK_DGRAM"): "UDP socket",
    ("AF_INET6", "SOCK_DGRAM"): "UDP socket for IPv6",
    ("AF_UNIX", "SOCK_STREAM"): "Unix stream socket",
    ("AF_UNIX", "SOCK_DGRAM"): "Unix datagram socket",
}
_FLAGS: Mapping[str, str] = {
    "SOCK_NONBLOCK": "calls on it will fail with EAGAIN instead of waiting (SOCK_NONBLOCK)",
    "SOCK_CLOEXEC": "execve will close it (SOCK_CLOEXEC)",
}


def _socket(case: Case) -> str:
    flags = words_of(case.flags("type"))
    kinds = (_KINDS.get((case.flags("domain"), word)) for word in sorted(flags))
    kind = next((kind for kind in kinds if kind), "socket")
    more = "".join(f"; {said}" for flag, said in _FLAGS.items() if flag in flags)
    return f"makes a {kind}, fd {case.result}, which has no address and no peer yet{more}"


def _socketpair(case: Case) -> str:
    fds = [f"fd {fd}" for fd, _ in case.touch.made]
    told = f", {' and '.join(fds)}" if fds else ""
    return f"makes two sockets that are connected to each other{told}"


def _bind(case: Case) -> str:
    wanted = address(case.call.args.get("addr"))
    socket = case.touch.after
    got = address(socket.local) if socket else None
    if wanted is None:
        return f"gives {case.fd()} its local address"
    host = wanted.rpartition(":")[0]
    reach = _REACH.get(host, "")
    more = (
        "; datagrams sent there wait in its receive queue from now on" if case.on_datagrams else ""
    )
    if not wanted.endswith(":0"):
        return f"gives {case.fd()} the local address {wanted}{reach}{more}"
    if got is None:
        port = "with a port the kernel chooses"
        return f"gives {case.fd()} the local address {host}{reach}, {port}{more}"
    return (
        f"gives {case.fd()} the local address {got}{reach}; port 0 was asked for, so the kernel "
        f"chose a free one{more}"
    )


_REACH: Mapping[str, str] = {
    "127.0.0.1": " (reachable from this machine only)",
    "[::1]": " (reachable from this machine only)",
    "0.0.0.0": " (reachable on every interface)",  # noqa: S104 -- what the traced server asked for
    "[::]": " (reachable on every interface)",
}


def _listen(case: Case) -> str:
    backlog = case.integer("backlog")
    room = "" if backlog is None else f" (backlog {backlog})"
    again = case.touch.before is not None and case.touch.before.state is SocketState.LISTENING
    if again:
        return f"changes the length of the accept queue of {case.fd()}{room}"
    keeps = "keeps the connections of clients"
    if speaks_tcp(case.touch.used, case.touch.after):
        keeps = "itself completes the handshakes of clients and keeps their connections"
    return (
        f"makes {case.fd()} a listening socket: from now on the kernel {keeps} in the accept "
        f"queue{room}"
    )


def _accept(case: Case) -> str:
    listener = case.touch.before
    connection = case.event.place.connection
    client = peer_of(case.story, connection)
    whose = f"{client}'s connection" if client != "the peer" else "a connection"
    number = f" (#{connection})" if connection is not None else ""
    oldest = ""
    if listener is not None and len(listener.pending) > 1 and not case.waited:
        oldest = f", one of {len(listener.pending)} that wait there,"
    return (
        f"takes {whose}{oldest} off the accept queue of {case.fd()} as fd {case.result}{number}, "
        f"a new socket{_already(case.touch.after, client)}; {case.fd()} listens on"
    )


def _already(socket: Socket | None, client: str) -> str:
    """What has happened on a connection before accept took it."""
    if socket is None:
        return ""
    happened = []
    if socket.unread:
        happened.append(f"sent {count(socket.unread, 'byte')}")
    if socket.state in _BEFORE_ACCEPT:
        happened.append(_BEFORE_ACCEPT[socket.state])
    return f" on which {client} has already {' and '.join(happened)}" if happened else ""


_BEFORE_ACCEPT: Mapping[SocketState, str] = {
    SocketState.PEER_ENDED: "ended its data",
    SocketState.RESET: "sent a reset",
}


def _connect(case: Case) -> str:
    to = address(case.call.args.get("addr"))
    if case.on_datagrams:
        return _connect_datagrams(case, to)
    return f"connects {case.fd()} to {to or 'a peer'}, as a client of another server"


def _connect_datagrams(case: Case, to: str | None) -> str:
    """connect(2) on a datagram socket, udp(7)."""
    if case.call.args.get("addr") == "AF_UNSPEC":
        return f"takes the peer of {case.thing()} away: it receives from anybody again"
    number = case.event.place.connection
    whose = f" ({peer_of(case.story, number)})" if number is not None else ""
    return (
        f"makes {to or 'an address'}{whose} the peer of {case.fd()}: nothing is sent; send goes to "
        "this address from now on, and only datagrams of this address are received"
    )


def _getsockname(case: Case) -> str:
    told = address(case.call.args.get("addr"))
    return f"asks for the local address of {case.thing()}" + (f": {told}" if told else "")


def _getpeername(case: Case) -> str:
    told = address(case.call.args.get("addr"))
    return f"asks who the peer of {case.thing()} is" + (f": {told}" if told else "")


def _shutdown(case: Case) -> str:
    how = str(case.call.args.get("how"))
    socket = case.touch.before
    if socket is not None and socket.state is SocketState.LISTENING:
        return _shutdown_of_a_listener(case, how)
    if case.on_datagrams:
        return f"ends {_SIDES.get(how, 'a side')} of {case.thing()}: nothing is sent to the peer"
    if how == "SHUT_RD":
        return (
            f"ends the receiving side of {case.thing()}: recv no longer waits, but returns 0 when "
            "there is nothing to receive; nothing is sent to the peer"
        )
    sides = _SIDES.get(how, "both sides")
    if socket is None:
        return f"ends {sides} of {case.thing()}, whoever else holds it"
    sent = _SENT.get(socket.state, "")
    if sent == _FIN and not speaks_tcp(case.touch.used, socket):
        sent = _NO_FIN
    peer = _PEER.get((how, socket.state), "").format(peer=case.peer())
    return f"ends {sides} of {case.thing()}{sent}{peer}"


def _shutdown_of_a_listener(case: Case, how: str) -> str:
    """Linux ends the listening where receiving is ended (inet_shutdown in net/ipv4/af_inet.c)."""
    if how == "SHUT_WR":
        return f"changes nothing for {case.thing()}, which goes on listening: it never sends"
    return (
        f"stops {case.thing()} from listening: new connections are refused, and an accept that "
        "waits fails with EINVAL"
    )


_SIDES: Mapping[str, str] = {
    "SHUT_RD": "the receiving side",
    "SHUT_WR": "the sending side",
    "SHUT_RDWR": "both sides",
}
_FIN = ": the kernel sends a FIN behind the bytes sent so far, whoever else holds the socket"
_NO_FIN = ": the other end reads the end of the data behind the bytes sent so far"
_NO_MORE = ", which was done before: nothing more is sent"
#: What is sent, by the state before (shutdown(2); RFC 9293, 3.6).
_SENT: Mapping[SocketState, str] = {
    SocketState.CONNECTED: _FIN,
    SocketState.PEER_ENDED: _FIN,
    SocketState.ENDED: _NO_MORE,
    SocketState.CLOSED: _NO_MORE,
}
_PEER: Mapping[tuple[str, SocketState], str] = {
    ("SHUT_WR", SocketState.CONNECTED): "; {peer} may still send",
    ("SHUT_WR", SocketState.PEER_ENDED): "; {peer} has ended its data too, so both directions are "
    "closed",
    ("SHUT_RDWR", SocketState.CONNECTED): "; whoever waits in recv on it is woken",
}

EXPLAINERS: Mapping[str, Callable[[Case], str]] = {
    "socket": _socket,
    "socketpair": _socketpair,
    "bind": _bind,
    "listen": _listen,
    "accept": _accept,
    "connect": _connect,
    "getsockname": _getsockname,
    "getpeername": _getpeername,
    "shutdown": _shutdown,
}
