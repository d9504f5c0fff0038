"""What each script teaches of a server without connections, in both languages."""

from collections.abc import Callable, Mapping

import pytest
from recordings import own_folders, played, server_plan

from echotrace.record.script import BUILT_IN, LARGE
from echotrace.story.nouns import LISTENER, Story, StoryEvent
from echotrace.story.replay import replay
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Exit, Syscall

#: Logical events that end, accept or hand over a connection, and so are none of a UDP server's.
OF_CONNECTIONS = {"listen", "accept", "spawn", "shutdown"}


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def calls(story: Story, kind: str) -> list[Syscall]:
    """The calls of a kind on the server's socket that have returned, in order."""
    (receiver,) = story.listeners
    return [
        event.record
        for event in story.events
        if isinstance(event.record, Syscall)
        if logical_event(event.record.name) == kind and event.record.end is not None
        if event.touch and event.touch.used and event.touch.used.id == receiver.description
    ]


def steps(story: Story, action: str) -> list[StoryEvent]:
    """The clients' steps of a kind, in order."""
    return [
        e for e in story.events if isinstance(e.record, ClientStep) if e.record.action == action
    ]


def none_reaches_the_server(story: Story, *actions: str) -> None:
    """No step of these kinds wakes a call, or touches the server's socket."""
    for action in actions:
        for event in steps(story, action):
            assert event.touch is None
            assert event.seq not in story.links.woken


def interleaved(story: Story) -> None:
    """Each datagram carries its sender's address, and the answer goes there."""
    assert [c.peer for c in story.connections] == [
        call.args["addr"] for call in calls(story, "recv")
    ]
    assert [c.peer for c in story.connections] == [
        call.args["addr"] for call in calls(story, "send")
    ]
    assert [(c.bytes_in, c.bytes_out) for c in story.connections] == [(5, 5), (5, 5)]


def sequential(story: Story) -> None:
    """The first client's close sends nothing."""
    assert steps(story, "close")[0].start < steps(story, "connect")[1].start
    none_reaches_the_server(story, "close")


def burst(story: Story) -> None:
    """Both connect, and the server sees nothing of it."""
    connects, (first, *_) = steps(story, "connect"), steps(story, "send")
    assert max(event.start for event in connects) < first.start
    assert story.links.woken.keys() == {event.seq for event in steps(story, "send")}


def silent(story: Story) -> None:
    """The client that sends nothing is unknown to the server; the other is served at once."""
    assert [connection.client for connection in story.connections] == [2]
    (answer,) = calls(story, "send")
    leaves, _ = steps(story, "close")
    assert leaves.actor == "C1"
    assert answer.start < leaves.start
    assert all(event.place == LISTENER for event in story.events if event.actor == "C1")


def large(story: Story) -> None:
    """One recvfrom takes what one send sent, whole."""
    assert [call.result for call in calls(story, "recv")] == [LARGE, LARGE]
    assert [call.result for call in calls(story, "send")] == [LARGE, LARGE]


def half_close(story: Story) -> None:
    """The clients' shutdown sends nothing, and recvfrom does not return 0."""
    assert [call.result for call in calls(story, "recv")] == [5, 5]
    none_reaches_the_server(story, "shutdown", "close")


def reset(story: Story) -> None:
    """No call fails when clients leave with SO_LINGER 0, and the server goes on."""
    assert len(steps(story, "reset")) == 2
    none_reaches_the_server(story, "reset")
    assert not any(call.errno for kind in ("recv", "send") for call in calls(story, kind))
    assert not any(isinstance(event.record, Exit) for event in story.events)


def idle(story: Story) -> None:
    """Nothing is received, and nobody is known."""
    assert story.connections == ()
    assert calls(story, "recv") == []
    assert story.links.woken == {}


LESSONS: Mapping[str, Callable[[Story], None]] = {
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
@pytest.mark.parametrize("language", ["c", "python"])
def test_script_teaches_its_lesson(language: str, play: str) -> None:
    """With two clients, the UDP server shows under a script what its lesson says."""
    story = replay(played(server_plan("udp", play=play, language=language)))
    kinds = {logical_event(r.record.name) for r in story.events if isinstance(r.record, Syscall)}
    assert not kinds & OF_CONNECTIONS
    none_reaches_the_server(story, "connect")
    assert story.doubts == ()
    LESSONS[play](story)
