"""What makes two steps the same: not the numbers of a run, but the call and its outcome."""

from echotrace.story.nouns import StoryEvent
from echotrace.story.roles import is_thread
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall

#: Arguments that say what the kernel is asked to do. Descriptor numbers, task ids and addresses
#: in memory belong to a run; how large a buffer is, a difference of its own says.
ASKED = (
    "domain", "type", "protocol", "backlog", "flags", "how", "status", "optname", "optval", "op",
    "cmd", "request",
)  # fmt: skip


def essence(event: StoryEvent) -> tuple[object, ...]:
    """What has to be equal for two events to be the same.

    The call, its error or that it has not returned, the bytes that it moved, what it asked for;
    whether somebody's address goes with the bytes; and whether a thread ends its whole process.
    """
    record = event.record
    if not isinstance(record, Syscall):
        return (getattr(record, "signal", None), getattr(record, "status", None))
    moved = record.result if record.data is not None else None
    return _of_call(event.actor, record, moved, record.data)


def outline(event: StoryEvent) -> tuple[object, ...]:
    """The essence but for the payload: whether bytes were moved, not which or how many."""
    record = event.record
    if not isinstance(record, Syscall) or record.data is None:
        return essence(event)
    return _of_call(event.actor, record, bool(record.result), None)


def _of_call(
    actor: str, record: Syscall, moved: int | None, data: str | None
) -> tuple[object, ...]:
    asked = tuple([_plain(value) for value in map(record.args.get, ASKED)])
    addressed = logical_event(record.name) in ("recv", "send") and bool(record.args.get("addr"))
    bound = _host(record) if record.name == "bind" else None
    going_on = record.end is None
    ends_all = record.name == "exit_group" and is_thread(actor)
    return (
        record.name,
        record.errno,
        going_on,
        moved,
        data,
        asked,
        addressed,
        bound,
        ends_all,
    )


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, str | int) else repr(value)


def _host(call: Syscall) -> str | None:
    """The address that is bound, without the port, which is another in each run."""
    address = call.args.get("addr")
    return address.rpartition(":")[0] if isinstance(address, str) else None
