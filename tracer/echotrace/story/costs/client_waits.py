"""How long clients wait for the server, and for whom.

A client waits for the server from its connect until accept has returned its connection, and from
each send until the server has sent what the client expects back. Waits that overlap are one: who
sends while its connection is in the accept queue still waits for its first service.

Scripted clients take a step only when the server is idle. So a client that still waits when the
next step is taken is kept waiting: the server has come to rest without serving it. For whom it
waits, the task tells that serves it in the end: at that rest it is in a call on somebody else's
connection, or sleeps until a task goes on that is. A client that waits across no rest waits for
the server's own work alone.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from echotrace.story.costs.server_side import ServerSide
from echotrace.story.costs.visits import Visit, visits
from echotrace.story.nouns import Story


@dataclass(frozen=True)
class Wait:
    """One wait of a client for the server: from `start` to `end`, in ns since the trace's start.

    `over` is False if it went on at the end of the trace, which `end` is then. `kept` tells
    whether the server came to rest meanwhile. `held_by` are those for whom the client waited: roles
    of clients, or places of connections with others (`#3`), in order; empty if for nobody. Both are
    None where clients run freely: then nothing tells when the server rests.
    """

    client: int
    start: int
    end: int
    over: bool
    kept: bool | None
    held_by: tuple[str, ...] | None

    @property
    def time(self) -> int:
        """How long it was (ns)."""
        return self.end - self.start


@dataclass(frozen=True)
class _Span:
    """A wait for one thing, until `end` or else for ever; `tasks` are those that are to give it."""

    start: int
    end: int | None
    tasks: tuple[str, ...]


def client_waits(story: Story) -> tuple[Wait, ...]:
    """All waits of all clients, by client and start; none where the clients are not echotrace's.

    A client that runs freely counts one: from its connect to its first echo.
    """
    server = ServerSide(story)
    if story.trace.header.load is not None:
        found = list(_of_free_clients(story, server))
    else:
        found = [wait for visit in visits(story) for wait in _of_visit(visit, server)]
    return tuple(sorted(found, key=lambda wait: (wait.client, wait.start)))


def _of_free_clients(story: Story, server: ServerSide) -> Iterator[Wait]:
    for total in story.trace.totals():
        if total.began is not None:
            over = total.answered is not None
            end = server.end if total.answered is None else total.answered
            yield Wait(total.client, total.began, end, over, kept=None, held_by=None)


def _of_visit(visit: Visit, server: ServerSide) -> Iterator[Wait]:
    """The spans of a visit, those that overlap together."""
    together: list[_Span] = []
    for span in (*_to_be_accepted(visit, server), *_to_be_answered(visit, server)):
        if together and _reach(together, server) <= span.start:
            yield _wait(visit, together, server)
            together = []
        together.append(span)
    if together:
        yield _wait(visit, together, server)


def _to_be_accepted(visit: Visit, server: ServerSide) -> Iterator[_Span]:
    connect = visit.connect
    if connect is None:
        return
    accept = server.accept(visit.connection)
    if accept is None:
        yield _Span(connect.start, visit.left, server.acceptors)
    else:
        yield _Span(connect.start, _sooner(accept.end, visit.left), (accept.actor,))


def _to_be_answered(visit: Visit, server: ServerSide) -> Iterator[_Span]:
    answers = server.answers(visit.connection, since=visit.steps[0].start)
    for send, due in visit.sends():
        at = bisect_left(answers, due, key=lambda answer: answer.so_far)
        if at == len(answers):
            yield _Span(send.start, visit.left, server.about_to_serve(visit.connection))
            continue
        end = _sooner(answers[at].event.end, visit.left)
        if end is None or end > send.start:
            yield _Span(send.start, end, (answers[at].event.actor,))


def _sooner(one: int | None, other: int | None) -> int | None:
    return min((time for time in (one, other) if time is not None), default=None)


def _reach(spans: Sequence[_Span], server: ServerSide) -> int:
    return max(server.end if span.end is None else span.end for span in spans)


def _wait(visit: Visit, spans: Sequence[_Span], server: ServerSide) -> Wait:
    start, end = spans[0].start, _reach(spans, server)
    over = all(span.end is not None for span in spans)
    rest = bisect_right(server.rests, start)
    kept = rest < len(server.rests) and (server.rests[rest] < end or not over)
    held_by = dict.fromkeys(
        name
        for span in spans
        for task in span.tasks
        for name in server.held_by(
            task, span.start, server.end if span.end is None else span.end, visit.connection
        )
    )
    return Wait(visit.client, start, end, over, kept, tuple(held_by))
