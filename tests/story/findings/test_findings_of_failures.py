"""Findings about failures: crashes, and a bind whose error nobody looked at."""

import pytest
from play import P0, Play, ids, sentence


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGABRT", "SIGFPE"])
def test_crash(name: str) -> None:
    """A signal that comes of the program's own fault ends it."""
    play = Play()
    play.accepts(1)
    received = play.recv(P0, 4)
    play.signal(P0, name)
    end = play.exit(P0, call=False, by=name)
    assert sentence(play, "process-crashes") == (
        f"{name} ends P0 (event {end}); its last call was recv (event {received})."
    )


def test_ends_that_are_no_crashes() -> None:
    """Who is killed from outside, or ends by a call, has not crashed."""
    for call, by in ((False, "SIGKILL"), (False, "SIGTERM"), (True, "")):
        play = Play()
        play.exit(P0, call=call, by=by)
        assert "process-crashes" not in ids(play)


def test_bind_that_failed_unseen() -> None:
    """A socket whose bind failed listens on another port."""
    play = Play(listens=False)
    play.call(P0, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
    bind = play.fails(P0, "bind", "EADDRINUSE", 3, "127.0.0.1:80", 16)
    listen = play.call(P0, "listen", 3, 5)
    assert sentence(play, "bind-unchecked") == (
        f"bind fails with EADDRINUSE (event {bind}), and P0 calls listen all the same "
        f"(event {listen}): the kernel picks another port."
    )


def test_bind_that_is_tried_again() -> None:
    """Whoever binds the same socket to another address has looked."""
    play = Play(listens=False)
    play.call(P0, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
    play.fails(P0, "bind", "EADDRINUSE", 3, "127.0.0.1:80", 16)
    play.call(P0, "bind", 3, "127.0.0.1:81", 16)
    play.call(P0, "listen", 3, 5)
    assert "bind-unchecked" not in ids(play)
