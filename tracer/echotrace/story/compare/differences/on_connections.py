"""What differs in which clients are served: a connection that only one side has."""

from collections.abc import Iterator, Sequence

from echotrace.story.compare.differences.sides import TwoSides, difference, shown
from echotrace.story.compare.nouns import Difference
from echotrace.story.explain.text import listed
from echotrace.story.nouns import Connection
from echotrace.story.roles import client_role

#: So many connections without a counterpart are named.
_MOST_NAMED = 3


def without_counterpart(alignments: Sequence[TwoSides]) -> Iterator[Difference]:
    """The connections that only one side has, in one sentence for each side."""
    for position in (0, 1):
        found = []
        for both in alignments:
            side = (both.one, both.other)[position]
            if both.one_sided and side.connection is not None:
                found.append((side, (both.other, both.one)[position]))
        if found:
            side, across = found[0]
            events = [event for own, _ in found for event in own.calls]
            connections = [own.connection for own, _ in found if own.connection]
            whose = listed([_named(each) for each in connections[:_MOST_NAMED]])
            more = len(connections) - _MOST_NAMED
            if more > 0:
                whose += f" … ({more:,} more)"
            at = f" ({side.at(*events)})" if events else ""
            lacks = "had no datagram" if across.story.receivers else "had no connection"
            of = "that client" if len(connections) == 1 else "those clients"
            yield difference(
                "connection",
                f"{side.name} serves {whose}{at}; "
                f"{across.so_far(f'{across.name} has {lacks} of {of}')}",
                *shown(side, events),
            )


def _named(connection: Connection) -> str:
    client = f" of {client_role(connection.client)}" if connection.client else ""
    return f"{connection.place.name}{client}"
