"""The handlers of calls that wait for readiness: epoll's interest list, and the list of poll."""

from echotrace.kernel.descriptions import Touch
from echotrace.kernel.facts import succeeded
from echotrace.kernel.live import Live
from echotrace.kernel.on_descriptors import uses_two
from echotrace.kernel.tasks import Running
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
    key = (fd, target.description.id)
    if call.args.get("op") == "EPOLL_CTL_DEL":
        instance.interest.pop(key, None)
    else:
        event = call.args.get("event")
        events = str(event.get("events", "")) if isinstance(event, dict) else ""
        instance.interest[key] = (target, events)
        target.watchers.add(instance)


def polls(live: Live, task: Running, call: Syscall) -> None:
    """poll(2): look up the descriptor if the list holds only one, as before a recv with a timeout.

    Not select(2), whose sets hold only what was ready once it has returned.
    """
    watched = call.args.get("fds")
    if not isinstance(watched, list) or len(watched) != 1 or not isinstance(watched[0], dict):
        return
    fd = watched[0].get("fd")
    entry = task.table.slots.get(fd) if isinstance(fd, int) else None
    if entry is not None:
        live.book(Touch(call.seq, entry.description, before=entry.socket, after=entry.socket))
