"""Tasks: made, given another program, waited for; and what signals do to them."""

from collections.abc import Callable, Mapping

from echotrace.kernel.descriptions import COPIES_NAMED
from echotrace.story.explain.case import Case, gloss, role
from echotrace.story.explain.on_descriptors import given_up
from echotrace.story.explain.text import count, listed, plain, words_of

#: What a new task shares with its maker, by the flag that says so (clone(2)).
_SHARED: Mapping[str, str] = {
    "CLONE_VM": "memory",
    "CLONE_FILES": "descriptor table",
    "CLONE_SIGHAND": "signal handlers",
}


def _spawn(case: Case) -> str:
    flags = words_of(case.flags())
    made = role(case.story, case.result, case.event.end)
    thread = "CLONE_THREAD" in flags
    kind = "thread" if thread else "process"
    shared = [noun for flag, noun in _SHARED.items() if flag in flags]
    name = case.function if case.function == case.call.name else _wrapped(case, shared)
    said = f"makes the {kind} {made} with {name}"
    if case.call.name == "vfork" or {"CLONE_VM", "CLONE_VFORK"} <= flags:
        return (
            f"{said}: it borrows the memory of {case.who} until it calls execve or ends, and has a "
            f"copy of the descriptor table{_copies(case)}"
        )
    if case.call.name in ("clone", "clone3") and case.call.args.get("flags") is None:
        return f"{said}; what it shares is not known, for the flags could not be read"
    if "CLONE_FILES" in flags:
        return (
            f"{said}: they share {listed(shared)}, so no reference is added and a close by either "
            "counts for both"
        )
    return f"{said}: {made} gets a copy of the memory and of the descriptor table{_copies(case)}"


def _wrapped(case: Case, shared: list[str]) -> str:
    """The C function and the call behind it: that difference is half the lesson."""
    how = "with CLONE_THREAD" if "CLONE_THREAD" in words_of(case.flags()) else "without CLONE_VM"
    if shared and how == "without CLONE_VM":
        how = f"sharing {listed(shared)}"
    return f"{case.function}(), which is {case.call.name} {how}"


def _copies(case: Case) -> str:
    """The sockets that have one reference more now."""
    copied = sorted(case.touch.copied[:COPIES_NAMED], key=lambda slot: slot.fd)
    if not copied:
        return ""
    more = "; other sockets, too, have one more" if len(case.touch.copied) > COPIES_NAMED else ""
    names = [case.named(slot.fd, slot.description) for slot in copied]
    counts = {slot.references for slot in copied}
    if len(counts) == 1:
        each = " each" if len(names) > 1 else ""
        verb = "have" if len(names) > 1 else "has"
        return f", so {listed(names)} now {verb} {counts.pop()} references{each}{more}"
    (name, slot), *others = zip(names, copied, strict=True)
    told = [f"{slot.references} references to {name}"]
    told += [f"{other.references} to {name}" for name, other in others]
    return f", so there are now {listed(told)}{more}"


def _exec(case: Case) -> str:
    if not case.touch.freed:
        return "replaces its program; its descriptors stay open in the new one"
    return (
        "replaces its program; descriptors stay open, except those marked FD_CLOEXEC or of threads "
        f"that end with it: {given_up(case, case.touch.freed)}"
    )


def _unshare(case: Case) -> str:
    flags = words_of(case.flags())
    if "CLONE_FILES" in flags:
        return "gets a descriptor table of its own, a copy of the one it shared"
    return f"stops sharing what {plain(case.flags(), 'its flags')} names with other tasks"


def _wait(case: Case) -> str:
    reaped = case.touch.reaped
    if reaped is not None:
        child = role(case.story, reaped, case.event.end)
        status = _status(case)
        return (
            f"takes the exit status of {child}{status}: the zombie leaves the process table and "
            "its id is free again"
        )
    if case.result == 0 and "WNOHANG" in words_of(case.flags("options")):
        return "finds no child that has ended and does not wait for one (WNOHANG)"
    return "learns the state of a child, which stays in the process table"


def _status(case: Case) -> str:
    """`, which ended with 1`; wait4 tells words, waitid numbers."""
    verb, _, value = str(case.call.args.get("wstatus")).partition(" ")
    value = plain(value, "")
    how = {"exited": f"which exited with {value}", "killed": f"which {value} ended"}.get(verb, "")
    return f" ({how})" if how and value else ""


def _sigaction(case: Case) -> str:
    signal = plain(case.call.args.get("signum"), "a signal")
    action = case.call.args.get("act")
    if not isinstance(action, dict):
        return f"asks what {signal} does"
    handler = str(action.get("handler"))
    if signal == "SIGCHLD" and (
        handler == "SIG_IGN" or "SA_NOCLDWAIT" in words_of(action.get("flags"))
    ):
        return "has the kernel take away its children when they end, so none becomes a zombie"
    return _HANDLERS.get(handler, "changes what {signal} does").format(signal=signal) + (
        "; calls that it interrupts are made again" if _restarts(action, handler) else ""
    )


def _restarts(action: Mapping[str, object], handler: str) -> bool:
    return handler == "function" and "SA_RESTART" in words_of(action.get("flags"))


_HANDLERS: Mapping[str, str] = {
    "SIG_IGN": "ignores {signal} from now on, in all its threads",
    "SIG_DFL": "leaves {signal} to its default action from now on",
    "function": "sets a handler: when {signal} comes, a function of the program runs",
}


def _futex(case: Case) -> str:
    op = case.flags("op")
    if op.startswith("FUTEX_WAIT"):
        return f"goes on in {case.function}"
    if op.startswith("FUTEX_WAKE"):
        sleepers = case.story.links.woken.get(case.event.seq, ())
        told = [f"{each.actor} (event {each.seq})" for each in sleepers]
        whom = listed(told) or count(case.result, "thread")
        return f"wakes {whom} in {case.function}" + ("" if case.result else ": none sleeps there")
    return gloss(case)


EXPLAINERS: Mapping[str, Callable[[Case], str]] = {
    "spawn": _spawn,
    "exec": _exec,
    "unshare": _unshare,
    "wait": _wait,
    "signal": _sigaction,
    "futex": _futex,
}
