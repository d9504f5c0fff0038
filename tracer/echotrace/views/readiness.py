"""What waits for readiness ask and find, in short: descriptors, and only unusual events by name."""

from collections.abc import Iterator

from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall
from echotrace.views import words

#: The answers of select that are not meant unless they are named.
_NAMED_SETS = ("writable", "exceptional")
_WAITS = frozenset({"select", "poll", "epoll wait"})
_SECONDS_AS_ASKED = frozenset({"select", "pselect6", "epoll_pwait2"})


def asked(entries: object) -> str:
    """The descriptors that poll is asked about; what it answers is no part of the question."""
    if not isinstance(entries, list):
        return words.value(entries)
    return words.value([_in_short(each, "events") for each in entries])


def found(event: StoryEvent, call: Syscall) -> str:
    """What select, poll or epoll_wait found ready; how many descriptors, if unknown which."""
    if "readable" in call.args:
        return _sets(call)
    known = event.touch.ready if event.touch else ()
    if len(known) != call.result:
        return words.value(call.result)
    key = "revents" if "fds" in call.args else "events"
    told = call.args.get("fds", call.args.get("events"))
    entries = (
        [e for e in told if isinstance(e, dict) and e.get(key)] if isinstance(told, list) else []
    )
    pairs = zip(known, entries, strict=False)
    return words.value([_in_short(entry | {"fd": fd}, key) for (fd, _), entry in pairs])


def in_vain(call: Syscall) -> Iterator[str]:
    """The timeout of a wait that found nothing: 0 has looked only, another one has run out.

    ppoll leaves what remains of its own, and it is read then: what was asked for is not known.
    """
    timeout = call.args.get("timeout")
    if call.result != 0 or logical_event(call.name) not in _WAITS:
        return
    if isinstance(timeout, int):
        yield f"{timeout} ms"
    elif isinstance(timeout, float) and call.name in _SECONDS_AS_ASKED:
        yield f"{timeout:g} s"


def _sets(call: Syscall) -> str:
    """The sets as select left them; what can be read goes without a name."""
    named = [
        f"{name} {words.value(call.args[name])}" for name in _NAMED_SETS if call.args.get(name)
    ]
    return ", ".join([words.value(call.args["readable"] or []), *named])


def _in_short(entry: object, key: str) -> object:
    """`4` of an entry that is about input only, else `4 IN|HUP`; what is no entry, as it is."""
    if not isinstance(entry, dict) or "fd" not in entry:
        return entry
    events = str(entry.get(key)).replace("EPOLL", "").replace("POLL", "")
    return entry["fd"] if events == "IN" else f"{words.value(entry['fd'])} {events}"
