"""Draws calls on sockets and steps of clients too."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from echotrace.trace import Endpoint
from naive import Connection, Listener, Object
from random_calls import Machine
from tracebuilder import connected


class SocketMachine(Machine):
    """A machine with listening sockets, connections and the clients at their other end."""

    def __init__(self, draw: Any) -> None:
        super().__init__(draw)
        self.clients: dict[str, Connection] = {}
        self._ports = iter(range(1, 10_000))

    def actions(self) -> list[Callable[[int], None]]:
        """Those of any program, and those of a server and its clients."""
        return [
            *super().actions(), self.listen, self.accept, self.accept, self.receive, self.receive,
            self.send, self.shutdown, self.connect, self.connect, self.act, self.act,
        ]  # fmt: skip

    def _slot(self, tid: int, kind: type[Object]) -> tuple[int, Any] | None:
        own = self.naive.tables[tid].items()
        found = [(fd, slot[0]) for fd, slot in own if isinstance(slot[0], kind)]
        return self.draw(st.sampled_from(found)) if found else None

    def listen(self, tid: int) -> None:
        """A socket that listens at an address of its own."""
        fd, address = self.naive.lowest(tid), f"127.0.0.1:{next(self._ports)}"
        told = Endpoint(fd, None, address)
        self.trace.call(tid, "socket", "AF_INET", "SOCK_STREAM", 0, result=fd)
        self.trace.call(tid, "bind", fd, address, 16, told=told)
        self.trace.call(tid, "listen", fd, 9, told=told)
        self.naive.tables[tid][fd] = [Listener(address), False]

    def connect(self, _tid: int) -> None:
        """A client connects, if anybody listens."""
        listening = self.naive.open(Listener)
        if listening:
            listener = self.draw(st.sampled_from(listening))
            made = Connection(f"127.0.0.1:{next(self._ports)}")
            listener.queue.append(made)
            self.clients[made.peer] = made
            self.trace.client(1, "connect", local=made.peer, peer=listener.address)

    def accept(self, tid: int) -> None:
        """accept of the oldest connection that waits."""
        found = self._slot(tid, Listener)
        if found and found[1].queue:
            made, fd = found[1].queue.pop(0), self.naive.lowest(tid)
            told = Endpoint(fd) if made.reset else connected(fd, int(made.peer[10:]))
            begun = self.trace.begin(tid, "accept", found[0], None, None)
            self.trace.end(begun, fd, told=told)
            self.naive.tables[tid][fd] = [made, False]

    def receive(self, tid: int) -> None:
        """recv of some of what has come, or of nothing."""
        found = self._slot(tid, Connection)
        if not found:
            return
        fd, connection = found
        if connection.unread:
            count = self.draw(st.integers(1, connection.unread))
            flags = self.draw(st.sampled_from(["0", "MSG_PEEK"]))
            connection.unread -= count if flags == "0" else 0
            self.trace.call(tid, "recvfrom", fd, None, 9, flags, result=count)
        elif connection.reset:
            self.trace.call(tid, "recvfrom", fd, None, 9, "0", errno="ECONNRESET")
        elif "peer" in connection.ended:
            self.trace.call(tid, "recvfrom", fd, None, 9, "0", result=0)
        else:
            self.trace.call(tid, "recvfrom", fd, None, 9, "0", errno="EAGAIN")

    def send(self, tid: int) -> None:
        """send, which is answered by a reset if the client is gone."""
        found = self._slot(tid, Connection)
        if found:
            fd, connection = found
            broken = connection.reset or "own" in connection.ended
            self.trace.call(tid, "sendto", fd, None, 3, result=3, errno="EPIPE" if broken else None)
            if connection.gone and not broken:
                connection.reset = True

    def shutdown(self, tid: int) -> None:
        """shutdown of the server's direction."""
        found = self._slot(tid, Connection)
        if found:
            fd, connection = found
            bad = connection.state in ("reset", "closed")
            self.trace.call(tid, "shutdown", fd, "SHUT_WR", errno="ENOTCONN" if bad else None)
            if not bad:
                connection.ended.add("own")

    def act(self, _tid: int) -> None:
        """A client does something; if the server's end is gone, it has nothing to tell."""
        if not self.clients:
            return
        peer = self.draw(st.sampled_from(sorted(self.clients)))
        connection = self.clients[peer]
        action = self.draw(st.sampled_from(["send", "send", "shutdown", "close", "reset"]))
        if action == "send" and ("peer" in connection.ended or connection.reset):
            return
        unread = self.draw(st.none() | st.integers(1, 3)) if action == "close" else None
        text = "hello" if action == "send" else None
        self.trace.client(1, action, local=peer, text=text, unread=unread)
        if action in ("close", "reset"):
            del self.clients[peer]
            connection.gone = True
        if action == "send":
            connection.unread += 5
        elif action == "reset" or unread:
            connection.reset = connection.reset or len(connection.ended) < 2
        else:
            connection.ended.add("peer")
