"""What /proc (proc(5)) says of processes and descriptors, and where a model differs."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from echotrace.kernel.state import State
from echotrace.record import names

_CLOEXEC, _NONBLOCK = 0o2000000, 0o4000
_EVENTS = {name: bit for bit, name in names.EPOLL_EVENTS.items()}
_ALWAYS = _EVENTS["EPOLLERR"] | _EVENTS["EPOLLHUP"]  # reported though nobody asks (epoll_ctl(2))


class Slot(Struct, frozen=True):
    """One descriptor: what it leads to, two of its flags, and what it watches if it is epoll's."""

    link: str
    cloexec: bool
    nonblock: bool
    interest: tuple[tuple[int, int], ...] = ()


class Process(Struct, frozen=True):
    """One process: its parent, whether it is a zombie, its threads that have not ended."""

    parent: int
    zombie: bool
    tasks: tuple[int, ...]


class Seen(Struct, frozen=True):
    """A tree at one moment: its processes, and the descriptor tables by task."""

    processes: dict[int, Process]
    tables: dict[int, dict[int, Slot]]


def look(known: Sequence[int]) -> Seen:
    """What /proc says of these processes and all that descend from them."""
    parents = dict(_parents())
    tree = {pid for pid in known if pid in parents}
    while more := {pid for pid, parent in parents.items() if parent in tree} - tree:
        tree |= more
    told = {pid: _process(pid, parents[pid]) for pid in sorted(tree)}
    processes = {pid: process for pid, process in told.items() if not _orphan(process, tree)}
    tids = [tid for process in processes.values() for tid in process.tasks]
    return Seen(processes, {tid: dict(_slots(tid)) for tid in tids})


def _orphan(process: Process, tree: set[int]) -> bool:
    """Whether it is a zombie that waits for a parent that is not ours, such as init.

    Nobody of the tree can wait for it: to the program it is gone.
    """
    return process.zombie and process.parent not in {*tree, os.getpid()}


def _parents() -> Iterator[tuple[int, int]]:
    for pid in _numbers("/proc"):
        if words := _stat(f"/proc/{pid}"):
            yield pid, int(words[1])


def _numbers(folder: str) -> list[int]:
    return sorted(int(entry.name) for entry in Path(folder).iterdir() if entry.name.isdigit())


def _stat(task: str) -> list[str]:
    """The words from the state on; none for a task that is gone."""
    try:
        return Path(f"{task}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _process(pid: int, parent: int) -> Process:
    tasks = _numbers(f"/proc/{pid}/task")
    living = [tid for tid in tasks if _stat(f"/proc/{pid}/task/{tid}")[0] != "Z"]
    return Process(parent, not living, tuple(living))


def _slots(tid: int) -> Iterator[tuple[int, Slot]]:
    for fd in _numbers(f"/proc/{tid}/fd"):
        info = Path(f"/proc/{tid}/fdinfo/{fd}").read_text()
        flags = int(re.findall(r"^flags:\s*(\d+)", info, re.MULTILINE)[0], 8)
        entries = re.findall(r"^tfd:\s*(\d+) events:\s*([0-9a-f]+)", info, re.MULTILINE)
        link = str(Path(f"/proc/{tid}/fd/{fd}").readlink())
        interest = sorted((int(number), int(events, 16) & ~_ALWAYS) for number, events in entries)
        yield fd, Slot(link, bool(flags & _CLOEXEC), bool(flags & _NONBLOCK), tuple(interest))


def differences(state: State, seen: Seen) -> list[str]:
    """Where the model says something else than /proc."""
    return [*_of_the_tree(state, seen), *_of_the_tables(state, seen), *_of_the_sockets(state, seen)]


def _of_the_tree(state: State, seen: Seen) -> Iterator[str]:
    ended = {task.tid for task in state.tasks if task.ended}
    modelled = {
        process.pid: (process.zombie, tuple(sorted(set(process.tasks) - ended)))
        for process in state.processes
    }
    found = {pid: (process.zombie, process.tasks) for pid, process in seen.processes.items()}
    if modelled != found:
        yield f"processes (zombie, threads): model {modelled}, /proc {found}"
    for process in state.processes:
        parent = seen.processes[process.pid].parent if process.pid in seen.processes else None
        if parent != process.parent and (process.parent is not None or parent in found):
            yield f"parent of {process.pid}: model {process.parent}, /proc {parent}"


def _of_the_tables(state: State, seen: Seen) -> Iterator[str]:
    for task in state.tasks:
        table, slots = state.table(task.tid), seen.tables.get(task.tid, {})
        if task.ended or table is None:
            continue
        modelled = {slot.fd: slot for slot in table.descriptors}
        if modelled.keys() != slots.keys():
            yield f"descriptors of {task.tid}: model {[*modelled]}, /proc {[*slots]}"
        for fd in modelled.keys() & slots.keys():
            slot, told = modelled[fd], slots[fd]
            if slot.cloexec != told.cloexec:
                yield f"FD_CLOEXEC of {fd} in {task.tid}: model {slot.cloexec}"
            flags = state.by_description[slot.description.id].flags
            born = slot.description.kind not in ("inherited", "unknown")
            if born and ("O_NONBLOCK" in flags) != told.nonblock:
                yield f"O_NONBLOCK of {fd} in {task.tid}: model {flags}"
            interest = _interest(state, slot.description.id)
            if interest != told.interest:
                yield f"{fd} in {task.tid} watches: model {interest}, /proc {told.interest}"


def _interest(state: State, number: int) -> tuple[tuple[int, int], ...]:
    return tuple(
        sorted(
            (entry.fd, sum(_EVENTS[word] for word in entry.events.split("|")))
            for entry in state.by_description[number].interest
        )
    )


def _of_the_sockets(state: State, seen: Seen) -> Iterator[str]:
    """Two descriptors lead to one socket if and only if they are of one description."""
    pairs = {
        (slots[slot.fd].link, slot.description.id)
        for task in state.tasks
        if (table := state.table(task.tid)) and (slots := seen.tables.get(task.tid))
        for slot in table.descriptors
        if slot.fd in slots and slots[slot.fd].link.startswith("socket:")
    }
    links, ids = ([pair[at] for pair in pairs] for at in (0, 1))
    if len(set(links)) < len(links) or len(set(ids)) < len(ids):
        yield f"sockets and descriptions: {sorted(pairs)}"
    slots_of = Counter(
        slot.link for table in state.tables for slot in seen.tables.get(table.tasks[0], {}).values()
    )
    for link, number in pairs:
        references = state.by_description[number].references
        if references != slots_of[link]:
            yield f"references to {link}: model {references}, /proc {slots_of[link]}"
        told = state.by_description[number].description.link
        if told is not None and told != link:
            yield f"description {number} is {told}, /proc says {link}"
