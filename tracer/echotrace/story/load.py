"""A free run as its clients counted it, compared with what the trace counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TypeAlias

from echotrace.story.nouns import Connection, Story
from echotrace.trace import ClientTotal, Load

#: A client and its connection.
Answered: TypeAlias = tuple[ClientTotal, Connection]


@dataclass(frozen=True)
class FreeRun:
    """The clients of a free run and their connections.

    `served` are the clients whose connection the trace has; `missing` those that connected and
    have none there.
    """

    load: Load
    totals: tuple[ClientTotal, ...]
    served: tuple[Answered, ...]
    missing: tuple[ClientTotal, ...]

    @property
    def failed(self) -> tuple[ClientTotal, ...]:
        """The clients that did not get back all they sent."""
        return tuple(total for total in self.totals if total.error)

    @cached_property
    def agreeing(self) -> tuple[Answered, ...]:
        """Clients that counted the same bytes as the trace does."""
        return tuple(pair for pair in self.served if _agree(*pair))

    @cached_property
    def differing(self) -> tuple[Answered, ...]:
        """Clients without an error that counted other bytes than the trace does."""
        return tuple(pair for pair in self.served if not pair[0].error and not _agree(*pair))

    @property
    def at_once(self) -> int:
        """How many connections at most were open, and answered, at the same time."""
        changes = [
            change
            for total in self.totals
            if total.answered is not None and total.ended is not None
            for change in ((total.answered, 1), (total.ended, -1))
        ]
        return max(accumulate(step for _, step in sorted(changes)), default=0)

    @property
    def echoes(self) -> int:
        """How many echoes came back whole."""
        return sum(total.echoes for total in self.totals)

    @property
    def time(self) -> int:
        """From the first connect to the last close (ns)."""
        began = [total.began for total in self.totals if total.began is not None]
        ended = [total.ended for total in self.totals if total.ended is not None]
        return max(ended) - min(began) if ended and began else 0


def _agree(total: ClientTotal, connection: Connection) -> bool:
    return (total.sent, total.received) == (connection.bytes_in, connection.bytes_out)


def free_run(story: Story) -> FreeRun | None:
    """What the clients of a free run did; None for a trace with a script, or without totals."""
    load, totals = story.trace.header.load, story.trace.totals()
    if load is None or not totals:
        return None
    of_client = {each.client: each for each in story.connections if each.client is not None}
    return FreeRun(
        load,
        totals,
        tuple((total, of_client[total.client]) for total in totals if total.client in of_client),
        tuple(
            total
            for total in totals
            if total.answered is not None and total.client not in of_client
        ),
    )


def shortfalls(story: Story) -> Iterator[str]:
    """What went wrong in a free run, in sentences.

    In a recording that was ended early clients may know more than the trace: nothing is compared.
    """
    run, end = free_run(story), story.trace.end
    if run is None:
        return
    all_clients = f"{len(run.totals):,} clients"
    if run.failed:
        first = run.failed[0]
        yield (
            f"{len(run.failed):,} of {all_clients} did not get back all they sent, "
            f"first C{first.client}: {first.error}."
        )
    if end is None or end.reason is not None:
        return
    if run.differing:
        total, connection = run.differing[0]
        yield (
            f"Clients and trace disagree on {_connections(run.differing)}, first "
            f"{connection.place.name}: C{total.client} sent {total.sent:,} bytes and got "
            f"{total.received:,}, the trace has {connection.bytes_in:,} in and "
            f"{connection.bytes_out:,} out."
        )
    if run.missing:
        yield (
            f"{len(run.missing):,} of {all_clients} were answered on a connection that is not in "
            f"the trace, first C{run.missing[0].client}."
        )


def _connections(found: Sequence[object]) -> str:
    return f"{len(found):,} connection{'' if len(found) == 1 else 's'}"
