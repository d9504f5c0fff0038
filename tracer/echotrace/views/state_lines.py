"""A state of the kernel as sections of lines: the tree of tasks, the tables, what they refer to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from echotrace.kernel.descriptions import Description, Descriptor
from echotrace.kernel.sockets import UDP_NAMES, Datagram, Pending, Socket, SocketState
from echotrace.kernel.state import Interest, OpenState, ProcessState, State, TableState, TaskState
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.lanes import can_wait
from echotrace.views.moment import Fact, Line, Section
from echotrace.views.names import Names
from echotrace.views.phrases import c_call

TREE, TABLES, OPENS = "Processes and threads", "Descriptor tables", "Open file descriptions"
_READY: Mapping[bool | None, str] = {True: "ready", False: "not ready", None: ""}
_MOST_SIGNALS = 3
#: Facts whose text says too little without their name before it.
_LABELLED = frozenset({"references", "peer", "unread", "queue", "table"})


def sections(state: State, names: Names, *, everything: bool = False) -> tuple[Section, ...]:
    """The state as lines. What the first task found open is one line, unless `everything`."""
    return (
        Section(TREE, tuple(_tree(state, names))),
        Section(TABLES, tuple(_tables(state, names, everything=everything))),
        Section(OPENS, tuple(_opens(state, names, everything=everything))),
    )


def _facts(**texts: str) -> tuple[Fact, ...]:
    """The facts that have a text."""
    return tuple(
        Fact(name, text, label=name if name in _LABELLED else "")
        for name, text in texts.items()
        if text
    )


def _tree(state: State, names: Names) -> Iterator[Line]:
    for process, depth in tree(state, names):
        yield process_line(process, state.by_tid.get(process.pid), depth, state.time, names)
        for tid in process.tasks:
            task = state.by_tid.get(tid)
            if tid != process.pid and task is not None:
                yield thread_line(task, depth + 1, state.time, names)


def tree(state: State, names: Names) -> Iterator[tuple[ProcessState, int]]:
    """Every process below the one that must wait for it, and how deep that is."""
    children: dict[int | None, list[ProcessState]] = {}
    for process in state.processes:
        known = process.parent in state.by_pid and process.parent != process.pid
        children.setdefault(process.parent if known else None, []).append(process)
    todo = [(process, 0) for process in reversed(_by_role(children.get(None, ()), state, names))]
    while todo:
        process, depth = todo.pop()
        yield process, depth
        below = reversed(_by_role(children.get(process.pid, ()), state, names))
        todo.extend((child, depth + 1) for child in below)


def _by_role(processes: Iterable[ProcessState], state: State, names: Names) -> list[ProcessState]:
    """In the order of their roles, in which a zombie keeps its place."""
    return sorted(processes, key=lambda process: role_order(names.task(process.pid, state.time)))


def role_order(role: str) -> tuple[int, str]:
    """What the processes below one are sorted by."""
    return (int(role[1:]) if role[1:].isdecimal() else 0, role)


def process_line(
    process: ProcessState, leader: TaskState | None, depth: int, time: int, names: Names
) -> Line:
    """A process and its first task, which may be gone, at `time` (ns)."""
    role = names.task(process.pid, time)
    named = process.dispositions.items()  # SIG32 and above are the C library's own
    signals = [f"{name} {what}" for name, what in named if not name[3:].isdecimal()]
    return Line(
        f"process {role}", depth, role,
        _facts(
            life=life(process, leader, time, names),
            call=_calling(leader),
            table=str(leader.table) if leader else "",
            signals=words.safe(", ".join(signals[:_MOST_SIGNALS])),
            ready=_found(leader),
        ),
    )  # fmt: skip


def life(process: ProcessState, leader: TaskState | None, time: int, names: Names) -> str:
    """Whether a process is a zombie, and how it became one; nothing of one that lives."""
    if leader.ended if leader is not None else process.tasks:
        return "Z has ended before its threads"
    if not process.zombie:
        return ""
    how = (
        f"killed by {words.safe(process.signal)}" if process.signal else f"status {process.status}"
    )
    if process.parent is None:
        return f"Z zombie, {how}"
    return f"Z zombie, {how}: {names.task(process.parent, time)} has not waited for it"


def thread_line(task: TaskState, depth: int, time: int, names: Names) -> Line:
    """A thread beside its process's first task, at `time` (ns)."""
    role = names.task(task.tid, time)
    facts = _facts(call=_calling(task), table=str(task.table), ready=_found(task))
    return Line(f"thread {role}", depth, role, facts)


def _calling(task: TaskState | None) -> str:
    call: Syscall | None = task.calling if task else None
    if call is None:
        return ""
    return f"{'waiting in' if can_wait(call.name) else 'in'} {c_call(call)}"


def _found(task: TaskState | None) -> str:
    """What is ready of that which its select or poll waits for."""
    fds = [str(wanted.fd) for wanted in (task.waits_for if task else ()) if wanted.ready]
    return f"ready: fd {', '.join(fds)}" if fds else ""


def _tables(state: State, names: Names, *, everything: bool) -> Iterator[Line]:
    for table in state.tables:
        yield from _slots(table, state.time, names, everything=everything)


def _slots(table: TableState, time: int, names: Names, *, everything: bool) -> Iterator[Line]:
    found_open = [slot.fd for slot in table.descriptors if inherited(slot.description)]
    folded = frozenset() if everything else frozenset(found_open)
    yield from table_lines(table.number, table.tasks, sorted(folded), time, names)
    for slot in table.descriptors:
        if slot.fd not in folded:
            yield slot_line(table.number, slot, names)


def inherited(description: Description) -> bool:
    """Whether it is one that the first task found open."""
    return description.kind == "inherited"


def table_lines(
    number: int, tasks: Sequence[int], folded: Iterable[int], time: int, names: Names
) -> Iterator[Line]:
    """A table without its descriptors, but for those that are one line (`folded`, ascending)."""
    who = names.tasks(tasks, time)
    shared = f"shared by {who}" if len(tasks) > 1 else f"of {who}"
    yield Line(f"table {number}", 0, f"table {number}", _facts(tasks=shared))
    numbers = ", ".join(map(str, folded))
    if numbers:
        yield Line(f"inherited {number}", 1, "from the start", _facts(numbers=numbers))


def slot_line(number: int, slot: Descriptor, names: Names) -> Line:
    """A descriptor of the table `number`."""
    return Line(
        f"slot {number} {slot.fd} {slot.description.id}", 1,
        f"{slot.fd} → {names.description(slot.description)}",
        _facts(cloexec="close-on-exec" if slot.cloexec else ""),
    )  # fmt: skip


def _opens(state: State, names: Names, *, everything: bool) -> Iterator[Line]:
    for entry in state.opens:
        if everything or not inherited(entry.description):
            yield from open_lines(entry, names)
            number = entry.description.id
            yield from (interest_line(number, interest, names) for interest in entry.interest)


def open_lines(entry: OpenState, names: Names) -> Iterator[Line]:
    """A description with its socket and what waits there, without its interest list."""
    number = entry.description.id
    yield Line(
        f"open {number}", 0, names.description(entry.description),
        _facts(
            references=f"{entry.references:,}",
            in_flight=", ".join(f"in a message (event {seq})" for seq in entry.in_flight),
            flags=words.safe(", ".join(entry.flags)),
        ),
    )  # fmt: skip
    if entry.socket is not None:
        yield _socket(entry, entry.socket, names)
        yield from (_pending(number, pending, names) for pending in entry.socket.pending)
        yield from (_queued(number, *each, names) for each in enumerate(entry.socket.queue, 1))


def _socket(entry: OpenState, socket: Socket, names: Names) -> Line:
    listening = socket.state is SocketState.LISTENING
    return Line(
        f"socket {entry.description.id}", 1, "socket" if socket.stream else "datagram socket",
        _facts(
            state=socket_state(socket),
            local=words.address(socket.local) if socket.local and not socket.peer else "",
            peer=names.peer(socket.peer) if socket.peer else "",
            unread="" if socket.unread is None or listening else f"{socket.unread:,} B",
            end="end of input read" if socket.end_seen else "",
            queue=queue(socket),
            options=", ".join(words.safe(name) for name in socket.options),
        ),
    )  # fmt: skip


def socket_state(socket: Socket) -> str:
    """The state in words, with the name that ss(8) has for it where that says more."""
    if not socket.stream:
        name = UDP_NAMES.get(socket.state, "") if is_internet(socket) else ""
    else:
        name = socket.tcp if socket.tcp != "CLOSE" else ""
    return f"{socket.state} ({name})" if name else str(socket.state)


def is_internet(socket: Socket) -> bool:
    """Whether it has an Internet address, as UDP sockets do and Unix datagram sockets do not."""
    return not any(text.startswith("unix") for text in (socket.local, socket.peer) if text)


def queue(socket: Socket) -> str:
    """What waits: connections for accept, or datagrams."""
    if socket.state is SocketState.LISTENING:
        return f"{len(socket.pending)} of {socket.backlog}" if socket.backlog is not None else ""
    return words.count(len(socket.queue), "datagram") if socket.queue else ""


def _pending(number: int, pending: Pending, names: Names) -> Line:
    facts = _facts(
        unread=f"{pending.unread:,} B" if pending.unread else "",
        state="" if pending.state is SocketState.CONNECTED else str(pending.state),
    )
    key, head = f"pending {number} {pending.peer}", f"in the queue: {names.peer(pending.peer)}"
    return Line(key, 2, head, facts)


def _queued(number: int, place: int, datagram: Datagram, names: Names) -> Line:
    """A datagram that waits; its sender's name tells two of one size apart."""
    facts = _facts(size=f"{datagram.size:,} B" if datagram.size is not None else "")
    key = f"queued {number} {datagram.sent or place}"
    return Line(key, 2, f"in the queue: datagram of {names.peer(datagram.peer)}", facts)


def interest_line(number: int, interest: Interest, names: Names) -> Line:
    """An entry of the interest list of the instance `number`."""
    return Line(
        f"interest {number} {interest.fd} {interest.description.id}", 1,
        f"watches {interest.fd} → {names.description(interest.description)}",
        _facts(
            events=words.safe(interest.events),
            ready=_READY[interest.ready] if interest.armed else "disabled until EPOLL_CTL_MOD",
        ),
    )  # fmt: skip
