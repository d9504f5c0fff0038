"""The handlers of calls on datagram sockets, and of what the clients send to them.

A datagram carries its sender's address and keeps its boundaries: one send, one receive (udp(7)).
The model knows the queue as far as echotrace's clients fill it.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from echotrace.kernel.descriptions import Touch
from echotrace.kernel.facts import port, same_form, succeeded
from echotrace.kernel.live import Live
from echotrace.kernel.sockets import Act, Datagram, SocketState
from echotrace.kernel.tables import Open
from echotrace.kernel.tasks import Running
from echotrace.trace import ClientStep, Syscall

_EVERYWHERE = ("0.0.0.0", "[::]")  # noqa: S104 -- what traced servers bind to


def receives(live: Live, task: Running, call: Syscall) -> None:
    """recvfrom(2) and the like: take datagrams; what the buffer has no room for is discarded."""
    entry = task.using
    if entry is None or entry.socket is None or not succeeded(call):
        return
    if call.result == 0 and entry.socket.deaf and not entry.socket.queue:
        return  # nothing was received, for shutdown(2) has ended that
    taken = []
    for address, size in _messages(call):
        datagram, left = _next(entry, address, size)
        taken.append(datagram)
        if "MSG_PEEK" not in str(call.args.get("flags")):
            entry.socket = replace(entry.socket, queue=left)
        if datagram.peer is not None and entry.description.id in live.ledger.bound:
            live.ledger.arrive(entry.description, entry.socket.local, datagram.peer)
    _book(live, task, call, tuple(taken))


def sends(live: Live, task: Running, call: Syscall) -> None:
    """sendto(2) and the like: a socket without an address is given one first (ip(7))."""
    entry = task.using
    if entry is None or entry.socket is None:
        return
    if entry.socket.state is SocketState.UNBOUND and succeeded(call):
        live.act(entry, Act.BIND, call)
    given = tuple(
        Datagram(address or entry.socket.peer, size if succeeded(call) else None)
        for address, size in _messages(call)
    )
    for datagram in given:
        if datagram.peer is not None and datagram.size is not None:
            live.ledger.ask(entry.description, datagram.peer)
    _book(live, task, call, given)


def arrives(live: Live, step: ClientStep, address: str) -> None:
    """A client's datagram is put into the queue of the socket that it is for, if there is one."""
    entry = _receiver(live, step.peer or "", address)
    if entry is None or entry.socket is None:
        return
    before = entry.socket
    queue = (*before.queue, Datagram(address, step.size or 0, step.seq))
    entry.socket = replace(before, queue=queue)
    live.book(Touch(step.seq, entry.description, before=before, after=entry.socket))


def _messages(call: Syscall) -> Iterator[tuple[str | None, int | None]]:
    """Address and size of each message that the call moved; None where the trace does not say."""
    vector = call.args.get("msgvec")
    if vector is not None or call.name in ("recvmmsg", "sendmmsg"):
        told = vector if isinstance(vector, list) else []
        for each in told[: max(0, call.result or 0)]:
            if isinstance(each, dict):
                yield _address(each.get("name")), each.get("len")
        return
    message = call.args.get("msg")
    name = message.get("name") if isinstance(message, dict) else call.args.get("addr")
    yield _address(name), call.result


def _address(told: object) -> str | None:
    """An address that can be answered: a Unix socket without a name has none."""
    return told if isinstance(told, str) and ":" in told and told != "unix:" else None


def _next(
    entry: Open, address: str | None, size: int | None
) -> tuple[Datagram, tuple[Datagram, ...]]:
    """The datagram that was taken, and the queue without it.

    Those before it were lost, since the queue had no room for them; unless another task is in a
    call that may have taken them, and is told later.
    """
    assert entry.socket is not None
    queue, alone = entry.socket.queue, entry.callers < 2
    address = address or entry.socket.peer
    if address is None and queue and (alone or len({each.peer for each in queue}) == 1):
        address = queue[0].peer
    for position, each in enumerate(queue):
        if address is not None and each.peer == same_form(address):
            before = () if alone else queue[:position]
            return each, (*before, *queue[position + 1 :])
    return Datagram(address, size), queue


def _receiver(live: Live, to: str, sender: str) -> Open | None:
    """The socket that a datagram is put into (udp(7)): one connected to its sender before others.

    None if there is none, or several of which the kernel may choose any (SO_REUSEPORT).
    """
    best: list[Open] = []
    highest = (False, False)
    for entry in live.receivers.values():
        socket = entry.socket
        if socket is None or socket.state not in (SocketState.BOUND, SocketState.CONNECTED):
            continue
        exact = socket.local == to
        if port(socket.local) != port(to) or not (exact or _everywhere(socket.local)):
            continue
        if socket.peer is not None and same_form(socket.peer) != sender:
            continue
        score = (socket.peer is not None, exact)
        best = [*(best if score == highest else ()), entry] if score >= highest else best
        highest = max(score, highest)
    return best[0] if len(best) == 1 else None


def _everywhere(local: str | None) -> bool:
    return (local or "").rpartition(":")[0] in _EVERYWHERE


def _book(live: Live, task: Running, call: Syscall, datagrams: tuple[Datagram, ...]) -> None:
    entry = task.using
    assert entry is not None
    told = live.ledger.touches.get(call.seq) or Touch(call.seq, entry.description)
    live.book(replace(told, before=task.before, after=entry.socket, datagrams=datagrams))
