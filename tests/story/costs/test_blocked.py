"""Who waits for whom: the ten servers by hand, and servers made up for what those do not do."""

from itertools import pairwise

import pytest
from msgspec.structs import replace

from echotrace.servers import NAMES, traces_dir
from echotrace.story.costs.blocked import Lane, lanes, strips
from echotrace.story.costs.client_waits import Wait, client_waits
from echotrace.story.costs.moments import moments
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import ClientStep, End, Syscall, Trace
from echotrace.tracefile import load
from tracebuilder import HEADER, TraceBuilder, connected

ONE, TWO, THREE = (f"127.0.0.1:{50000 + n}" for n in (1, 2, 3))


def _stored(name: str, script: str) -> Story:
    return replay(load(traces_dir() / f"{name}-{script}.jsonl"))


def _drawn(lane: Lane, steps: int) -> str:
    """`-` where the client is there, `w` where it is kept waiting."""
    waits = {step for span, _ in lane.waits for step in span}
    there = {step for span in lane.present for step in span}
    return "".join("w" if at in waits else "-" if at in there else "." for at in range(steps))


def _held(story: Story) -> dict[int, list[tuple[str, ...] | None]]:
    """For whom each client that was kept waiting waited."""
    found: dict[int, list[tuple[str, ...] | None]] = {}
    for wait in client_waits(story):
        if wait.kept:
            found.setdefault(wait.client, []).append(wait.held_by)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_only_iterative_keeps_clients_waiting(name: str) -> None:
    """While C1 says nothing, C2 waits for it at iterative, and at no other server for anybody."""
    story = _stored(name, "silent")
    drawn = [_drawn(lane, 6) for lane in lanes(story)]
    if name == "iterative":  # 1 connect, 2 connect, 2 send, 1 close, 2 expect, 2 close
        assert drawn == ["---...", ".ww--."]
        assert _held(story) == {2: [("C1",)]}
    else:
        assert drawn == ["---...", ".----."]
        assert _held(story) == {}


@pytest.mark.parametrize("name", NAMES)
def test_interleaved_clients(name: str) -> None:
    """The iterative server serves C2 when C1 has closed; all others keep nobody waiting."""
    held = _held(_stored(name, "interleaved"))
    assert held == ({2: [("C1",)]} if name == "iterative" else {})


def test_waits_end_when_the_server_says(story: Story) -> None:
    """A wait begins with a step of its client, and is over before the client has what it expects.

    Who is not kept waiting is served before the next step is taken.
    """
    steps = [e.record for e in story.events if isinstance(e.record, ClientStep)]
    starts = [moment.start for moment in moments(story)]
    for wait in client_waits(story):
        own = [step for step in steps if step.client == wait.client]
        assert wait.over
        assert wait.start in {step.time for step in own if step.action in ("connect", "send")}
        later = [step for step in own if step.action == "expect" and step.time > wait.start]
        assert all(step.end is not None and wait.end < step.end for step in later)
        following = [start for start in starts if start > wait.start]
        assert wait.kept == any(start < wait.end for start in following)


def test_scripts_have_the_same_moments() -> None:
    """The steps of a script are the same on every server: one axis serves all."""
    stories = [_stored(name, "silent") for name in NAMES]
    (strip,) = strips(stories, NAMES)
    said = [f"{moment.clients[0]} {moment.action}" for moment in strip.moments]
    assert said == [" ".join(step.split()[:2]) for step in stories[0].trace.header.steps]
    assert [side.steps for side in strip.sides] == [6] * len(NAMES)


def test_scripts_that_differ_have_no_axis() -> None:
    """Different scripts stand on an axis each; one that was cut off stands on the others' one."""
    silent, burst = _stored("fork", "silent"), _stored("fork", "burst")
    assert [len(each.sides) for each in strips([silent, burst], ["a", "b"])] == [1, 1]
    early = replay(_until(silent.trace, "expect"))
    (strip,) = strips([early, silent], ["a", "b"])
    assert [side.steps for side in strip.sides] == [4, 6]


def test_clients_that_act_together_are_one_moment() -> None:
    """Clients that connect in the same moment are in one column: between them nobody rests."""
    first = moments(_stored("fork", "burst"))[0]
    assert (first.clients, first.action) == ((1, 2), "connect")


def _until(trace: Trace, action: str) -> Trace:
    """A trace up to the first step of a kind."""
    steps = [r for r in trace.records if isinstance(r, ClientStep) and r.action == action]
    first = min(step.seq for step in steps)
    return replace(trace, records=tuple(
        r for r in trace.records
        if not (isinstance(r, ClientStep | Syscall) and r.seq >= first)
    ))  # fmt: skip


def _silent_client() -> TraceBuilder:
    """A server that has accepted C1, which says nothing yet."""
    b = TraceBuilder()
    b.server()
    accept = b.begin(10, "accept", 3, None, None)
    b.client(1, "connect", local=ONE)
    b.end(accept, 4, told=connected(4, 50001))
    return b


def _waits(b: TraceBuilder, client: int) -> list[Wait]:
    return [wait for wait in client_waits(replay(b.trace())) if wait.client == client]


def test_never_served() -> None:
    """Who is still in the accept queue at the end waits for whom the accepting task serves."""
    b = _silent_client()
    b.begin(10, "recvfrom", 4, 64, 0, None)
    b.client(2, "connect", local=TWO)
    b.client(2, "send", local=TWO, text="hello")
    (wait,) = _waits(b, 2)
    assert (wait.over, wait.kept, wait.held_by) == (False, True, ("C1",))
    (lane,) = (lane for lane in lanes(replay(b.trace())) if lane.client == 2)
    assert _drawn(lane, 3) == ".ww"


@pytest.mark.parametrize(
    ("reason", "drawn"),
    [
        (None, ".ww"),
        (
            "step 4 of 4, '2 expect x', did not become possible; waited 5 s, the server is idle",
            ".ww",
        ),
        ("interrupted", ".w."),
    ],
)
def test_the_end_of_a_recording(reason: str | None, drawn: str) -> None:
    """At its end a server rests, unless the recording is interrupted: then nobody knows."""
    b = _silent_client()
    b.begin(10, "recvfrom", 4, 64, 0, None)
    b.client(2, "connect", local=TWO)
    b.client(2, "send", local=TWO, text="hello")
    *records, end = b.trace().records
    assert isinstance(end, End)
    story = replay(replace(b.trace(), records=(*records, replace(end, reason=reason))))
    (lane,) = (lane for lane in lanes(story) if lane.client == 2)
    assert _drawn(lane, 3).replace("-", ".") == drawn


def test_waits_for_a_client_that_takes_nothing() -> None:
    """A task whose send waits for one client keeps the others waiting for that one."""
    b = _silent_client()
    b.begin(10, "sendto", 4, 1 << 20, 0, None)
    b.client(2, "connect", local=TWO)
    b.client(3, "connect", local=THREE)
    assert [wait.held_by for client in (2, 3) for wait in _waits(b, client)] == [("C1",), ("C1",)]


def test_waits_for_a_child() -> None:
    """A parent that waits for its child keeps clients waiting for the one that the child serves."""
    b = _silent_client()
    b.fork(10, 11)
    b.call(10, "close", 4)
    reaps = b.begin(10, "wait4", 11, None, "", None)
    received = b.begin(11, "recvfrom", 4, 64, 0, None)
    b.client(2, "connect", local=TWO)
    b.client(1, "close", local=ONE)
    b.end(received, 0)
    b.exit(11)
    b.end(reaps, 11)
    b.end(b.begin(10, "accept", 3, None, None), 4, told=connected(4, 50002))
    b.client(2, "close", local=TWO)
    (wait,) = _waits(b, 2)
    assert (wait.over, wait.kept, wait.held_by) == (True, True, ("C1",))


def test_waits_for_the_child_that_ends() -> None:
    """Of two children a parent waits for the one whose end lets it go on."""
    b = _silent_client()
    b.fork(10, 11)
    b.call(10, "close", 4)
    accept = b.begin(10, "accept", 3, None, None)
    received = b.begin(11, "recvfrom", 4, 64, 0, None)
    b.client(2, "connect", local=TWO)
    b.end(accept, 4, told=connected(4, 50002))
    b.fork(10, 12)
    b.call(10, "close", 4)
    reaps = b.begin(10, "wait4", -1, None, "", None)
    b.begin(12, "recvfrom", 4, 64, 0, None)
    b.client(3, "connect", local=THREE)
    b.client(1, "close", local=ONE)
    b.end(received, 0)
    b.exit(11)
    b.end(reaps, 11)
    b.end(b.begin(10, "accept", 3, None, None), 4, told=connected(4, 50003))
    (wait,) = _waits(b, 3)
    assert (wait.over, wait.held_by) == (True, ("C1",))


def test_accept_waits_for_whoever_comes() -> None:
    """A task that waits in accept is not busy with the client that it is going to accept."""
    b = _silent_client()
    b.client(1, "send", local=ONE, text="hello")
    accept = b.begin(10, "accept", 3, None, None)
    b.client(2, "connect", local=TWO)
    b.end(accept, 5, told=connected(5, 50002))
    b.call(10, "recvfrom", 4, 64, 0, None, result=5, data="hello")
    b.call(10, "sendto", 4, 5, 0, None, result=5, data="hello")
    wait = _waits(b, 1)[-1]
    assert (wait.over, wait.kept, wait.held_by) == (True, True, ())


def test_waits_for_nobody() -> None:
    """A server that rests without serving a client, and is with no other, keeps it for nobody."""
    b = _silent_client()
    b.client(1, "send", local=ONE, text="hello")
    b.begin(10, "accept", 3, None, None)
    b.client(2, "connect", local=TWO)
    wait = _waits(b, 1)[-1]
    assert (wait.over, wait.kept, wait.held_by) == (False, True, ())


def test_waits_for_itself_is_no_wait_for_another() -> None:
    """A client that has half of its echo and waits for the rest is held up by no other client."""
    b = _silent_client()
    b.client(1, "send", local=ONE, text="hello")
    b.call(10, "recvfrom", 4, 64, 0, None, result=5, data="hello")
    b.call(10, "sendto", 4, 5, 0, None, result=2, data="he")
    b.begin(10, "recvfrom", 4, 64, 0, None)
    b.client(2, "connect", local=TWO)
    wait = _waits(b, 1)[-1]
    assert (wait.over, wait.kept, wait.held_by) == (False, True, ())


def test_a_part_of_the_answer_does_not_end_a_wait() -> None:
    """A client waits until the server has sent all that the client expects, and no longer."""
    b = _silent_client()
    b.client(1, "send", local=ONE, text="hello")
    b.call(10, "recvfrom", 4, 64, 0, None, result=5, data="hello")
    b.call(10, "sendto", 4, 5, 0, None, result=2, data="he")
    last = b.call(10, "sendto", 4, 3, 0, None, result=2, data="ll")
    b.client(1, "expect", local=ONE, text="hell")
    b.client(1, "close", local=ONE)
    wait = _waits(b, 1)[-1]
    assert (wait.over, wait.end) == (True, replay(b.trace()).event(last).end)


def test_pauses_are_no_moments() -> None:
    """A script's pause is no column, and those who act together after it are one."""
    b = TraceBuilder()
    for n in (1, 2):
        b.client(n, "connect", local=f"127.0.0.1:{50000 + n}")
    header = replace(HEADER, steps=["1 wait 5ms", "1,2 connect"])
    (moment,) = moments(replay(replace(b.trace(), header=header)))
    assert moment.clients == (1, 2)


def test_who_expects_nothing_waits_for_nothing() -> None:
    """A client that sends and closes without expecting an answer has only waited for accept."""
    b = _silent_client()
    b.client(1, "send", local=ONE, text="hello")
    b.client(1, "close", local=ONE)
    (wait,) = _waits(b, 1)
    assert (wait.over, wait.kept) == (True, False)


def test_waits_of_one_client_do_not_overlap(story: Story) -> None:
    """A client waits once at a time, however much it waits for."""
    for before, after in pairwise(client_waits(story)):
        assert before.client != after.client or before.end <= after.start
