"""A connection that one process accepts and another serves, recorded and told."""

import pytest
from recordings import free, own_folders, plan

from echotrace.story.explain import explain
from echotrace.story.replay import replay
from echotrace.trace import Syscall
from echotrace.views.phrases import phrase


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.mark.parametrize("seccomp", [True, False])
def test_passed_connection_is_served_elsewhere(seccomp: bool) -> None:
    """Over a socket pair and over a named socket, all of its calls are its own, in both tables."""
    story = replay(free(plan("passing", seccomp=seccomp)))
    assert story.doubts == ()
    over_the_name, *passed = story.connections
    assert (over_the_name.local or "").startswith("unix:")
    assert len(passed) == 2
    for connection in passed:
        assert set(connection.tasks) == {"P0", "P1"}
        assert (connection.bytes_in, connection.bytes_out) == (5, 5)
        assert (connection.closed_by, connection.ended_by) == (("P0", "P1"), "P1")
    for event in story.events:
        if isinstance(event.record, Syscall) and event.record.name == "sendmsg":
            got = story.links.receivers[event.seq]
            whose = "" if event.place == got.place else f" ({got.place.name})"
            assert phrase(story, event).note == f"passes fd 8{whose} to P1"
            assert phrase(story, got).note == "gets fd 4 from P0"
            assert f"P1 receives it (event {got.seq})" in explain(story, event)
