"""The books of the model: what each event touched, what is doubtful, what was learnt of sockets."""

from echotrace.kernel.descriptions import Description, Doubt, Touch
from echotrace.kernel.facts import endpoint_of, kind_made, makes_cloexec
from echotrace.kernel.tables import Open, Table
from echotrace.trace import Endpoint, Syscall


class Ledger:
    """Grows as moments are applied; nothing in it is ever taken back.

    `touches` by event number; `accepted` in the order in which accept returned. By description id:
    `listening` (listen(2) succeeded, or accept(2) worked on it), `datagram` (made as SOCK_DGRAM),
    `bound` (bind(2) succeeded), `watching` (an interest list with an epoll_ctl(2)) and `endpoints`,
    the addresses told last.
    """

    def __init__(self) -> None:
        self.touches: dict[int, Touch] = {}
        self.doubts: list[Doubt] = []
        self.accepted: list[Description] = []
        self.listening: dict[int, Description] = {}
        self.datagram: set[int] = set()
        self.bound: dict[int, Description] = {}
        self.watching: set[int] = set()
        self.endpoints: dict[int, Endpoint] = {}
        self.duplicating: dict[int, Open] = {}
        self._descriptions = 0

    def doubt(self, seq: int, sentence: str) -> None:
        """Remember what the model cannot explain."""
        self.doubts.append(Doubt(seq, sentence))

    def inherited(self) -> Open:
        """A description that was open before the trace began."""
        return Open(Description(self._next_id(), "inherited"))

    def resolve(self, table: Table, call: Syscall, argument: str) -> Open | None:
        """The description that an argument of `call` stands for as the call begins."""
        fd = call.args.get(argument)
        if fd == "AT_FDCWD":  # the working directory, by no descriptor (openat(2))
            return None
        if not isinstance(fd, int):
            self.doubt(call.seq, f"The descriptor that {call.name} uses could not be read.")
            return None
        entry = table.slots.get(fd)
        return entry if entry is not None else self._unresolved(table, call, fd)

    def _unresolved(self, table: Table, call: Syscall, fd: int) -> Open | None:
        if call.errno == "EBADF":
            return None
        closed, ended = table.closing.get(fd, (None, 0))
        if closed is not None and (ended is None or ended >= call.start):
            return closed
        self.doubt(call.seq, f"{call.name} uses descriptor {fd}, which no event had made.")
        if call.errno is not None or call.name == "close":
            return None
        # The kernel took the number, so it is open: one doubt for each such descriptor is enough.
        told = endpoint_of(call, fd)
        entry = Open(
            Description(self._next_id(), "unknown", None, told.link, told.local, told.peer)
        )
        table.put(fd, entry, cloexec=False)
        return entry

    def make(
        self, table: Table, call: Syscall, fd: int, listener: int | None = None
    ) -> Description:
        """Put a new description into the slot `fd`."""
        told = endpoint_of(call, fd)
        made = Description(
            self._next_id(), kind_made(call.name), call.seq, told.link, told.local, told.peer,
            listener,
        )  # fmt: skip
        self.fill(table, call, fd, Open(made), cloexec=makes_cloexec(call))
        return made

    def fill(self, table: Table, call: Syscall, fd: int, entry: Open, *, cloexec: bool) -> None:
        """Put `entry` into the slot `fd`, which the kernel had said was free."""
        if fd in table.slots:
            self.doubt(call.seq, f"{call.name} returns descriptor {fd}, which was still open.")
            table.free(fd)
        table.put(fd, entry, cloexec=cloexec)

    def unknown(self) -> Open:
        """A description of which nothing is known."""
        return Open(Description(self._next_id(), "unknown"))

    def _next_id(self) -> int:
        self._descriptions += 1
        return self._descriptions
