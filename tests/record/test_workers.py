"""Workers that were there before their clients: who wakes, and what hands a connection over."""

import re
from dataclasses import replace

import pytest
from recordings import own_folders, played, server_plan

from echotrace.story.explain import explain as sentence
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.replay import replay
from echotrace.story.sequence import canonical
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Syscall


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def recorded(name: str, play: str = "sequential", clients: int = 3) -> Story:
    """The story of a server that is recorded now, with all its calls."""
    return replay(played(replace(server_plan(name, clients, play), everything=True)))


def connects(story: Story) -> list[StoryEvent]:
    """The steps in which clients connect."""
    return [
        event for event in story.events
        if isinstance(event.record, ClientStep) and event.record.action == "connect"
    ]  # fmt: skip


def futexes(story: Story, op: str) -> list[StoryEvent]:
    """The futex calls of the condition variable whose operation begins so."""
    return [
        event for event in story.events
        if isinstance(event.record, Syscall) and event.record.name == "futex"
        and str(event.record.args["op"]).startswith(op)
        and event.record.site and (event.record.site.call or "").startswith("pthread_cond")
    ]  # fmt: skip


def test_a_connection_wakes_the_child_that_has_waited_longest() -> None:
    """Of two children in accept one wakes, in turn, and the sentence says which and why."""
    story = recorded("prefork")
    assert [c.tasks for c in story.connections] == [("P1",), ("P2",), ("P1",)]
    for connect, (woken, other) in zip(
        connects(story), [("P1", "P2"), ("P2", "P1"), ("P1", "P2")], strict=True
    ):
        (call,) = story.links.woken[connect.seq]
        assert call.actor == woken
        told = sentence(story, connect)
        assert f"this wakes {woken}'s accept (event {call.seq}) and not {other}'s (event " in told
        assert told.endswith(f"), which waits too, since {woken} has waited longest.")


def test_a_busy_child_is_not_among_those_that_sleep() -> None:
    """While one child serves, a connect wakes the other, and no third is spoken of."""
    story = recorded("prefork", "interleaved", 2)
    first, second = (sentence(story, connect) for connect in connects(story))
    assert "this wakes P1's accept" in first
    assert "and not P2's" in first
    assert "this wakes P2's accept" in second
    assert "and not" not in second


def test_the_condition_variable_wakes_the_worker_that_has_slept_longest() -> None:
    """With all calls, each wake names whom it wakes, in the order in which they came to sleep."""
    story = recorded("pool")
    wakes = [event for event in futexes(story, "FUTEX_WAKE") if event.actor == "P0"]
    assert [[sleeper.actor for sleeper in story.links.woken[wake.seq]] for wake in wakes] == [
        ["T1"],
        ["T2"],
        ["T1"],
    ]
    for wake, worker in zip(wakes, ("T1", "T2", "T1"), strict=True):
        (sleeper,) = story.links.woken[wake.seq]
        assert sentence(story, wake) == (
            f"P0 wakes {worker} (event {sleeper.seq}) in pthread_cond_signal."
        )
        assert sentence(story, sleeper) == (
            f"{worker} waits until P0 wakes it (event {wake.seq}), then goes on in "
            "pthread_cond_wait."
        )


def test_pool_is_one_sequence_with_all_calls() -> None:
    """The order of the futex calls is the same in each of 5 recordings."""
    stories = [recorded("pool", "interleaved") for _ in range(5)]
    found = [
        [(event.actor, event.record.args["op"]) for event in futexes(story, "FUTEX")
         if isinstance(event.record, Syscall)]
        for story in stories
    ]  # fmt: skip
    assert len(found[0]) > 4
    assert all(order == found[0] for order in found)


def test_a_worker_is_said_to_be_handed_its_connection_once() -> None:
    """Of each connection one sentence says that no call handed it over; `thread` has none."""
    for name, times in (("pool", 3), ("thread", 0), ("prefork", 0)):
        story = recorded(name)
        told = [sentence(story, event) for event in story.events]
        handed = [line for line in told if "from the memory that they share" in line]
        assert len(handed) == times
    assert canonical(story)


@pytest.mark.parametrize(
    ("language", "file", "names"),
    [
        ("c", "kqueue.c", {"kqueue", "kevent"}),
        ("python", "kqueue.py", {"kqueue.__init__", "kqueue.control"}),
    ],
)
def test_calls_of_a_stand_in_have_the_line_of_the_server(
    language: str, file: str, names: set[str]
) -> None:
    """What kqueue's stand-in asks of epoll is told with the server's line and kqueue's function."""
    trace = played(server_plan("kqueue", language=language))
    sites = [
        record.site for record in trace.records
        if isinstance(record, Syscall) and logical_event(record.name).startswith("epoll")
    ]  # fmt: skip
    found = [site for site in sites if site and site.call]
    assert len(found) >= len(sites) - 1  # as it is loaded, Python's select tries epoll_create1
    assert {site.file for site in found} == {file}
    assert {site.call for site in found} == names
    text = (trace.sources()[file].text or "").splitlines()
    lines = {text[site.line - 1] for site in found}
    assert all(re.search(r"kevent\(queue_fd|kqueue\(\)|queue\.control\(", line) for line in lines)
    assert not {"kqueue.h", "kqueue_on_epoll.py"} & trace.sources().keys()
