"""What the lists of /proc/net say of sockets, by inode (proc_pid_net(5))."""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from echotrace.record.addresses import UNIX, spell

#: The states in /proc/net/tcp (include/net/tcp_states.h), named as in RFC 9293 and by ss(8).
STATES = (
    "", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT",
    "CLOSE", "CLOSE-WAIT", "LAST-ACK", "LISTEN", "CLOSING", "SYN-RECEIVED",
)  # fmt: skip
_LISTEN, _CLOSE = "LISTEN", "CLOSE"
#: The peer has ended its data, and its FIN counts as a byte until it is received.
_PEER_ENDED = frozenset({"CLOSE-WAIT", "LAST-ACK", "CLOSING"})
_INTERNET = ("tcp", "tcp6", "udp", "udp6")
#: Of /proc/net/unix: the flag of a socket that listens, the types, the states (net/unix/af_unix.c).
_ACCEPTS = 1 << 16
_UNIX_TYPES = {1: "unix", 2: "unix-dgram", 5: "unix-seqpacket"}
_UNIX_CONNECTED = 3


class Listed(NamedTuple):
    """One socket: its list, its state there, its addresses, and what waits to be received.

    `unread` is in bytes, of a listening socket in connections.
    """

    protocol: str
    state: str
    local: str | None = None
    peer: str | None = None
    unread: int | None = None


def listed(tid: int) -> dict[int, Listed]:
    """All sockets of a task's network namespace, by inode."""
    found = dict(_unix(tid))
    for protocol in _INTERNET:
        found.update(_internet(tid, protocol))
    return found


def listening(sockets: dict[int, Listed]) -> frozenset[str]:
    """The addresses at which something listens; `*:PORT` for any address."""
    local = (each.local for each in sockets.values() if each.state == _LISTEN)
    return frozenset(_any_host(address) for address in local if address)


def was_accepted(one: Listed, listening: frozenset[str]) -> bool:
    """Whether a connection came in: something listens at its local address."""
    if one.state in (_LISTEN, _CLOSE) or one.local is None:
        return False
    return one.local in listening or _wildcard(one.local) in listening


def _any_host(address: str) -> str:
    host, _, port = address.rpartition(":")
    return f"*:{port}" if host in ("0.0.0.0", "[::]") else address  # noqa: S104 -- read, not bound


def _wildcard(address: str) -> str:
    return f"*:{address.rpartition(':')[2]}"


def _lines(tid: int, protocol: str, most: int = -1) -> list[list[str]]:
    try:
        text = Path(f"/proc/{tid}/net/{protocol}").read_text(encoding="latin-1")
    except OSError:
        return []
    return [line.split(maxsplit=most) for line in text.splitlines()[1:]]


def _internet(tid: int, protocol: str) -> Iterator[tuple[int, Listed]]:
    for _, local, peer, code, queues, _, _, _, _, inode, *_ in _lines(tid, protocol):
        if inode == "0":
            continue  # held by no process: it waits for accept, or in TIME-WAIT
        state = STATES[int(code, 16)]
        waiting = int(queues.partition(":")[2], 16)
        unread = max(0, waiting - 1) if state in _PEER_ENDED else waiting
        yield int(inode), Listed(protocol, state, _address(local), _address(peer), unread)


def _address(text: str) -> str | None:
    """`0100007F:1F90`: words as the processor has them, and the port; None for port 0."""
    host, _, port = text.partition(":")
    number = int(port, 16)
    raw = struct.pack(f"={len(host) // 8}I", *(int(w, 16) for w in _words(host)))
    family = socket.AF_INET if len(raw) == 4 else socket.AF_INET6
    return spell(family, (socket.inet_ntop(family, raw), number))


def _words(text: str) -> Iterator[str]:
    return (text[at : at + 8] for at in range(0, len(text), 8))


def _unix(tid: int) -> Iterator[tuple[int, Listed]]:
    """Their addresses are not told here: a peer has none in this list."""
    for _, _, _, flags, kind, state, inode, *path in _lines(tid, "unix", most=7):
        protocol = _UNIX_TYPES.get(int(kind, 16), "unix")
        if int(flags, 16) & _ACCEPTS:
            said = _LISTEN
        else:
            said = "ESTABLISHED" if int(state, 16) == _UNIX_CONNECTED else _CLOSE
        yield int(inode), Listed(protocol, said, UNIX + path[0] if path else None)
