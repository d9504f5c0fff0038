"""The handlers of calls that give descriptors to other processes: SCM_RIGHTS, pidfd_getfd.

A message takes its references as the call that sends it begins: the receiver may have them before
that call is seen to return. A receiver has them when its call returns; until then, or until the
message is lost, they are in flight (see `flight`). Which message it was is told by the queue of the
socket pair; elsewhere by what the received descriptors lead to (proc(5)).
"""

from collections.abc import Sequence

from msgspec.structs import replace

from echotrace.kernel import on_descriptors as fds
from echotrace.kernel import on_sockets
from echotrace.kernel.descriptions import Description, Touch
from echotrace.kernel.facts import endpoint_of, makes_cloexec, succeeded
from echotrace.kernel.flight import Message
from echotrace.kernel.flows import HOLDS_MESSAGES, lengths, messages_of, peeks, rights
from echotrace.kernel.live import Live
from echotrace.kernel.tables import Open
from echotrace.kernel.tasks import Running
from echotrace.trace import Syscall


def sends(live: Live, task: Running, call: Syscall) -> None:
    """sendmsg(2): what the message carries is in flight from here on."""
    fds.uses(live, task, call)
    post(live, task, call)


def post(live: Live, task: Running, call: Syscall) -> None:
    """Put what a call sends into the queue of the other end."""
    entry = task.using
    if entry is None or (entry.far is None and call.name not in HOLDS_MESSAGES):
        return
    far, messages = entry.far, messages_of(call)
    if not succeeded(call) or (far is None and not messages):
        return
    inbox = far.inbox if far is not None and far.inbox is not None else live.astray
    passed: list[tuple[int, Description]] = []
    for position, size in enumerate(lengths(call)):
        numbers = list(rights(messages[position])) if position < len(messages) else []
        if size == 0 and _is_stream(entry):
            continue  # nothing is sent: neither bytes nor what would go with them
        held = [(fd, live.held(task.table, call, fd)) for fd in numbers]
        carried = [(fd, carry) for fd, carry in held if carry is not None]
        if carried:
            for _, carry in carried:
                carry.in_flight += 1
            carries = tuple(carry for _, carry in carried)
            inbox.messages.append(Message(call.seq, carries, inbox.sent))
            passed += [(fd, carry.description) for fd, carry in carried]
        inbox.sent += _units(entry, size)
    if passed:
        told = live.ledger.touches.get(call.seq) or Touch(call.seq, entry.description)
        live.book(replace(told, passed=tuple(passed)))


def receives(live: Live, task: Running, call: Syscall) -> None:
    """recvmsg(2): the descriptors in a message are new ones of the same descriptions."""
    on_sockets.receives(live, task, call)
    collect(live, task, call)


def collect(live: Live, task: Running, call: Syscall) -> None:
    """Take what a call received out of the queue of its socket."""
    entry = task.using
    if entry is None or (entry.inbox is None and call.name not in HOLDS_MESSAGES):
        return
    if not succeeded(call):
        return
    brought = [numbers for message in messages_of(call) if (numbers := list(rights(message)))]
    inbox = entry.inbox
    if inbox is not None and not peeks(call):
        inbox.taken += sum(_units(entry, size) for size in lengths(call))
        if not brought:
            for message in inbox.reached():
                inbox.drop(message)  # there was no room for what it carries
    made: list[tuple[int, Description]] = []
    origins: list[int | None] = []
    for numbers in brought:
        found = _receive(live, task, call, numbers)
        made += [(fd, carry.description) for fd, carry, _ in found]
        origins += [seq for *_, seq in found]
    if made:
        told = live.ledger.touches.get(call.seq) or Touch(call.seq, entry.description)
        live.book(replace(told, made=tuple(made), received=tuple(origins)))


def _receive(
    live: Live, task: Running, call: Syscall, numbers: Sequence[int]
) -> list[tuple[int, Open, int | None]]:
    """The descriptors of one message, with their descriptions and the event that sent them."""
    entry = task.using
    inbox = entry.inbox if entry is not None and entry.inbox is not None else live.astray
    told = [endpoint_of(call, fd) for fd in numbers]
    message = inbox.find([endpoint.link for endpoint in told])
    found: list[tuple[int, Open, int | None]] = []
    for position, (fd, endpoint) in enumerate(zip(numbers, told, strict=True)):
        if message is not None:
            carry = message.carries[position]
        else:
            carry = live.linked(endpoint.link) or live.unknown(endpoint)
        live.fill(task.table, call, fd, carry, cloexec=makes_cloexec(call))
        found.append((fd, carry, message.seq if message else None))
    if message is not None and not peeks(call):
        inbox.drop(message)
    return found


def _is_stream(entry: Open) -> bool:
    return entry.socket is None or entry.socket.stream


def _units(entry: Open, size: int) -> int:
    """What a queue counts: bytes of a stream, messages of another socket."""
    return size if _is_stream(entry) else 1


def opens_process(live: Live, task: Running, call: Syscall) -> None:
    """pidfd_open(2): remember whose descriptor it is."""
    fds.makes(live, task, call)
    pid = call.args.get("pid")
    if succeeded(call) and call.result in task.table.slots and isinstance(pid, int):
        task.table.slots[call.result].process = pid


def copies_descriptor(live: Live, task: Running, call: Syscall) -> None:
    """pidfd_getfd(2): another descriptor of what stands at a number of another process."""
    fd = call.result
    if fd is None or not succeeded(call):
        return
    told = endpoint_of(call, fd)
    pid = task.using.process if task.using is not None else None
    owner = live.processes.get(pid) if pid is not None else None
    threads = owner.tasks.values() if owner is not None else ()
    number = call.args.get("targetfd")
    slots = next((each.table.slots for each in threads), {})
    entry = slots.get(number) if isinstance(number, int) else None
    entry = entry or live.linked(told.link) or live.unknown(told)
    live.fill(task.table, call, fd, entry, cloexec=True)
    used = task.using.description if task.using is not None else None
    live.book(Touch(call.seq, used, ((fd, entry.description),), after=entry.socket))
