"""The table below a timeline: what each connection cost and how it ended."""

from collections.abc import Sequence

from tabulate import tabulate

from echotrace.story.nouns import Connection, Story
from echotrace.story.roles import client_role
from echotrace.views import words

HEAD = ("#", "client", "calls", "B in", "B out", "tasks", "closed by")
_ALIGN = ("left", "left", "right", "right", "right", "left", "left")
_LISTS = frozenset({"client", "tasks", "closed by"})
_MOST_ROLES = 4


def rows(story: Story) -> list[tuple[str, ...]]:
    """One row a connection; bytes as the server received and sent them."""
    return [row(connection) for connection in story.connections]


def summary(story: Story, width: int) -> str:
    """The table as text; a sentence when there were no connections."""
    if not story.connections:
        return empty(story)
    tables = (
        _table(story, widest, clients=names) for names in (True, False) for widest in (None, 16, 8)
    )
    fitting = (table for table in tables if max(map(len, table.splitlines())) <= width)
    return next(fitting, _table(story, 8, clients=False))


def empty(story: Story) -> str:
    """The sentence that stands in place of the table of a trace without connections."""
    return f"{nobody(story)} in this trace."


def nobody(*stories: Story) -> str:
    """What did not happen in traces without connections: a UDP server never accepts any."""
    listeners = [listener for story in stories for listener in story.listeners]
    udp = bool(listeners) and all(listener.datagram for listener in listeners)
    return "No datagram was received" if udp else "No connection was accepted"


def _table(story: Story, widest: int | None, *, clients: bool) -> str:
    """The table with its lists cut to lines; without the clients, which the titles name too."""
    columns = [index for index in range(len(HEAD)) if clients or HEAD[index] != "client"]
    return tabulate(
        [[row[index] for index in columns] for row in rows(story)],
        headers=[HEAD[index] for index in columns],
        tablefmt="simple",
        disable_numparse=True,
        colalign=[_ALIGN[index] for index in columns],
        maxcolwidths=[widest if HEAD[index] in _LISTS else None for index in columns],
    )


def row(connection: Connection) -> tuple[str, ...]:
    """The cells of a connection, below `HEAD`."""
    return (
        f"#{connection.number}",
        client_role(connection.client) if connection.client else words.address(connection.peer),
        str(connection.calls),
        str(connection.bytes_in),
        str(connection.bytes_out),
        _list(connection.tasks),
        _end(connection),
    )


def _end(connection: Connection) -> str:
    if connection.ended_by:
        return _list(connection.closed_by)
    return "no connection" if connection.description is None else "still open"


def _list(names: Sequence[str]) -> str:
    few = ", ".join(names[:_MOST_ROLES])
    return few if len(names) <= _MOST_ROLES else f"{few} and {len(names) - _MOST_ROLES} more"
