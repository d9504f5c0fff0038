"""Random valid calls of a server and steps of its clients, with what must be said of them."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from toldmachine import FIRST, ToldMachine

from naive import Connection, Listener, Object
from tracebuilder import Begun, connected

LISTENING_FD, PORT = 3, 7000


class Client(Connection):
    """A connection that knows its client's number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"127.0.0.1:{50000 + number}")
        self.number = number


class ServerMachine(ToldMachine):
    """A machine with one listening socket, whose clients come and go."""

    def __init__(self, draw: Any) -> None:
        super().__init__(draw)
        self.trace.server(FIRST, LISTENING_FD, PORT)
        self.listener = Listener(f"127.0.0.1:{PORT}")
        self.naive.tables[FIRST][LISTENING_FD] = [self.listener, 0]
        self.clients: list[Client] = []

    def actions(self) -> list[Callable[[int], None]]:
        """Those of any program, and those of a server, which are likelier."""
        own = [
            self.accept, self.accept, self.receive, self.receive, self.send, self.shut,
            self.close, self.connect, self.connect, self.client, self.client, self.wait,
            self.interrupted, self.watch, self.fork, self.thread, self.unknown,
        ]  # fmt: skip
        return super().actions() + own * 3

    def held(self, tid: int, kind: type[Object]) -> list[int]:
        """The numbers of a task's descriptors of one kind."""
        return [fd for fd, slot in self.naive.tables[tid].items() if isinstance(slot[0], kind)]

    def accept(self, tid: int) -> None:
        """accept, which waits for a client if the queue is empty, or fails."""
        fds = self.held(tid, Listener)
        if not fds:
            return
        begun = self.trace.begin(tid, "accept4", fds[0], None, None, 0)
        if not self.listener.queue:
            if self.draw(st.booleans()):
                self.said[self.trace.end(begun, -1, "EAGAIN")] = ("EAGAIN", "waits until")
                return
            step = self._connects()
            self.said[begun.seq] = (f"waits until C{len(self.clients)} connects (event {step})", "")
        connection = self.listener.queue.pop(0)
        fd = self.naive.lowest(tid)
        self.naive.tables[tid][fd] = [connection, False]
        self.trace.end(begun, fd, told=connected(fd, int(connection.peer[10:]), PORT))

    def connect(self, _tid: int) -> None:
        """A client connects, if anybody listens."""
        if self.naive.references(self.listener):
            self._connects()

    def _connects(self) -> int:
        connection = Client(len(self.clients) + 1)
        self.clients.append(connection)
        self.listener.queue.append(connection)
        seq = self.trace.client(connection.number, "connect", local=connection.peer)
        self.said[seq] = (f"({len(self.listener.queue)} pending)", "")
        return seq

    def client(self, _tid: int) -> None:
        """A client that is still there takes a step."""
        able = [c for c in self.clients if not ("peer" in c.ended or c.reset) and self._lives(c)]
        if able:
            connection = self.draw(st.sampled_from(able))
            self._client(connection, self.draw(st.sampled_from(["send", "shutdown", "reset"])))

    def _lives(self, connection: Client) -> bool:
        waits = connection in self.listener.queue
        return bool(self.naive.references(self.listener if waits else connection))

    def _client(self, connection: Client, action: str) -> int:
        text = "hello" if action == "send" else None
        seq = self.trace.client(connection.number, action, local=connection.peer, text=text)
        connection.unread += 5 if text else 0
        if action == "shutdown":
            connection.ended.add("peer")
        if action == "reset":
            connection.reset, connection.unread = True, 0
        if text and connection not in self.listener.queue:
            self.said[seq] = (f"holds {connection.unread} bytes now", "")
        return seq

    def receive(self, tid: int) -> None:
        """recv, which waits for the client if nothing has come."""
        fds = self.held(tid, Connection)
        if not fds:
            return
        fd = self.draw(st.sampled_from(fds))
        connection = self.naive.tables[tid][fd][0]
        begun = self.trace.begin(tid, "recvfrom", fd, None, 3, 0, None, None)
        if not (connection.unread or "peer" in connection.ended or connection.reset):
            action = self.draw(st.sampled_from(["send", "shutdown", "reset"]))
            step = self._client(connection, action)
            self._received(begun, connection, f"(event {step})")
        else:
            self._received(begun, connection, "")

    def _received(self, begun: Begun, connection: Connection, waker: str) -> None:
        if connection.reset:
            seq = self.trace.end(begun, -1, "ECONNRESET")
            self.said[seq] = (waker or "ECONNRESET", "FIN")
        elif connection.unread:
            size = min(3, connection.unread)
            connection.unread -= size
            seq = self.trace.end(begun, size)
            left = f"{connection.unread} byte" if connection.unread else "all that has arrived"
            self.said[seq] = (waker or left, "FIN")
        else:
            self.said[self.trace.end(begun, 0)] = (waker or "FIN has arrived", "resets")

    def send(self, tid: int) -> None:
        """send, of all or of a part, or to nobody."""
        fds = self.held(tid, Connection)
        if not fds:
            return
        fd = self.draw(st.sampled_from(fds))
        connection = self.naive.tables[tid][fd][0]
        if "own" in connection.ended or connection.reset:
            self.trace.call(tid, "sendto", fd, None, 5, 0, errno="EPIPE")
            return
        size = self.draw(st.sampled_from([2, 5]))
        seq = self.trace.call(tid, "sendto", fd, None, 5, 0, None, 0, result=size)
        self.said[seq] = ("does not wait", "only") if size == 5 else ("only 2 of 5 bytes", "waits")

    def shut(self, tid: int) -> None:
        """shutdown sends a FIN whoever else holds the socket, once."""
        fds = self.held(tid, Connection)
        if not fds:
            return
        fd = self.draw(st.sampled_from(fds))
        connection = self.naive.tables[tid][fd][0]
        if connection.reset:
            self.trace.call(tid, "shutdown", fd, "SHUT_WR", errno="ENOTCONN")
            return
        seq = self.trace.call(tid, "shutdown", fd, "SHUT_WR")
        done = "own" in connection.ended
        self.said[seq] = ("nothing more", "a FIN") if done else ("sends a FIN", "more")
        connection.ended.add("own")

    def close(self, tid: int) -> None:
        """close; what it sends depends on who else holds the socket, and what was received."""
        fd = self.some(tid)
        slot = self.naive.tables[tid].pop(fd, None)
        seq = self.trace.call(tid, "close", fd, errno=None if slot else "EBADF")
        if slot is None:
            self.said[seq] = ("fails with EBADF", "closes")
        elif self.naive.references(slot[0]):
            self.said[seq] = (" still hold", "last reference")
        elif isinstance(slot[0], Connection):
            self.said[seq] = self._last_close(slot[0])
        else:
            self.said[seq] = ("closes", "still hold")

    def _last_close(self, connection: Connection) -> tuple[str, str]:
        if connection.reset:
            return "nothing is sent", "a FIN"
        if {"own", "peer"} <= connection.ended:  # Linux sends nothing then, unread bytes or not
            return "nothing more", "sends a"
        if connection.unread:
            return "sends a reset", "sends a FIN"
        done = "own" in connection.ended
        return ("nothing more", "sends a FIN") if done else ("sends a FIN", "a reset")

    def watch(self, tid: int) -> None:
        """An interest list that is asked and closed again."""
        sockets = self.held(tid, Connection) + self.held(tid, Listener)
        if not sockets:
            return
        fd, instance = self.draw(st.sampled_from(sockets)), self.naive.lowest(tid)
        event = {"events": "EPOLLIN", "data": self.draw(st.sampled_from([fd, 1 << 40]))}
        self.trace.call(tid, "epoll_create1", 0, result=instance)
        self.trace.call(tid, "epoll_ctl", instance, "EPOLL_CTL_ADD", fd, event)
        seq = self.trace.call(tid, "epoll_wait", instance, [event], 8, -1, result=1)
        self.said[seq] = (f"what is ready: fd {fd} (", "")
        self.trace.call(tid, "close", instance)
