"""What a trace cannot show, though it shows that there is such a thing: one sentence for each kind.

A recording holds system calls. What a program has done for it in other ways is out of sight, and
what follows from it is not known either.
"""

from collections.abc import Callable, Mapping

from echotrace.story.nouns import Story
from echotrace.syscalls import FOREIGN, ROWS, Effect
from echotrace.trace import Syscall

#: The calls worth a closer look, since a trace may have millions of others.
_SUSPECTS = frozenset({"io_uring_setup", "io_uring_enter", "io_submit"}) | {
    row.name for row in ROWS.values() if row.effect is Effect.SPAWNS
}


def _is_suspect(call: Syscall) -> bool:
    return call.name in _SUSPECTS or _foreign(call)


def _rings(call: Syscall) -> bool:
    return call.name in ("io_uring_setup", "io_uring_enter") and call.errno is None


def _requests(call: Syscall) -> bool:
    return call.name == "io_submit" and bool(call.result) and call.errno is None


def _frees_child(call: Syscall) -> bool:
    return call.errno is None and "CLONE_UNTRACED" in str(call.args.get("flags"))


def _foreign(call: Syscall) -> bool:
    return call.name.startswith(FOREIGN)


#: What shows that something is out of sight, and the sentence that says so.
_WAYS: Mapping[Callable[[Syscall], bool], str] = {
    _rings: "{who} works through io_uring (event {seq}): the operations it submits there are no "
    "system calls, and are out of sight.",
    _requests: "{who} hands requests to the kernel with io_submit (event {seq}): what they do is "
    "done without system calls, and is out of sight.",
    _frees_child: "{who} makes a task that may not be traced (CLONE_UNTRACED, event {seq}): what "
    "that task does is out of sight.",
    _foreign: "{who} makes 32-bit system calls (first in event {seq}): of these only the number is "
    "recorded, and what they do is out of sight.",
}


def out_of_sight(story: Story) -> tuple[str, ...]:
    """The sentences, each with the first event that shows it and who made it."""
    first: dict[Callable[[Syscall], bool], tuple[str, int]] = {}
    for event in story.events:
        if isinstance(event.record, Syscall) and _is_suspect(event.record):
            for way in _WAYS:
                if way not in first and way(event.record):
                    first[way] = story.roles.process(event.actor), event.seq
    return tuple(
        sentence.format(who=first[way][0], seq=first[way][1])
        for way, sentence in _WAYS.items()
        if way in first
    )
