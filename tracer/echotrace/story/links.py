"""Which events of a story belong together; each table is made when it is asked for first."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from echotrace.kernel.flows import messages_of
from echotrace.kernel.sockets import SocketState
from echotrace.story.events import StoryEvent
from echotrace.story.roles import Roles
from echotrace.story.stale import Stale, stale_numbers
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Syscall


class Links:
    """The links between the events of a story, by number, by role, by description."""

    def __init__(self, events: Sequence[StoryEvent], roles: Roles) -> None:
        self._events = events
        self._roles = roles

    @cached_property
    def ends(self) -> Mapping[str, StoryEvent]:
        """The end of each task, by its role."""
        return {event.actor: event for event in self._events if isinstance(event.record, Exit)}

    @cached_property
    def ends_of_processes(self) -> Mapping[str, StoryEvent]:
        """The end of the last task of each process, by the role of the process."""
        return {self._roles.process(actor): end for actor, end in self.ends.items()}

    @cached_property
    def makers(self) -> Mapping[str, StoryEvent]:
        """The call that made each task, by its role."""
        found: dict[str, StoryEvent] = {}
        for event in self._events:
            call = event.record
            if isinstance(call, Syscall) and logical_event(call.name) == "spawn" and call.result:
                role = self._roles.of(call.result, event.end or event.start)
                found.setdefault(role or "", event)
        return found

    @cached_property
    def exit_calls(self) -> Mapping[str, StoryEvent]:
        """The exit_group that ended all tasks of a process, by the role of the process."""
        return {
            self._roles.process(event.actor): event
            for event in self._events
            if isinstance(event.record, Syscall) and event.record.name == "exit_group"
        }

    @cached_property
    def reapers(self) -> Mapping[str, int]:
        """The wait that took notice of the end of a process, by the role of the process."""
        found = {}
        for event in self._events:
            if event.touch is not None and event.touch.reaped is not None:
                role = self._roles.of(event.touch.reaped, event.end or event.start)
                found[role or ""] = event.seq
        return found

    @cached_property
    def woken(self) -> Mapping[int, tuple[StoryEvent, ...]]:
        """The calls whose waiting an event ended, by the number of that event."""
        found: dict[int, list[StoryEvent]] = {}
        for event in self._events:
            if event.woken_by is not None:
                found.setdefault(event.woken_by, []).append(event)
        return {waker: tuple(calls) for waker, calls in found.items()}

    @cached_property
    def found_ready(self) -> Mapping[int, tuple[StoryEvent, ...]]:
        """The waits (select, poll, epoll) that found a description ready, by its id."""
        found: dict[int, list[StoryEvent]] = {}
        for event in self._events:
            for _, description in event.touch.ready if event.touch else ():
                found.setdefault(description.id, []).append(event)
        return {number: tuple(waits) for number, waits in found.items()}

    @cached_property
    def firsts(self) -> Mapping[tuple[str, int], int]:
        """The first call of each task on each connection, by role and number."""
        found: dict[tuple[str, int], int] = {}
        for event in self._events:
            if isinstance(event.record, Syscall) and event.place.connection is not None:
                found.setdefault((event.actor, event.place.connection), event.seq)
        return found

    @cached_property
    def listens(self) -> Mapping[int, int]:
        """The call by which a socket began to listen, by the id of its description."""
        found: dict[int, int] = {}
        for event in self._events:
            touch = event.touch
            if touch is None or touch.used is None or touch.after is None:
                continue
            listened = touch.before is not None and touch.before.state is SocketState.LISTENING
            if not listened and touch.after.state is SocketState.LISTENING:
                found.setdefault(touch.used.id, event.seq)
        return found

    @cached_property
    def stale(self) -> Mapping[int, tuple[Stale, ...]]:
        """By the number of a call: what it names although its process had closed it."""
        return stale_numbers(self._events, self._roles)

    @cached_property
    def numbers_again(self) -> frozenset[int]:
        """The accepts whose number an earlier connection of the same task had, too."""
        had: set[tuple[str, int | None]] = set()
        found = set()
        for event in self._events:
            call = event.record
            if not isinstance(call, Syscall) or logical_event(call.name) != "accept" or call.errno:
                continue
            if (event.actor, call.result) in had:
                found.add(event.seq)
            had.add((event.actor, call.result))
        return frozenset(found)

    @cached_property
    def in_flight(self) -> Mapping[int, tuple[StoryEvent, ...]]:
        """The calls during which something else began, by the description they work on."""
        found: dict[int, list[StoryEvent]] = {}
        for event, following in zip(self._events, (*self._events[1:], None), strict=True):
            used = event.touch.used if event.touch and isinstance(event.record, Syscall) else None
            if used is None:
                continue
            if event.end is None or (following is not None and following.start < event.end):
                found.setdefault(used.id, []).append(event)
        return {number: tuple(events) for number, events in found.items()}

    @cached_property
    def passing(self) -> int | None:
        """When descriptors may first have been sent in a message that the trace does not tell.

        unix(7), SCM_RIGHTS. None if there is no such message.
        """
        return next((event.start for event in self._events if _may_pass(event)), None)

    @cached_property
    def senders(self) -> Mapping[int, tuple[StoryEvent, ...]]:
        """The calls that sent a description in a message, by its id."""
        found: dict[int, list[StoryEvent]] = {}
        for event in self._events:
            for _, description in event.touch.passed if event.touch is not None else ():
                found.setdefault(description.id, []).append(event)
        return {number: tuple(events) for number, events in found.items()}

    @cached_property
    def receivers(self) -> Mapping[int, StoryEvent]:
        """The call that received what a message carried, by the event that sent the message."""
        found: dict[int, StoryEvent] = {}
        for event in self._events:
            for seq in event.touch.received if event.touch is not None else ():
                if seq is not None:
                    found.setdefault(seq, event)
        return found

    @cached_property
    def lasts(self) -> Mapping[int, int]:
        """When the last reference to a description was given up, by its id."""
        return {
            freed.description.id: event.start
            for event in self._events
            if event.touch is not None
            for freed in event.touch.freed
            if not freed.left
        }


def _may_pass(event: StoryEvent) -> bool:
    """Whether a call sends control data that is not told over what may be a Unix socket."""
    call, touch = event.record, event.touch
    if not isinstance(call, Syscall) or call.name not in ("sendmsg", "sendmmsg") or call.errno:
        return False
    several = call.args.get("msgvec")
    unread = call.name == "sendmmsg" and not isinstance(several, list)
    if not unread and not any(_untold(message) for message in messages_of(call)):
        return False
    ends = [each for each in (touch.used, touch.before) if each] if touch else []
    addresses = [address for each in ends for address in (each.local, each.peer) if address]
    return all(address.startswith("unix") for address in addresses)


def _untold(message: Mapping[str, object]) -> bool:
    """Whether a message has control data that the trace does not tell."""
    size = message.get("controllen")
    return isinstance(size, int) and size > 0 and not isinstance(message.get("control"), list)
