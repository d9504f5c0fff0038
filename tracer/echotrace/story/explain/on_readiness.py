"""Waiting for many descriptors at once: select, poll and epoll."""

from collections.abc import Callable, Mapping

from echotrace.functions import c_function
from echotrace.kernel.descriptions import Description
from echotrace.story.explain.case import Case, named
from echotrace.story.explain.text import count, listed, plain
from echotrace.story.nouns import LISTENER

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
    thing = named(case.story, fd, description)
    return f"{thing}, for accept" if place is LISTENER else thing


def _none_ready(case: Case) -> str:
    timeout = case.call.args.get("timeout")
    if timeout == 0:
        return f"looks through {_where(case)} without waiting: nothing is ready"
    told = f" of {_told(case, timeout)}" if _told(case, timeout) else ""
    return f"waits in vain: the timeout{told} expires and nothing of {_where(case)} is ready"


def _told(case: Case, timeout: object) -> str:
    """A timeout: milliseconds as an integer; select(2) shortens its own, which tells nothing."""
    if isinstance(timeout, int) and not isinstance(timeout, bool) and timeout > 0:
        return f"{timeout} ms"
    whole = isinstance(timeout, float) and case.call.name in ("ppoll", "epoll_pwait2")
    return f"{timeout:g} s" if whole else ""


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
    target = named(case.story, case.integer("target"), case.touch.target)
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
