"""Descriptors: closed, copied, marked; and the makers of those that are no sockets."""

from collections.abc import Callable, Mapping

from echotrace.kernel.descriptions import Freed
from echotrace.story.explain.case import Case, gloss, named
from echotrace.story.explain.fates import UNLESS_HELD, fate
from echotrace.story.explain.text import count, listed, plain, words_of
from echotrace.syscalls import ROWS, Effect

_NAMED = 3


def _close(case: Case) -> str:
    if not case.touch.freed:
        return f"closes {case.thing()}"
    freed = case.touch.freed[0]
    thing = named(case.story, freed.fd, freed.description)
    said = fate(case.story, case.event, freed)
    if freed.left:
        goes_on = "; the interest list goes on watching it" if freed.watched else ""
        return f"closes its copy of {thing}; {said}{goes_on}"
    if said.startswith("but "):
        return f"closes {thing}, {said}"
    if said.startswith(UNLESS_HELD):
        return f"closes {thing}: {said}"
    last = f"closes {thing}, the last reference to it"
    let_go = "; the interest list lets it go" if freed.watched else ""
    if said.startswith(("which ", "and ")):
        return f"{last}, {said}{let_go}"
    return f"{last}: {said}{let_go}" if said else f"closes {thing}{let_go}"


def _close_range(case: Case) -> str:
    flags = words_of(case.flags())
    first, last = case.integer("first"), case.integer("last")
    upto = "" if last is None or last >= 0x7FFFFFFF else f" to {last}"
    span = f"from {first} {'on' if not upto else upto.strip()}"
    own = ", in a table of its own (CLOSE_RANGE_UNSHARE)" if "CLOSE_RANGE_UNSHARE" in flags else ""
    if "CLOSE_RANGE_CLOEXEC" in flags:
        return f"marks the descriptors {span}{own} to be closed by execve"
    return f"closes the descriptors {span}{own}: {given_up(case, case.touch.freed)}"


def given_up(case: Case, freed: tuple[Freed, ...]) -> str:
    """Several descriptors at once: `fd 4 (#1), fd 5 (#2) and 3 others`; `none was open`."""
    if not freed:
        return "none was open"
    names = [named(case.story, slot.fd, slot.description) for slot in freed]
    if len(names) > _NAMED:
        names = [*names[:_NAMED], count(len(names) - _NAMED, "other")]
    return listed(names)


def _dup(case: Case) -> str:
    number = case.call.args.get("fd")
    if case.result == number:
        return f"asks for {case.fd()} to be a copy of itself, which changes nothing"
    said = (
        f"makes fd {case.result} a second descriptor of what {case.thing()} stands for: both share "
        "one open file description"
    )
    if not case.touch.freed:
        return said
    freed = case.touch.freed[0]
    was = named(case.story, freed.fd, freed.description)
    consequence = fate(case.story, case.event, freed)
    told = f" ({consequence})" if consequence else ""
    return f"{said}; what {was} stood for before is closed{told}"


def _fcntl(case: Case) -> str:
    command = plain(case.call.args.get("cmd"), "a command")
    value = plain(case.call.args.get("arg"), "a value")
    rule = _COMMANDS.get(command)
    return rule(case, value) if rule else f"asks fcntl for {command} of {case.thing()}"


def _set_flags(case: Case, value: str) -> str:
    if "O_NONBLOCK" in words_of(value):
        return (
            f"makes {case.thing()} nonblocking: calls on it fail with EAGAIN instead of waiting, "
            "for all who share the open file description"
        )
    return f"sets the status flags of {case.thing()} to {value}: calls on it wait if they must"


def _set_close_on_exec(case: Case, value: str) -> str:
    if value in ("FD_CLOEXEC", "1"):
        return f"marks {case.thing()} to be closed by execve (FD_CLOEXEC)"
    return f"lets {case.thing()} stay open over execve (no FD_CLOEXEC)"


_COMMANDS: Mapping[str, Callable[[Case, str], str]] = {
    "F_DUPFD": lambda case, _: _dup(case),
    "F_DUPFD_CLOEXEC": lambda case, _: _dup(case),
    "F_GETFD": lambda case, _: f"asks whether execve will close {case.thing()}",
    "F_SETFD": _set_close_on_exec,
    "F_GETFL": lambda case, _: f"asks for the status flags of {case.thing()}",
    "F_SETFL": _set_flags,
}


def _ioctl(case: Case) -> str:
    request = plain(case.call.args.get("request"), "a request")
    said = _REQUESTS.get(request, f"sends the request {request} to {{thing}}")
    if request == "FIONBIO" and not case.call.args.get("arg"):
        said = "makes {thing} blocking: calls on it wait if they must"
    return said.format(thing=case.thing())


_REQUESTS: Mapping[str, str] = {
    "FIONBIO": "makes {thing} nonblocking: calls on it fail with EAGAIN instead of waiting, for "
    "all who share the open file description",
    "FIOCLEX": "marks {thing} to be closed by execve (FD_CLOEXEC)",
    "FIONCLEX": "lets {thing} stay open over execve (no FD_CLOEXEC)",
    "FIONREAD": "asks how many bytes have arrived on {thing}",
    "SIOCOUTQ": "asks how many bytes sent on {thing} are not acknowledged",
    "TCGETS": "asks whether {thing} is a terminal: it is one",
    "TIOCGWINSZ": "asks how large the terminal {thing} is",
}


def _pipe(case: Case) -> str:
    fds = [fd for fd, _ in case.touch.made]
    if len(fds) != 2:
        return gloss(case)
    return f"makes a pipe: what is written to fd {fds[1]} can be read from fd {fds[0]}"


def _made(case: Case) -> str:
    row = ROWS[case.call.name]
    return f"{row.gloss}, fd {case.result}" if row.effect is Effect.MAKES else gloss(case)


def _copy_of_another(case: Case) -> str:
    thing = named(case.story, case.result, dict(case.touch.made).get(case.result))
    theirs = case.fd("targetfd")
    return (
        f"takes a copy of {theirs} of the process of {case.fd()}, as its own {thing}: both stand "
        "for the same open file description"
    )


def _ring(case: Case) -> str:
    return f"makes a ring of requests, fd {case.result}: {_OUT_OF_SIGHT}"


def _requests(case: Case) -> str:
    return f"hands {count(case.result, 'request')} to the kernel: {_OUT_OF_SIGHT}"


_OUT_OF_SIGHT = "what is asked for there is no system call, and so it is out of sight"

EXPLAINERS: Mapping[str, Callable[[Case], str]] = {
    "close": _close,
    "close_range": _close_range,
    "dup": _dup,
    "fcntl": _fcntl,
    "ioctl": _ioctl,
    "pipe": _pipe,
    "open": _made,
    "descriptor": _made,
    "pidfd_getfd": _copy_of_another,
    "io_uring_setup": _ring,
    "io_uring_enter": _requests,
    "io_submit": _requests,
    "ring": _made,
}
