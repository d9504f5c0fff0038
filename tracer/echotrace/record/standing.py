"""What is there when a recording begins: the descriptor tables of running processes, from /proc.

All tasks stand still meanwhile, so that the tables, and the lists of sockets, belong together.
"""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cmp_to_key
from itertools import chain, count, groupby
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from echotrace.record import names, netfiles, procfs, ptrace
from echotrace.record.inspect import endpoint
from echotrace.record.netfiles import Listed
from echotrace.trace import Attached, Descriptors, Slot, Watch

_T = TypeVar("_T")
_FLAGS = {os.O_NONBLOCK: "O_NONBLOCK", os.O_APPEND: "O_APPEND", os.O_ASYNC: "O_ASYNC"}
_FLAGS_LINE = re.compile(r"^flags:\s*(\d+)", re.MULTILINE)
_WATCH_LINE = re.compile(
    r"^tfd:\s*(\d+) events:\s*([0-9a-f]+) data:\s*([0-9a-f]+).*? ino:([0-9a-f]+)", re.MULTILINE
)
_INODE = re.compile(r"\[(\d+)\]")
#: What the kernel adds to the events of every entry (epoll_ctl(2)).
_ALWAYS = 0x018  # EPOLLERR, EPOLLHUP


class _Place(NamedTuple):
    """A descriptor: a task that has it, its number, and what it leads to."""

    tid: int
    fd: int
    link: str


def look(pids: dict[int, int]) -> list[Attached]:
    """What the processes of these tasks have open; `pids` maps tasks, all stopped, to processes.

    The records are not dated yet.
    """
    tables = _grouped(pids, _same_table(pids))
    own = {tids[0]: _descriptors(tids[0]) for tids in tables}
    files = _numbered([place for places in own.values() for place in places])
    sockets = _Sockets()
    by_pid: dict[int, list[Descriptors]] = defaultdict(list)
    for tids in tables:
        pid = pids[tids[0]]
        slots = [_slot(place, files, sockets, pid) for place in own[tids[0]]]
        by_pid[pid].append(Descriptors(tids, slots))
    tasks = {pid: tid for tid, pid in reversed(pids.items())}  # the first of each process
    return [
        _process(pid, tasks, by_pid[pid], ended=pid not in pids)
        for pid in dict.fromkeys(pids.values())
    ]


def _process(
    pid: int, tasks: Mapping[int, int], tables: list[Descriptors], *, ended: bool
) -> Attached:
    parent, fields = procfs.parent(pid), procfs.status(tasks[pid])
    return Attached(
        time=0,
        pid=pid,
        parent=parent if parent in tasks else None,
        tables=tables,
        ignored=list(_signals(fields.get("SigIgn", "0"))),
        handled=list(_signals(fields.get("SigCgt", "0"))),
        ended=ended,
    )


def _signals(mask: str) -> Iterator[str]:
    bits = int(mask, 16)
    return (names.signal_name(n) for n in range(1, 65) if bits >> (n - 1) & 1)


def _grouped(things: Iterable[_T], compare: Callable[[_T, _T], int]) -> list[list[_T]]:
    """Put together what compares equal; groups and their members in the order given."""
    order = {thing: place for place, thing in enumerate(things)}
    key = cmp_to_key(compare)
    groups = groupby(sorted(order, key=key), key=key)
    found = [sorted(group, key=order.__getitem__) for _, group in groups]
    return sorted(found, key=lambda group: order[group[0]])


def _same_table(pids: Mapping[int, int]) -> Callable[[int, int], int]:
    """Orders tasks by their table; where kcmp(2) is refused, threads of a process share one."""

    def compare(one: int, other: int) -> int:
        told = ptrace.compare(ptrace.KCMP_FILES, one, other)
        return pids[one] - pids[other] if told is None else told

    return compare


def _same_file(one: _Place, other: _Place) -> int:
    """Orders descriptors that lead to the same thing by their open file description.

    A socket has only one. Where kcmp(2) is refused, others are taken for different ones.
    """
    told = ptrace.compare(ptrace.KCMP_FILE, one.tid, other.tid, one.fd, other.fd)
    if told is not None:
        return told
    if one.link.startswith("socket:"):
        return 0
    return -1 if (one.tid, one.fd) < (other.tid, other.fd) else 1


def _descriptors(tid: int) -> list[_Place]:
    """The descriptors of a task, by number."""
    found = []
    try:
        numbers = sorted(int(entry) for entry in os.listdir(f"/proc/{tid}/fd"))  # noqa: PTH208
    except OSError:
        return []
    for fd in numbers:
        try:
            found.append(_Place(tid, fd, str(Path(f"/proc/{tid}/fd/{fd}").readlink())))
        except OSError:
            continue  # it was killed
    return found


def _numbered(places: list[_Place]) -> dict[_Place, int]:
    """The number of each descriptor's open file description."""
    by_link: dict[str, list[_Place]] = defaultdict(list)
    for place in places:
        by_link[place.link].append(place)
    number = count(1)
    found: dict[_Place, int] = {}
    for alike in by_link.values():
        for group in _grouped(alike, _same_file) if len(alike) > 1 else [alike]:
            found.update(dict.fromkeys(group, next(number)))
    return {place: found[place] for place in places}


class _Sockets:
    """The lists of sockets, read once for each network namespace."""

    def __init__(self) -> None:
        self._by_space: dict[str, tuple[dict[int, Listed], frozenset[str]]] = {}

    def of(self, tid: int) -> tuple[dict[int, Listed], frozenset[str]]:
        """The sockets of a task's namespace, and the addresses at which something listens."""
        try:
            space = str(Path(f"/proc/{tid}/ns/net").readlink())
        except OSError:
            space = ""
        if space not in self._by_space:
            found = netfiles.listed(tid)
            self._by_space[space] = found, netfiles.listening(found)
        return self._by_space[space]


def _slot(place: _Place, files: Mapping[_Place, int], sockets: _Sockets, pid: int) -> Slot:
    info = _info(place)
    found = _FLAGS_LINE.search(info)
    flags = int(found[1], 8) if found else 0
    return Slot(
        fd=place.fd,
        file=files[place],
        link=place.link,
        flags=[name for bit, name in _FLAGS.items() if flags & bit == bit],
        cloexec=bool(flags & os.O_CLOEXEC),
        watches=[_watch(place.tid, line, files) for line in _WATCH_LINE.findall(info)],
        **_socket(place, pid, sockets),
    )


def _info(place: _Place) -> str:
    try:
        return Path(f"/proc/{place.tid}/fdinfo/{place.fd}").read_text()
    except OSError:
        return ""


def _socket(place: _Place, pid: int, sockets: _Sockets) -> dict[str, Any]:
    """The fields of a Slot that only a socket has."""
    if not place.link.startswith("socket:"):
        return {}
    told = endpoint(place.tid, pid, place.fd)
    inode = _INODE.search(place.link)
    listed, listening = sockets.of(place.tid)
    one = listed.get(int(inode[1])) if inode else None
    if one is None:
        return {name: told.get(name) for name in ("local", "peer")}
    one = one._replace(local=told.get("local") or one.local, peer=told.get("peer") or one.peer)
    return {
        "protocol": one.protocol,
        "state": one.state,
        "local": one.local,
        "peer": one.peer,
        "unread": one.unread,
        "accepted": netfiles.was_accepted(one, listening),
    }


def _watch(tid: int, line: tuple[str, ...], files: Mapping[_Place, int]) -> Watch:
    """An entry of an interest list: the number it was added with need not be its own any more."""
    fd, events, data, inode = int(line[0]), *(int(word, 16) for word in line[1:])
    file = files.get(_Place(tid, fd, f"socket:[{inode}]"))
    if file is None:
        own = (n for place, n in files.items() if place[:2] == (tid, fd) and _is(place, inode))
        alike = (n for place, n in files.items() if place.link == f"socket:[{inode}]")
        file = next(chain(own, alike), None)
    return Watch(fd, str(names.flags(events & ~_ALWAYS, names.EPOLL_EVENTS)), data, file)


def _is(place: _Place, inode: int) -> bool:
    try:
        return Path(f"/proc/{place.tid}/fd/{place.fd}").stat().st_ino == inode
    except OSError:
        return False
