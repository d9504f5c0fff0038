"""Random valid calls of a server and steps of its clients, with what must be said of them."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from random_calls import Machine, Object
from tracebuilder import Begun, connected

LISTENING_FD, PORT, FIRST = 3, 7000, 770010


class Listener(Object):
    """A listening socket and its accept queue."""

    def __init__(self) -> None:
        self.queue: list[Connection] = []


class Connection(Object):
    """The server's end of a connection, as the client's steps leave it."""

    def __init__(self, client: int) -> None:
        self.client = client
        self.unread = 0
        self.ended_by_peer = self.ended = self.reset = False
        self.accepted = False

    @property
    def local(self) -> str:
        """The client's address."""
        return f"127.0.0.1:{50000 + self.client}"

    def peer(self) -> str:
        """The client's role."""
        return f"C{self.client}"


class ServerMachine(Machine):
    """`said` holds, by event number, what its explanation must and must not contain."""

    def __init__(self, draw: Any) -> None:
        super().__init__(draw, first=FIRST)
        self.trace.server(FIRST, LISTENING_FD, PORT)
        self.listener = Listener()
        self.naive.tables[FIRST][LISTENING_FD] = [self.listener, 0]
        self.clients: list[Connection] = []
        self.said: dict[int, tuple[str, str]] = {}
        self.parents: dict[int, int | None] = {FIRST: None}
        self.zombies: dict[int, int] = {}

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
        connection.accepted = True
        fd = self.naive.lowest(tid)
        self.naive.tables[tid][fd] = [connection, False]
        self.trace.end(begun, fd, told=connected(fd, 50000 + connection.client, PORT))

    def connect(self, _tid: int) -> None:
        """A client connects, if anybody listens."""
        if self.naive.references(self.listener):
            self._connects()

    def _connects(self) -> int:
        connection = Connection(len(self.clients) + 1)
        self.clients.append(connection)
        self.listener.queue.append(connection)
        seq = self.trace.client(connection.client, "connect", local=connection.local)
        self.said[seq] = (f"({len(self.listener.queue)} pending)", "")
        return seq

    def client(self, _tid: int) -> None:
        """A client that is still there takes a step."""
        able = [c for c in self.clients if not (c.ended_by_peer or c.reset) and self._lives(c)]
        if able:
            connection = self.draw(st.sampled_from(able))
            self._client(connection, self.draw(st.sampled_from(["send", "shutdown", "reset"])))

    def _lives(self, connection: Connection) -> bool:
        listened = self.naive.references(self.listener)
        return bool(self.naive.references(connection) if connection.accepted else listened)

    def _client(self, connection: Connection, action: str) -> int:
        text = "hello" if action == "send" else None
        seq = self.trace.client(connection.client, action, local=connection.local, text=text)
        connection.unread += 5 if text else 0
        connection.ended_by_peer = connection.ended_by_peer or action == "shutdown"
        if action == "reset":
            connection.reset, connection.unread = True, 0
        if text and connection.accepted:
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
        if not (connection.unread or connection.ended_by_peer or connection.reset):
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
        if connection.ended or connection.reset:
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
        self.said[seq] = ("nothing more", "a FIN") if connection.ended else ("sends a FIN", "more")
        connection.ended = True

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
        if connection.unread:
            return "sends a reset", "sends a FIN"
        return ("nothing more", "sends a FIN") if connection.ended else ("sends a FIN", "a reset")

    def fork(self, tid: int) -> None:
        """A process, of which somebody must take notice when it ends."""
        child = self.naive.next
        super().fork(tid)
        self.parents[child] = self.naive.pids[tid]

    def end(self, tid: int) -> None:
        """The last task of a process that ends leaves a zombie, if its parent lives."""
        if len(self.naive.tables) == 1:
            return
        pid = self.naive.pids[tid]
        seq = self.trace.number()  # of the Exit that follows
        self.trace._seq -= 1
        super().end(tid)
        if pid in self.naive.pids.values():
            return
        for child, parent in list(self.parents.items()):
            if parent == pid:
                self.parents[child] = None
                self.zombies.pop(child, None)
        if self.parents[pid] in self.naive.pids.values():
            self.zombies[pid] = seq
            self.said[seq] = ("zombie", "")
        else:
            self.said[seq] = ("", "zombie")

    def wait(self, tid: int) -> None:
        """wait4, for a child that has ended, or in vain."""
        own = [pid for pid in self.zombies if self.parents[pid] == self.naive.pids[tid]]
        if not own:
            self.trace.call(tid, "wait4", -1, None, "WNOHANG", None, result=0)
            return
        pid = self.draw(st.sampled_from(own))
        seq = self.trace.call(tid, "wait4", pid, "killed SIGKILL", 0, None, result=pid)
        self.said[seq] = ("which SIGKILL ended", "")
        self.said[self.zombies.pop(pid)] = (f"(event {seq})", "does not wait")

    def interrupted(self, tid: int) -> None:
        """A call that a signal interrupts."""
        begun = self.trace.begin(tid, "poll", [], 0, -1)
        self.trace.end(begun, -1, self.draw(st.sampled_from(["EINTR", "ERESTARTNOHAND"])))
        seq = self.trace.signal(tid, "SIGUSR1")
        self.said[begun.seq] = (f"SIGUSR1 comes (event {seq})", "")
        self.said[seq] = (f"interrupts poll (event {begun.seq})", "")
        self.unknown(tid)  # else the next poll would be this one, made again

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

    def unknown(self, tid: int) -> None:
        """A call that is in no table."""
        self.trace.call(tid, "munmap", result=0)
