"""Findings about send: what it does not take, and SIGPIPE."""

import pytest
from play import P0, Play, cut, early, ids, sentence

SHORT, POSSIBLE, KILLS = "short-send-ignored", "sigpipe-possible", "sigpipe-kills"


def connected() -> Play:
    """An iterative server with a client."""
    play = Play()
    play.accepts(1)
    play.recv(P0, 4)
    return play


def test_rest_that_is_never_sent() -> None:
    """Of 5 bytes 3 were taken, and then recv is called: the other 2 are lost."""
    play = connected()
    play.send(P0, 4, 5, 3, injected="send:short=3")
    play.waits(P0, "recvfrom", 4, None, 100, None, None, None)
    assert sentence(play, SHORT) == (
        "send takes 3 of 5 bytes, as echotrace made it do (event 7), and P0 never sends the "
        "other 2."
    )


def test_next_answer_is_not_the_rest() -> None:
    """A send of just what came in since is the next answer, and the rest is lost."""
    play = connected()
    play.send(P0, 4, 5, 3)
    play.recv(P0, 4, 7)
    play.send(P0, 4, 7)
    assert SHORT in ids(play)


@pytest.mark.parametrize(
    "later",
    [
        [("send", 2, 2, None)],
        [("send", 2, 1, None), ("send", 1, 1, None)],
        [("send", 2, -1, "EAGAIN"), ("send", 2, 2, None)],
        [("send", 1, 1, None), ("send", 1, 1, None)],
        [("recv", 7, 7, None), ("send", 9, 9, None)],  # gathered: the rest and the next answer
        [("recv", 7, 7, None), ("send", 2, 2, None), ("send", 7, 7, None)],
        [("recv", 1, 1, None), ("send", 1, 1, None), ("send", 1, 1, None), ("send", 1, 1, None)],
        [("send", 2, -1, "EPIPE")],
    ],
)
def test_rest_that_is_sent(later: list[tuple[str, int, int, str | None]]) -> None:
    """However the rest goes out, in one piece, in several, or with more: nothing is ignored."""
    play = connected()
    play.send(P0, 4, 5, 3)
    for what, asked, result, errno in later:
        if what == "recv":
            play.recv(P0, 4, result)
        else:
            play.send(P0, 4, asked, result, errno=errno)
    assert SHORT not in ids(play)


def test_rest_that_the_next_send_begins_with() -> None:
    """As many bytes as came in since, but they are those that were left."""
    play = connected()
    play.call(P0, "sendto", 4, None, 8, None, result=3, data="abcdefgh")
    play.recv(P0, 4, 4)
    play.call(P0, "sendto", 4, None, 4, None, result=4, data="defg")
    assert SHORT not in ids(play)


def test_rest_that_waits_for_room() -> None:
    """Whoever waits for readiness with a full buffer will send the rest when there is room."""
    play = connected()
    play.send(P0, 4, 5, 3)
    play.waits(P0, "poll", [{"fd": 4, "events": "POLLOUT"}], 1, -1)
    assert SHORT not in ids(early(play))


def test_rest_of_a_trace_that_is_cut_off() -> None:
    """The rest may have been sent after the trace was cut."""
    play = connected()
    play.send(P0, 4, 5, 3)
    assert SHORT in ids(play)
    assert SHORT not in ids(cut(play))


def test_file_that_is_shorter_than_asked_for() -> None:
    """sendfile stops at the file's end: that loses nothing."""
    play = connected()
    play.call(P0, "sendfile", 4, 9, None, 100, result=40)
    assert SHORT not in ids(play)


def sending(*, flags: str | None = None, child: bool = False, program: bool = False,
            first: str | None = None) -> Play:  # fmt: skip
    """A server that echoes, in a child or not, after a sigaction or not."""
    play = Play()
    if first:
        play.handles("SIGPIPE", first)
    play.accepts(1)
    if child:
        play.fork(P0, 101)
    if program:
        play.execute(101)
    play.echo(101 if child else P0, flags=flags)
    return play


def test_send_that_sigpipe_may_end() -> None:
    """No flag, no disposition: the default ends the process."""
    assert sentence(sending(), POSSIBLE) == (
        "P0 calls send without MSG_NOSIGNAL (event 7), and SIGPIPE has its default action, which "
        "ends the process."
    )
    assert POSSIBLE in ids(sending(first="SIG_DFL"))
    assert POSSIBLE in ids(sending(first="function", child=True, program=True))


def test_send_that_sigpipe_cannot_end() -> None:
    """MSG_NOSIGNAL, or SIGPIPE ignored or handled: by the process, its parent, or before exec."""
    safe = [
        sending(flags="MSG_NOSIGNAL|MSG_DONTWAIT"),
        sending(first="SIG_IGN"),
        sending(first="function"),
        sending(first="SIG_IGN", child=True),
        sending(first="function", child=True),
        sending(first="SIG_IGN", child=True, program=True),
    ]
    for play in safe:
        assert POSSIBLE not in ids(play)


def test_write_to_what_is_no_connection() -> None:
    """A log or standard output brings no SIGPIPE of a client."""
    play = Play()
    play.call(P0, "write", 1, None, 5, result=5)
    assert ids(play) == set()


def test_process_that_sigpipe_ends() -> None:
    """The send, the signal and the end are told, and that it could happen is not said again."""
    play = connected()
    play.send(P0, 4, flags=None, errno="EPIPE", sent=-1)
    play.signal(P0, "SIGPIPE")
    play.leaves(P0, signal="SIGPIPE")
    assert sentence(play, KILLS) == (
        "P0 calls send on connection #1, whose client is gone (event 7): SIGPIPE (event 8) ends "
        "P0 (event 9)."
    )
    assert POSSIBLE not in ids(play)


def test_sigpipe_of_a_pipe() -> None:
    """A broken pipe that is no connection is no client that is gone."""
    play = connected()
    play.fails(P0, "write", "EPIPE", 1, None, 5)
    play.signal(P0, "SIGPIPE")
    play.leaves(P0, signal="SIGPIPE")
    assert KILLS not in ids(play)


def test_result_below_zero_without_an_error() -> None:
    """A damaged result is no short send."""
    play = Play()
    play.accepts(1)
    play.call(P0, "sendmmsg", 4, result=-1)
    assert "short-send-ignored" not in ids(play)
