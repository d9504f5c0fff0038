"""What each script teaches, tested on every server in both languages.

A server added to the catalogue is tested like the others; where it does something else, its name is
entered below.
"""

from collections.abc import Callable, Iterator, Mapping

import pytest
from recordings import own_folders, played, server_plan

from echotrace import lessons, servers
from echotrace.record.script import BUILT_IN, LARGE
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.replay import replay
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Exit, Syscall

TWINS = [(name, language) for name in servers.NAMES for language in servers.languages(name)]

#: Servers that serve a connection to its end before they accept the next.
ONE_AT_A_TIME = {"iterative"}
#: The letter of the tasks that serve, of servers that make one for each client.
MAKES: Mapping[str, str] = {"fork": "P", "thread": "T"}
#: The call of those that wait for all connections at once.
WAITS: Mapping[str, str] = {
    "select": "select", "poll": "poll", "epoll": "epoll wait", "kqueue": "epoll wait",
}  # fmt: skip
#: The tasks that touch each of two connections, of servers whose workers are there before.
WORKERS: Mapping[str, list[tuple[str, ...]]] = {
    "prefork": [("P1",), ("P2",)],
    "pool": [("P0", "T1"), ("P0", "T2")],
}
#: Sizes of receive buffers other than 1024 bytes.
BUFFER: Mapping[str, int] = {"fork": 100, "prefork": 100}


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def calls(story: Story, connection: Connection, kind: str) -> list[StoryEvent]:
    """The calls of a kind on a connection, in order."""
    events = map(story.event, connection.events)
    return [e for e in events if logical_event(getattr(e.record, "name", "")) == kind]


def result(event: StoryEvent) -> int | None:
    """What a call returned."""
    assert isinstance(event.record, Syscall)
    return event.record.result


def step(story: Story, client: int, action: str) -> StoryEvent:
    """A client's step, which it takes once."""
    steps = ((e, e.record) for e in story.events if isinstance(e.record, ClientStep))
    (found,) = (e for e, taken in steps if (taken.client, taken.action) == (client, action))
    return found


def accepts(story: Story) -> list[StoryEvent]:
    """The accepts that returned a connection, in order."""
    return [story.event(c.accepted) for c in story.connections if c.accepted is not None]


def over(event: StoryEvent) -> int:
    """When a call had returned, or another event had happened."""
    return event.start if event.end is None else event.end


def takes_turns(story: Story) -> bool:
    """Whether the second connection is accepted after the first one's last close."""
    return over(accepts(story)[1]) > story.links.lasts[story.connections[0].description]


def interleaved(story: Story, name: str) -> None:
    """Both clients are connected at the same time; only one after the other they are served."""
    sent = [step(story, client, "send") for client in (1, 2)]
    assert takes_turns(story) == (name in ONE_AT_A_TIME)
    if name in ONE_AT_A_TIME:
        assert accepts(story)[1].start > max(sent[1].start, step(story, 1, "close").start)
    else:
        assert max(map(over, accepts(story))) < min(event.start for event in sent)
    for connection, call in zip(story.connections, waits(story, name), strict=False):
        assert connection.bytes_in == connection.bytes_out == len(f"hey {connection.number}")
        assert call is None or call.woken_by == sent[connection.number - 1].seq
    if name in WORKERS:
        assert [c.tasks for c in story.connections] == WORKERS[name]
    if name in MAKES:
        assert [c.tasks for c in story.connections] == [
            ("P0", f"{MAKES[name]}{number}") for number in (1, 2)
        ]


def waits(story: Story, name: str) -> Iterator[StoryEvent | None]:
    """The call in which a server waits for a client's bytes; None where they are there before."""
    for connection in story.connections:
        received = calls(story, connection, "recv")[0]
        if name in WAITS:
            assert received.woken_by is None
            ready = story.links.found_ready[connection.description][0]
            assert logical_event(getattr(ready.record, "name", "")) == WAITS[name]
            yield ready
        else:
            yield received if name in MAKES or name in WORKERS else None


def sequential(story: Story, name: str) -> None:
    """The first client has left before the second connects, and nobody waits; workers alternate."""
    assert [c.tasks for c in story.connections] == WORKERS.get(
        name, [c.tasks for c in story.connections]
    )
    assert takes_turns(story)
    assert step(story, 2, "connect").start > step(story, 1, "close").start
    assert all(over(e) < step(story, n, "send").start for n, e in enumerate(accepts(story), 1))


def burst(story: Story, name: str) -> None:
    """Both connects come before the first accept returns; then accept takes one after the other."""
    first, second = accepts(story)
    connects = [step(story, client, "connect") for client in (1, 2)]
    assert max(connect.start for connect in connects) < over(first)
    assert takes_turns(story) == (name in ONE_AT_A_TIME)
    if name not in ONE_AT_A_TIME:
        assert over(second) < step(story, 1, "send").start
    if name in WAITS:
        assert first.touch is not None
        assert first.touch.used is not None
        assert len(story.links.found_ready[first.touch.used.id]) == 2


def silent(story: Story, name: str) -> None:
    """The second client has its answer before the silent one leaves; in `iterative` only after."""
    (answer,) = calls(story, story.connections[1], "send")
    starved = answer.start > step(story, 1, "close").start
    assert starved == (name in ONE_AT_A_TIME)


def large(story: Story, name: str) -> None:
    """One send of a client is received in as many parts as the buffer makes of it."""
    size = BUFFER.get(name, 1024)
    parts = [min(size, LARGE - done) for done in range(0, LARGE, size)]
    for connection in story.connections:
        step(story, connection.client or 0, "send")  # only one
        received = [result(event) for event in calls(story, connection, "recv")]
        assert received == [*parts, 0]
        assert connection.bytes_out == LARGE


def half_close(story: Story, _name: str) -> None:
    """recv returns 0 after the client's shutdown; the client reads its answer after that."""
    for number, connection in enumerate(story.connections, 1):
        end = calls(story, connection, "recv")[-1]
        shutdown, expect = (step(story, number, action) for action in ("shutdown", "expect"))
        assert result(end) == 0
        assert shutdown.start < over(end) < expect.start
        assert isinstance(expect.record, ClientStep)
        assert expect.record.error is None


def reset(story: Story, name: str) -> None:
    """ECONNRESET ends the connection; with processes its child, with threads the whole process."""
    failed = [
        e for c in story.connections for e in calls(story, c, "recv")
        if getattr(e.record, "errno", None) == "ECONNRESET"
    ]  # fmt: skip
    ends = {e.actor: e.record.status for e in story.events if isinstance(e.record, Exit)}
    if name in ("thread", "pool"):
        assert [e.actor for e in failed] == ["T1"]
        assert ends == {"P0": 1, "T1": 1, "T2": 1}
        assert story.connections[1].ended_by == "end of P0"
        return
    assert len(failed) == 2
    if name in ("fork", "prefork"):
        assert ends == dict.fromkeys(("P1", "P2") if name == "fork" else ("P0", "P1", "P2"), 1)
        for c in story.connections:  # at the child's end; in Python just before, when it unwinds
            assert c.ended_by in (f"P{c.number}", f"end of P{c.number}")
    else:
        assert not ends
        assert len({c.ended_by for c in story.connections}) == 1
    assert takes_turns(story) == (name in ONE_AT_A_TIME)


def idle(story: Story, name: str) -> None:
    """recv returns 0 and nothing is sent; the task that was made for the client was so for that."""
    for number, connection in enumerate(story.connections, 1):
        assert [result(event) for event in calls(story, connection, "recv")] == [0]
        assert not calls(story, connection, "send")
        assert (f"{MAKES.get(name)}{number}" in connection.tasks) == (name in MAKES)


LESSONS: Mapping[str, Callable[[Story, str], None]] = {
    "interleaved": interleaved,
    "sequential": sequential,
    "burst": burst,
    "silent": silent,
    "large": large,
    "half-close": half_close,
    "reset": reset,
    "idle": idle,
}


@pytest.mark.parametrize("play", BUILT_IN)
@pytest.mark.parametrize(("name", "language"), TWINS)
def test_script_teaches_its_lesson(name: str, language: str, play: str) -> None:
    """With two clients, a server shows under a script what its lesson says."""
    story = replay(played(server_plan(name, play=play, language=language)))
    assert [connection.client for connection in story.connections] == [1, 2]
    LESSONS[play](story, name)


def test_every_script_has_a_lesson_for_every_server() -> None:
    """Each lesson is one sentence, of a script and a server that there are."""
    assert lessons.BY_SCRIPT.keys() == set(BUILT_IN)
    for name, play in lessons.BY_SERVER:
        assert name in servers.NAMES
        assert play in BUILT_IN
    told = [lessons.lesson(name, play) for name in servers.NAMES for play in BUILT_IN]
    assert all(sentence.endswith(".") and sentence.count(". ") == 0 for sentence in told)
