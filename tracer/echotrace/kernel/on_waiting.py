"""The handlers of calls that wait for readiness: epoll's interest list, and the list of poll."""

from collections.abc import Callable, Iterator, Mapping

from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.facts import succeeded
from echotrace.kernel.live import Live
from echotrace.kernel.on_descriptors import uses_two
from echotrace.kernel.tasks import Running
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall


def watches(live: Live, task: Running, call: Syscall) -> None:
    """epoll_ctl(2): the first descriptor is an interest list that somebody uses."""
    uses_two(live, task, call)
    instance, target, fd = task.using, task.target, call.args.get("target")
    if instance is None:
        return
    live.ledger.watching.add(instance.description.id)
    if target is None or not isinstance(fd, int) or not succeeded(call):
        return
    if call.args.get("op") == "EPOLL_CTL_DEL":
        instance.forget((fd, target.description.id))
    else:
        event = call.args.get("event")
        told = event if isinstance(event, dict) else {}
        instance.watch(fd, target, str(told.get("events", "")), _number(told.get("data")))


def polls(live: Live, task: Running, call: Syscall) -> None:
    """poll(2): look up the only descriptor of a list, as before a recv with a timeout."""
    watched = call.args.get("fds")
    if not isinstance(watched, list) or len(watched) != 1 or not isinstance(watched[0], dict):
        return
    fd = watched[0].get("fd")
    entry = task.table.slots.get(fd) if isinstance(fd, int) else None
    if entry is not None:
        task.using, task.before = entry, entry.socket
        live.book(Touch(call.seq, entry.description, before=entry.socket, after=entry.socket))


def finds_ready(live: Live, task: Running, call: Syscall) -> None:
    """select(2), poll(2), epoll_wait(2): look up what they returned as ready."""
    if not succeeded(call) or not call.result:
        return
    used = task.using
    ready = tuple(_FOUND[logical_event(call.name)](task, call))
    if used is None and not ready:
        return
    live.book(
        Touch(
            call.seq,
            used.description if used else None,
            before=task.before,
            after=used.socket if used else None,
            ready=ready,
        )
    )


#: The sets of select as it left them; readfds, writefds and exceptfds are those it was called with.
_SELECT_ANSWERS = ("readable", "writable", "exceptional")


def _found_by_select(task: Running, call: Syscall) -> Iterator[tuple[int, Description]]:
    """What select wrote over its sets; the trace holds the sets as they were asked for too."""
    sets = [call.args.get(name) for name in _SELECT_ANSWERS]
    fds = {fd for told in sets if isinstance(told, list) for fd in told if isinstance(fd, int)}
    return _known(task, sorted(fds))


def _found_by_poll(task: Running, call: Syscall) -> Iterator[tuple[int, Description]]:
    told = call.args.get("fds")
    entries = [entry for entry in told if isinstance(entry, dict)] if isinstance(told, list) else []
    fds = [entry.get("fd") for entry in entries if entry.get("revents")]
    return _known(task, [fd for fd in fds if isinstance(fd, int)])


def _known(task: Running, fds: list[int]) -> Iterator[tuple[int, Description]]:
    slots = task.table.slots
    return ((fd, slots[fd].description) for fd in fds if fd in slots)


def _found_by_epoll(task: Running, call: Syscall) -> Iterator[tuple[int, Description]]:
    """What epoll_wait returns is the program's own data, which the entry was added with."""
    told, instance = call.args.get("events"), task.using
    if instance is None or not isinstance(told, list):
        return
    for entry in told:
        data = _number(entry.get("data")) if isinstance(entry, dict) else None
        key = instance.by_data.get(data)
        if key is not None:
            watched, events, _ = instance.interest[key]
            if "EPOLLONESHOT" in events:
                instance.spend(key)
            yield key[0], watched.description


def _number(data: object) -> int | None:
    return data if isinstance(data, int) else None


_FOUND: Mapping[str, Callable[[Running, Syscall], Iterator[tuple[int, Description]]]] = {
    "select": _found_by_select,
    "poll": _found_by_poll,
    "epoll wait": _found_by_epoll,
}
