"""Takes a picture of the live state: frozen records for views."""

from collections.abc import Iterable

from msgspec.structs import replace

from echotrace.kernel.descriptions import Descriptor
from echotrace.kernel.live import Live
from echotrace.kernel.readiness import as_it_began, ready, wants
from echotrace.kernel.state import (
    Interest,
    OpenState,
    ProcessState,
    State,
    TableState,
    TaskState,
)
from echotrace.kernel.tables import Open, Table
from echotrace.kernel.tasks import Process, Running
from echotrace.trace import Syscall


def snapshot(live: Live, time: int) -> State:
    """The state at `time`, which is that of the last moment applied or later."""
    tables = {task.table.number: task.table for task in live.tasks.values()}
    opens: dict[int, Open] = {}
    held: dict[int, list[tuple[int, int]]] = {}
    for number, table in tables.items():
        for fd, entry in table.slots.items():
            opens[entry.description.id] = entry
            held.setdefault(entry.description.id, []).append((number, fd))
    callers: dict[int, list[int]] = {}
    for task in live.tasks.values():
        if task.holds is not None:
            opens[task.holds.description.id] = task.holds
            callers.setdefault(task.holds.description.id, []).append(task.tid)
    flying = in_flight(live, opens)
    return State(
        time,
        (*(process_state(process) for process in live.processes.values()), *live.zombies.values()),
        tuple(task_state(task, time) for task in live.tasks.values()),
        tuple(
            TableState(number, tuple(table.tasks), descriptors(table))
            for number, table in sorted(tables.items())
        ),
        tuple(
            _whole(entry, held.get(number, ()), callers.get(number, ()), flying.get(number, ()))
            for number, entry in sorted(opens.items())
        ),
    )


def descriptors(table: Table) -> tuple[Descriptor, ...]:
    """The descriptors of a table, by number."""
    return tuple(
        Descriptor(fd, entry.description, fd in table.cloexec, entry.count)
        for fd, entry in sorted(table.slots.items())
    )


def process_state(process: Process) -> ProcessState:
    """A process that lives."""
    return ProcessState(
        process.pid, process.parent, tuple(process.tasks),
        dispositions=dict(process.dispositions),
    )  # fmt: skip


def task_state(task: Running, time: int) -> TaskState:
    """A task, with the call that it is in the middle of at `time` (ns)."""
    call = _unreturned(task, time)
    return TaskState(
        task.tid, task.pid, task.table.number, call and as_it_began(call), task.ended,
        tuple(_interest(*wanted) for wanted in wants(task, call)) if call else (),
    )  # fmt: skip


def _unreturned(task: Running, time: int) -> Syscall | None:
    """The call that the task is in the middle of at `time`."""
    call = task.calling
    if call is None or (call.end is not None and call.end <= time):
        return None
    return call


def _interest(fd: int, entry: Open, events: str, *, armed: bool = True) -> Interest:
    found = ready(entry.socket, events) if armed else None
    return Interest(fd, entry.description, events, found, armed)


def in_flight(live: Live, opens: dict[int, Open]) -> dict[int, list[int]]:
    """The events that sent what is in flight, by description; adds to `opens` what is only there.

    A socket in flight has a queue too, so what is found is looked through in turn.
    """
    found: dict[int, list[int]] = {}
    inboxes = [live.astray, *(entry.inbox for entry in opens.values() if entry.inbox)]
    while inboxes:
        for message in inboxes.pop().messages:
            for entry in message.carries:
                number = entry.description.id
                if number not in opens:
                    opens[number] = entry
                    inboxes += [entry.inbox] if entry.inbox else []
                found.setdefault(number, []).append(message.seq)
    return found


def interest_of(instance: Open, key: tuple[int, int]) -> Interest:
    """An entry of an epoll instance's interest list."""
    watched, events, _ = instance.interest[key]
    return _interest(key[0], watched, events, armed=key not in instance.spent)


def open_state(entry: Open, in_flight: Iterable[int]) -> OpenState:
    """A description without who holds it and what it watches."""
    return OpenState(
        entry.description, entry.count, (), tuple(sorted(entry.flags)), entry.socket,
        in_flight=tuple(sorted(in_flight)),
    )  # fmt: skip


def _whole(
    entry: Open, held: Iterable[tuple[int, int]], callers: Iterable[int], in_flight: Iterable[int]
) -> OpenState:
    return replace(
        open_state(entry, in_flight),
        held=tuple(sorted(held)),
        interest=tuple(interest_of(entry, key) for key in sorted(entry.interest)),
        callers=tuple(callers),
    )
