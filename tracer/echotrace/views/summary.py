"""The table below a timeline: what each connection cost and how it ended."""

from collections.abc import Sequence

from tabulate import tabulate

from echotrace.story.nouns import Connection, Story
from echotrace.views import words

_HEAD = ("#", "client", "calls", "in", "out", "tasks", "closed by")
_ALIGN = ("left", "left", "right", "right", "right", "left", "left")
_MOST_ROLES = 4


def rows(story: Story) -> list[tuple[str, ...]]:
    """One row a connection; bytes as the server received and sent them."""
    return [_row(connection) for connection in story.connections]


def summary(story: Story, width: int) -> str:
    """The table as text; a sentence when there were no connections."""
    if not story.connections:
        return "No connection was accepted."
    for widest in (None, 16, 12, 8):
        table = tabulate(
            rows(story), headers=_HEAD, tablefmt="simple", disable_numparse=True, colalign=_ALIGN,
            maxcolwidths=[None, widest, None, None, None, widest, widest],
        )  # fmt: skip
        if max(map(len, table.splitlines())) <= width:
            break
    return table


def _row(connection: Connection) -> tuple[str, ...]:
    return (
        f"#{connection.number}",
        f"C{connection.client}" if connection.client else words.address(connection.peer),
        str(connection.calls),
        str(connection.bytes_in),
        str(connection.bytes_out),
        _list(connection.tasks),
        _list(connection.closed_by) if connection.ended_by else "still open",
    )


def _list(names: Sequence[str]) -> str:
    few = ", ".join(names[:_MOST_ROLES])
    return few if len(names) <= _MOST_ROLES else f"{few} and {len(names) - _MOST_ROLES} more"
