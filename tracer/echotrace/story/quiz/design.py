"""Design: what the server would need for many clients, extrapolated from those of the trace."""

from collections.abc import Iterator, Mapping

from echotrace.story.costs.costs import Costs, costs
from echotrace.story.nouns import Connection, Story
from echotrace.story.quiz.ground import Ground, connections
from echotrace.story.quiz.nouns import Asked
from echotrace.story.quiz.settled import accept_of, turns
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall

#: How many clients are asked about, by case: so many that a usual limit is reached.
_CLIENTS = {
    "processes": (40_000, 50_000, 60_000),
    "one_by_one": (5_000, 10_000, 20_000),
    "fixed": (5_000, 10_000, 20_000),
}
_OTHER_CLIENTS = (2_000, 5_000, 10_000)
#: RLIMIT_NOFILE's usual soft limit (getrlimit(2)), and FD_SETSIZE (select(2)).
_MOST_DESCRIPTORS = 1_024
#: The cases in which clients wait to be accepted: they need a listen in the trace.
_QUEUES = ("one_by_one", "fixed")
_MOST_QUEUED = 4_096  # net.core.somaxconn's default (listen(2))


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each number of clients, where each of a few in the trace cost the same."""
    for side, story in ground.sides:
        known = connections(story)
        if not known or len(known) < len(story.connections):
            continue
        found = costs(story)
        tasks = _per_client(found, len(known))
        held = {_held(story, connection) for connection in known}
        if tasks is None or len(held) != 1 or None in held or known[0].accepted is None:
            continue
        in_first = held.pop() or 0
        case = _case(story, found, in_first)
        if case in _QUEUES and not _listen(story):
            continue
        for clients in _CLIENTS.get(case, _OTHER_CLIENTS):
            yield _asked(side, story, found, case, clients, tasks, in_first)


def _asked(
    side: int, story: Story, found: Costs, case: str, clients: int, tasks: int, in_first: int
) -> Asked:
    before = 1 + found.made_before.processes + found.made_before.threads
    total = before + tasks * clients
    accepts = tuple(filter(None, (accept_of(story, each) for each in story.connections)))
    base = _descriptors(story, accepts[0])
    listen = _listen(story)
    return Asked(
        "design", side, accepts[0], case, f"{total:,}",
        facts={
            "clients": f"{clients:,}", "known": str(found.connections), "before": str(before),
            "tasks": str(tasks), "total": f"{total:,}", "each": str(in_first), "base": str(base),
            "needed": f"{base + max(1, in_first * clients):,}",
            "most": f"{(_MOST_DESCRIPTORS - base) // max(1, in_first):,}",
            **listen,
        },
        accepted=(str(total),),
        evidence=accepts,
    )  # fmt: skip


def _descriptors(story: Story, accept: int) -> int:
    """How many descriptors the first process has before its first client."""
    state = story.before(accept)
    tables = (t for t in state.tables if _is_first(story, t.tasks, state.time))
    return sum(len(table.descriptors) for table in tables)


def _listen(story: Story) -> Mapping[str, str]:
    """What listen was given, and the room that this makes in the accept queue; its event."""
    for event in story.events:
        call = event.record
        if isinstance(call, Syscall) and logical_event(call.name) == "listen":
            backlog = call.args.get("backlog")
            room = min(backlog, _MOST_QUEUED) if isinstance(backlog, int) else _MOST_QUEUED
            return {"backlog": str(backlog), "room": f"{room:,}", "listen": str(event.seq)}
    return {}


def _case(story: Story, found: Costs, in_first: int) -> str:
    """What grows with the clients: tasks, descriptors of the first process, or neither."""
    made, before = found.made_serving, found.made_before
    if made.processes or made.threads:
        return "threads" if not made.processes else "copies" if in_first else "processes"
    if before.processes or before.threads:
        return "fixed"
    waits = {
        logical_event(event.record.name)
        for event in story.events
        if isinstance(event.record, Syscall) and event.touch is not None and event.touch.ready
    }
    return "select" if "select" in waits else "readiness" if waits else "one_by_one"


def _per_client(found: Costs, clients: int) -> int | None:
    """How many tasks each client made the server make; None if that is no whole number."""
    made = found.made_serving.processes + found.made_serving.threads
    if made % clients or found.made_serving.processes % clients:
        return None
    return made // clients


def _held(story: Story, connection: Connection) -> int | None:
    """How many descriptors of it the first process has just before it is given up for good."""
    ends = [event for event, case in turns(story, connection) if case in ("close", "exit")]
    if not ends:
        return None
    state = story.before(ends[-1].seq)
    entry = state.by_description.get(connection.description or 0)
    first = {table.number for table in state.tables if _is_first(story, table.tasks, state.time)}
    return sum(table in first for table, _ in entry.held) if entry else None


def _is_first(story: Story, tasks: tuple[int, ...], time: int) -> bool:
    return any(story.roles.of(tid, time) == "P0" for tid in tasks)
