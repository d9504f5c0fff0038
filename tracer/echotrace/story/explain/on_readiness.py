"""Waiting for many descriptors at once: select, poll and epoll."""

from collections.abc import Callable, Mapping

from echotrace.functions import c_function
from echotrace.kernel.descriptions import Description
from echotrace.story.explain.case import Case, stale_numbers
from echotrace.story.explain.text import count, listed, plain
from echotrace.story.nouns import LISTENER
from echotrace.story.stale import invalid

_NAMED = 4

#: What the call looks through, and who keeps it (select(2), poll(2), epoll(7)).
_LOOKED_AT: Mapping[str, str] = {
    "select": "its sets, which it passes anew each time",
    "poll": "its list, which it passes anew each time",
    "epoll wait": "the interest list",
}


def _polls(case: Case) -> str:
    if case.result == 0:
        return _none_ready(case)
    found = [_ready(case, fd, description) for fd, description in case.touch.ready]
    found += [_invalid(case, fd) for fd, _ in invalid(case.call)]
    if not found:
        return f"learns that {count(case.result, 'descriptor')} of {_where(case)} can be used"
    if len(found) > _NAMED:
        found = [*found[:_NAMED], count(len(found) - _NAMED, "other")]
    return f"learns from {case.function} what is ready: {listed(found)}"


def _where(case: Case) -> str:
    where = _LOOKED_AT.get(case.logical, "its list")
    return f"{where} {case.fd()}" if case.logical == "epoll wait" else where


def _ready(case: Case, fd: int, description: Description) -> str:
    """What the program can do now: a listening socket is ready when accept would not wait."""
    place = case.story.places.get(description.id)
    thing = case.named(fd, description)
    return f"{thing}, for accept" if place is LISTENER else thing


def _invalid(case: Case, fd: int) -> str:
    """A number that stands for nothing: poll returns at once and says so (poll(2), POLLNVAL)."""
    closed = stale_numbers(case, fd)
    return f"fd {fd} (POLLNVAL: {closed or 'no descriptor has this number'})"


def _none_ready(case: Case) -> str:
    timeout = _asked(case)
    if timeout == "0 ms":
        return f"looks through {_where(case)} without waiting: nothing is ready"
    told = f" of {timeout}" if timeout else ""
    return f"waits in vain: the timeout{told} expires and nothing of {_where(case)} is ready"


def _asked(case: Case) -> str | None:
    """The timeout that was asked for: in milliseconds, or in seconds where it is a timespec.

    ppoll leaves what remains of its own, and it is read then (ppoll(2), Notes): it is not known.
    """
    timeout = case.call.args.get("timeout")
    if case.call.name == "ppoll" or isinstance(timeout, bool):
        return None
    if isinstance(timeout, int | float) and timeout == 0:
        return "0 ms"
    if isinstance(timeout, int):
        return f"{timeout} ms" if timeout > 0 else None
    return f"{timeout:g} s" if isinstance(timeout, float) else None


def _epoll_create(case: Case) -> str:
    return (
        f"makes an interest list, fd {case.result}{_beneath(case)}: the kernel keeps what is put "
        "into it, so it need not be passed with each wait"
    )


def _beneath(case: Case) -> str:
    """Where Linux has no such function, and its own calls do the work (kqueue(2))."""
    usual = c_function(case.call.name, case.call.args)
    return f", with {case.function}(), which calls {usual} here" if _is_beneath(case) else ""


def _is_beneath(case: Case) -> bool:
    return case.function != c_function(case.call.name, case.call.args)


def _epoll_ctl(case: Case) -> str:
    target = case.named(case.integer("target"), case.touch.target)
    event = case.call.args.get("event")
    events = plain(event.get("events"), "") if isinstance(event, dict) else ""
    wanted = f" for {events}" if events and events != "0" else ""
    new = f": {events}" if wanted else ""
    rule = _OPERATIONS.get(str(case.call.args.get("op")), "changes {target} in {list}{wanted}")
    waits = case.function if _is_beneath(case) else "epoll_wait"
    return rule.format(
        target=target, list=f"the interest list {case.fd()}", wanted=f"{wanted}{_beneath(case)}",
        new=new, waits=waits,
    )  # fmt: skip


_OPERATIONS: Mapping[str, str] = {
    "EPOLL_CTL_ADD": "adds {target} to {list}{wanted}: {waits} reports it from now on",
    "EPOLL_CTL_MOD": "changes what {list} watches {target} for{new}",
    "EPOLL_CTL_DEL": "takes {target} out of {list}: {waits} no longer reports it",
}

EXPLAINERS: Mapping[str, Callable[[Case], str]] = {
    "select": _polls,
    "poll": _polls,
    "epoll wait": _polls,
    "epoll create": _epoll_create,
    "epoll control": _epoll_ctl,
}
