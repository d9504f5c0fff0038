"""The same script gives the same sequence every time, and each connection the whole of its own."""

import re

import pytest
from recordings import own_folders, played, server_plan

from echotrace.record.script import BUILT_IN
from echotrace.servers import NAMES
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.story.sequence import canonical, per_connection
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline

THREAD = (
    "CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD|CLONE_SYSVSEM|CLONE_SETTLS"
    "|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID"
)


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def recorded(name: str, clients: int, play: str = "interleaved") -> Story:
    """The story of a server that is recorded now."""
    return replay(played(server_plan(name, clients=clients, play=play)))


@pytest.mark.parametrize("name", ["fork", "thread", "prefork", "pool"])
def test_twenty_recordings_are_one(name: str) -> None:
    """20 recordings of three clients in a row give one and the same sequence, in roles."""
    assert len({canonical(recorded(name, 3)) for _ in range(20)}) == 1


@pytest.mark.parametrize("play", BUILT_IN)
@pytest.mark.parametrize("name", NAMES)
def test_every_script_gives_one_sequence(name: str, play: str) -> None:
    """Every built-in script gives the same sequence again."""
    clients = 2 if name in ("prefork", "pool") and play == "reset" else 3  # two end all workers
    assert len({canonical(recorded(name, clients, play)) for _ in range(3)}) == 1


def server_lines(story: Story) -> dict[int, list[tuple[str, str]]]:
    """Who of the server did what on each connection: the call with its result, then its data."""
    found = {}
    for number, lines in per_connection(story).items():
        words = (line.split(" ", 2)[1:] for line in lines)
        found[number] = [(who, what) for who, what in words if not who.startswith("C")]
    return found


def test_fork_hands_each_connection_to_a_child() -> None:
    """Accept, fork and close in the parent; recv, send, end, shutdown, close, exit in the child."""
    story = recorded("fork", 3)
    assert [connection.client for connection in story.connections] == [1, 2, 3]
    found = server_lines(story)
    assert list(found) == [1, 2, 3]
    for number, lines in found.items():
        child = f"P{number}"
        assert [what for who, what in lines if who == "P0"] == [
            "accept(fd=3, addr=-) = 4",
            f'clone(flags="CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD") = {child}',
            "close(fd=4) = 0",
        ]
        assert [what for who, what in lines if who == child] == [
            f'recvfrom(fd=4, len=100, flags=0, addr=-) = 5 "hey {number}"',
            f'sendto(fd=4, len=5, flags=0, addr=-, addrlen=0) = 5 "hey {number}"',
            'recvfrom(fd=4, len=100, flags=0, addr=-) = 0 ""',
            'shutdown(fd=4, how="SHUT_WR") = 0',
            "close(fd=4) = 0",
            "exit_group(status=0) = ?",
            "ends with 0",
        ]
        assert {who for who, _ in lines} == {"P0", child}


def test_thread_hands_each_connection_to_a_thread() -> None:
    """Accept and pthread_create in main; recv, send, end, close, exit in the thread."""
    story = recorded("thread", 3)
    assert [connection.client for connection in story.connections] == [1, 2, 3]
    found = server_lines(story)
    assert list(found) == [1, 2, 3]
    for number, lines in found.items():
        thread, fd = f"T{number}", 3 + number
        assert [what for who, what in lines if who == "P0"] == [
            f"accept(fd=3, addr=-) = {fd}",
            f'clone3(flags="{THREAD}", size=88) = {thread}',
        ]
        assert [what for who, what in lines if who == thread] == [
            f'recvfrom(fd={fd}, len=1024, flags=0, addr=-) = 5 "hey {number}"',
            f'sendto(fd={fd}, len=5, flags=0, addr=-, addrlen=0) = 5 "hey {number}"',
            f'recvfrom(fd={fd}, len=1024, flags=0, addr=-) = 0 ""',
            f"close(fd={fd}) = 0",
            "exit(status=0) = ?",
            "ends with 0",
        ]
        assert {who for who, _ in lines} == {"P0", thread}


@pytest.mark.parametrize("name", ["fork", "thread"])
def test_two_hundred_clients(name: str) -> None:
    """200 connections are recorded, each with its client and task, and printed."""
    story = recorded(name, 200)
    letter = "P" if name == "fork" else "T"
    assert [(c.number, c.client, c.tasks) for c in story.connections] == [
        (number, number, ("P0", f"{letter}{number}")) for number in range(1, 201)
    ]
    assert all(
        (c.bytes_in, c.bytes_out) == (len(f"hey {c.number}"),) * 2 for c in story.connections
    )
    printed = timeline(story, Surface(width=100))
    titles = [int(number) for number in re.findall(r"#(\d+) +C\1\b", printed)]
    assert sorted(titles) == sorted([*range(1, 201)] * 2)  # a column each, and a row in the table
