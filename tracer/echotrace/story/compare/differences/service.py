"""Who serves a connection on one side, and how it came to that: what the rules on tasks ask for."""

from dataclasses import dataclass

from echotrace.story.compare.differences.sides import Side, kind_of
from echotrace.story.nouns import StoryEvent
from echotrace.trace import Syscall


@dataclass(frozen=True)
class Service:
    """Who serves a connection.

    `accept` took the connection, None where there is none (UDP); `served` is the first call of the
    task that serves it; `maker` the call that made this task, None for the first task of all.
    """

    side: Side
    accept: StoryEvent | None
    served: StoryEvent
    maker: StoryEvent | None

    @property
    def who(self) -> str:
        """The task that serves."""
        return self.served.actor

    @property
    def process(self) -> str:
        """The process that this task belongs to."""
        return self.side.story.roles.process(self.who)

    @property
    def thread(self) -> bool:
        """Whether it is a thread beside others."""
        return self.who in self.side.story.roles.leaders

    @property
    def whose(self) -> str:
        """What it serves: `#1`."""
        return self.served.place.name

    @property
    def handed(self) -> bool:
        """Whether another task accepted the connection."""
        return self.accept is not None and self.accept.actor != self.who

    @property
    def beforehand(self) -> bool:
        """Whether the task was made before the connection was accepted."""
        return (
            self.maker is not None
            and self.accept is not None
            and self.maker.start < self.accept.start
        )

    @property
    def shares_table(self) -> bool:
        """Whether the task was made to share its maker's descriptor table."""
        return "CLONE_FILES" in flags_of(self.maker)

    @property
    def ending(self) -> StoryEvent | None:
        """The call by which the task ends with its connection."""
        return next((e for e in self.side.all("exit") if e.actor == self.who), None)


def service(side: Side) -> Service | None:
    """Who serves the connection of a side; None where nobody does."""
    served = side.served
    if served is None:
        return None
    return Service(side, side.first("accept"), served, side.story.links.makers.get(served.actor))


def flags_of(event: StoryEvent | None) -> tuple[str, ...]:
    """The flags of an event that makes a task, as given; none for fork, and where unknown."""
    record = event.record if event else None
    if event is None or not isinstance(record, Syscall) or kind_of(event) != "spawn":
        return ()
    return tuple(flag for flag in str(record.args.get("flags") or "").split("|") if flag)
