"""What has moved: hand-offs made before the client came, and calls in another order."""

import pytest

from echotrace.servers import traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Comparison, Mark
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from tracebuilder import TraceBuilder


def _stored(name: str) -> Story:
    return replay(load(traces_dir() / f"{name}-interleaved.jsonl"))


def _moved(compared: Comparison, side: int) -> list[tuple[str, str, int | None]]:
    """The kind of course, the call and its counterpart, of what moved between first and side."""
    return [
        (alignment.kind, step.key[0], row.moved[0 if row.steps[0] is None else side])
        for alignment in compared.alignments
        for row in alignment.rows
        for step in (row.steps[0] or row.steps[side],)
        if step and row.mark(side) is Mark.MOVED
    ]


@pytest.mark.parametrize(("now", "before"), [("fork", "prefork"), ("thread", "pool")])
def test_task_made_before_its_client_has_moved(now: str, before: str) -> None:
    """The spawn in the set-up is the one of the connection that its task then serves."""
    made, workers = _stored(now), _stored(before)
    compared = compare([made, workers])
    spawns = [_spawns(story) for story in (made, workers)]
    assert _moved(compared, 1) == [
        *(("set-up", "spawn", seq) for seq in spawns[0]),
        *(("connection", "spawn", seq) for seq in spawns[1]),
    ]


def _spawns(story: Story) -> list[int]:
    """The call during which the task that served each connection came to be."""
    found = []
    for connection in story.connections:
        task = connection.tasks[-1]
        birth = story.roles.born(task)
        (maker,) = (e for e in story.events if e.start < (birth or 0) <= (e.end or 0)
                    and getattr(e.record, "name", "") in ("clone", "clone3"))  # fmt: skip
        found.append(maker.seq)
    return found


def test_second_connection_of_a_worker_has_no_spawn_of_its_own() -> None:
    """A task is made once: for the second connection that it serves nothing has moved."""
    workers, forking = TraceBuilder(), TraceBuilder()
    workers.server()
    made = workers.fork(10, 11)
    forking.server()
    spawns = []
    for number in range(2):
        workers.accept(11, 4, port=50001 + number)
        workers.call(11, "recvfrom", 4, result=5, data="hello")
        workers.call(11, "close", 4)
        forking.accept(10, 4, port=50001 + number)
        spawns.append(forking.fork(10, 11 + number))
        forking.call(10, "close", 4)
        forking.call(11 + number, "recvfrom", 4, result=5, data="hello")
    compared = compare([replay(forking.trace()), replay(workers.trace())])
    assert _moved(compared, 1) == [("set-up", "spawn", spawns[0]), ("connection", "spawn", made)]


def _served(*calls: str) -> Story:
    """A connection with these calls of its only task."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    for name in calls:
        moved = 5 if name in ("recvfrom", "sendto") else 0
        b.call(10, name, 4, result=moved, data="hello" if moved else None)
    return replay(b.trace())


def test_call_in_another_place_has_moved() -> None:
    """A shutdown before the echo on one side and after it on the other is one that moved."""
    compared = compare(
        [_served("shutdown", "recvfrom", "sendto"), _served("recvfrom", "sendto", "shutdown")]
    )
    (alignment,) = (each for each in compared.alignments if each.kind == "connection")
    assert [row.mark(1) for row in alignment.rows] == [
        Mark.SAME, Mark.MOVED, Mark.SAME, Mark.SAME, Mark.MOVED,
    ]  # fmt: skip
    assert [row.moved for row in alignment.rows if any(row.moved)] == [(None, 7), (5, None)]


def test_repeated_calls_never_move() -> None:
    """One more recv or send on either side is a gap, and nothing that moved."""
    compared = compare([_served("recvfrom", "sendto"), _served("sendto", "recvfrom")])
    assert _moved(compared, 1) == []
    assert not compared.same


def test_what_moved_for_one_side_only_has_a_row_of_its_own() -> None:
    """Where one further side has moved a step and another has one more, they do not share a row."""
    sides = [
        _served("shutdown", "recvfrom"),
        _served("recvfrom", "shutdown"),
        _served("shutdown", "recvfrom", "shutdown"),
    ]
    compared = compare(sides)
    assert [call for _, call, _ in _moved(compared, 1)] == ["shutdown"] * 2
    assert _moved(compared, 2) == []
    (alignment,) = (each for each in compared.alignments if each.kind == "connection")
    assert [row.mark(2) for row in alignment.rows].count(Mark.ONLY_HERE) == 1
