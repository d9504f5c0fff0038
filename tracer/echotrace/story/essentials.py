"""Which events belong to the lecture: sockets, connections, tasks; no files, no noise."""

from collections.abc import Iterable

from echotrace.story.events import NONE, StoryEvent
from echotrace.syscalls import ROWS, Effect
from echotrace.trace import Exit, Signal, Syscall

#: Signals that change nothing unless the program says so (signal(7)): noise in a lecture.
_QUIET_SIGNALS = frozenset({"SIGCHLD", "SIGURG", "SIGWINCH", "SIGCONT"})


def is_essential(event: StoryEvent) -> bool:
    """Whether an event belongs to the lecture: sockets, connections, tasks; no files, no noise."""
    if event.place == NONE:
        return False
    record = event.record
    if isinstance(record, Signal):
        return record.signal not in _QUIET_SIGNALS
    return not isinstance(record, Syscall) or record.name in ROWS


def without_announced_ends(events: Iterable[StoryEvent]) -> list[StoryEvent]:
    """Leaves out the ends of tasks that just called exit: the call says it."""
    leaving: set[str] = set()
    kept = []
    for event in events:
        record = event.record
        if isinstance(record, Syscall):
            row = ROWS.get(record.name)
            if row is not None and row.effect is Effect.EXITS:
                leaving.add(event.actor)
        elif isinstance(record, Exit) and record.signal is None and event.actor in leaving:
            continue
        kept.append(event)
    return kept
