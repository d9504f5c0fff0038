"""What a server costs: calls, tasks, descriptors, and the time its clients wait."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from echotrace.kernel.gauge import MostOpen
from echotrace.story.costs.client_waits import Wait, client_waits
from echotrace.story.costs.traffic import traffic
from echotrace.story.nouns import Story
from echotrace.trace import Task


@dataclass(frozen=True)
class Spread:
    """Numbers of one kind: the `median` (of two in the middle their mean), `least` and `most`."""

    median: float
    least: int
    most: int

    @classmethod
    def of(cls, numbers: Sequence[int]) -> "Spread | None":
        """That of some numbers; None of none."""
        return cls(float(median(numbers)), min(numbers), max(numbers)) if numbers else None


@dataclass(frozen=True)
class Made:
    """How many processes and threads a server made, the first process aside."""

    processes: int
    threads: int


@dataclass(frozen=True)
class Costs:
    """The costs of one story. A field is None where the trace cannot tell it.

    `connections` is over how many connections, or UDP peers, they are. A connection that the
    recording ends counts with what was done for it until then.

    `calls_per_connection` are the system calls at a connection's place, from the accept that
    returned it to the last close and the exit of who served it, and the waits for readiness that
    found it, or before that its accept, ready. A wait that found several counts for each of them.

    `calls_per_echo` is a mean over the `echoes`: what one send of a client costs until all its
    bytes have gone back. It counts the calls that receive them, those that send them and the waits
    for readiness that lead to either, with all that is called for the connection while bytes
    that were received have not gone back. The recv that waits for the next bytes belongs to the
    next echo, the one that returns 0 to none. None without echoes, and where the clients are not
    echotrace's, for then nothing tells where one send ends.

    `made_before` are the tasks made before the server took its first client, `made_serving` those
    made since.

    `most_open` are the most descriptors open at one time, those of the loader among them.

    `waits` has for each client that waited its longest wait for the server, with for whom it
    waited: see `client_waits`.

    `bytes_per_call` is the mean of the bytes that a call moves from or to a client; calls that move
    none, as the recv that returns 0, do not count. A message of recvmmsg or sendmmsg is not a call.
    """

    connections: int
    calls_per_connection: Spread | None
    echoes: int
    calls_per_echo: float | None
    made_before: Made
    made_serving: Made
    most_open: MostOpen | None
    waits: tuple[Wait, ...]
    bytes_per_call: float | None

    @property
    def longest_wait(self) -> Wait | None:
        """The longest wait of any client; of equal ones the first client's."""
        return max(self.waits, key=lambda wait: wait.time, default=None)


def costs(story: Story) -> Costs:
    """What a story cost its server and its clients; never fails."""
    found = traffic(story)
    moving, moved = sum(each.moving for each in found), sum(each.moved for each in found)
    echoes, calls = sum(each.echoes for each in found), sum(each.echo_calls for each in found)
    tasks = [record for record in story.trace.records if isinstance(record, Task)]
    made = [task for task in tasks if task.parent is not None]
    first = _first_taken(story)
    return Costs(
        connections=len(found),
        calls_per_connection=Spread.of([each.calls for each in found]),
        echoes=echoes,
        calls_per_echo=calls / echoes if echoes else None,
        made_before=_made(task for task in made if first is None or task.time < first),
        made_serving=_made(task for task in made if first is not None and task.time >= first),
        most_open=story.history.most_open,
        waits=tuple(_longest(client_waits(story))),
        bytes_per_call=moved / moving if moving else None,
    )


def _first_taken(story: Story) -> int | None:
    """When the server had its first client: accept, or a recvfrom, returned (ns)."""
    if not story.connections:
        return None
    first = story.connections[0]
    taken = story.event(first.events[0] if first.accepted is None else first.accepted)
    return taken.start if taken.end is None else taken.end


def _made(tasks: Iterable[Task]) -> Made:
    threads = [task.tid != task.pid for task in tasks]
    return Made(processes=threads.count(False), threads=threads.count(True))


def _longest(waits: Iterable[Wait]) -> Iterable[Wait]:
    """The longest wait of each client, by client."""
    found: dict[int, Wait] = {}
    for wait in waits:
        known = found.get(wait.client)
        if known is None or wait.time > known.time:
            found[wait.client] = wait
    return found.values()
