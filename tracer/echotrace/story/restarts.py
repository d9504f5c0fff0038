"""A call that a signal or a tracer's stop interrupted and the kernel made again is one call.

The kernel ends the first attempt with ERESTART…, which no program sees, and then goes back to the
same instruction with the same registers, or to restart_syscall(2) (signal(7)). A call that the
program itself makes again after EINTR looks the same to a tracer; it is put together too.
"""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from echotrace.syscalls import FILLED_IN, ROWS
from echotrace.trace import Event, Exit, Syscall


def merged(events: Iterable[Event]) -> list[tuple[Event, tuple[int, ...]]]:
    """The events with restarted attempts put together, each with the numbers of those attempts."""
    found: list[tuple[Event, tuple[int, ...]]] = []
    waiting: dict[int, int] = {}
    for event in events:
        if isinstance(event, Syscall):
            at = waiting.pop(event.tid, None) if waiting else None
            again = event.errno is not None and event.errno.startswith("ERESTART")
            if at is not None:
                first, resumed = found[at]
                assert isinstance(first, Syscall)
                if _restarts(first, event):
                    found[at] = _joined(first, event), (*resumed, event.seq)
                    if again:
                        waiting[event.tid] = at
                    continue
            if again:
                waiting[event.tid] = len(found)
        elif isinstance(event, Exit):
            waiting.pop(event.tid, None)
        found.append((event, ()))
    return found


def _restarts(first: Syscall, second: Syscall) -> bool:
    if second.name == "restart_syscall":
        return True
    return second.name == first.name and _given(second) == _given(first)


def _given(call: Syscall) -> dict[str, Any]:
    """The arguments that the program gave and the kernel did not write to."""
    row = ROWS.get(call.name)
    filled_in = {a.name for a in row.arguments if a.kind in FILLED_IN} if row else set()
    return {name: value for name, value in call.args.items() if name not in filled_in}


def _joined(first: Syscall, last: Syscall) -> Syscall:
    same = last.name == first.name
    return replace(
        last,
        seq=first.seq,
        start=first.start,
        name=first.name,
        args=last.args if same else first.args,
        site=first.site or last.site,
    )
