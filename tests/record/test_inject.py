"""What an `--inject` means: the calls it names, the fault, its turn; and how it is refused."""

import errno

import pytest

from echotrace.errors import UserError
from echotrace.record import ptrace
from echotrace.record.inject import Faults, Injection, parse
from echotrace.record.injecting import InjectingStops, change
from echotrace.record.inspect import Inspector
from echotrace.record.machine import ORIG_RAX, RAX, RDX, Call
from echotrace.record.origins import Nowhere
from echotrace.syscalls import ROWS


@pytest.mark.parametrize(
    ("word", "calls"),
    [
        ("accept", {"accept", "accept4"}),
        ("accept4", {"accept4"}),
        ("recv", {"read", "recvfrom", "recvmsg", "recvmmsg", "readv"}),
        ("send", {"write", "sendto", "sendmsg", "sendmmsg", "writev", "sendfile"}),
        ("write", {"write"}),
        ("fork", {"clone", "clone3", "fork", "vfork"}),
        ("pthread_create", {"clone", "clone3", "fork", "vfork"}),
        ("clone3", {"clone3"}),
        ("close", {"close"}),
        ("socket", {"socket"}),
        ("select", {"select", "pselect6"}),
        ("poll", {"poll", "ppoll"}),
        ("epoll_wait", {"epoll_wait", "epoll_pwait", "epoll_pwait2"}),
        ("waitpid", {"wait4", "waitid"}),
        ("open", {"open", "openat"}),
        ("execve", {"execve"}),
    ],
)
def test_word_means_what_a_user_says(word: str, calls: set[str]) -> None:
    """A C function means the calls it makes, a logical event its variants, a call only itself."""
    assert parse(f"{word}:EINTR").calls == calls


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("accept:EINTR", ("accept:EINTR", errno.EINTR, None, 1, False)),
        ("accept:eintr", ("accept:EINTR", errno.EINTR, None, 1, False)),
        ("send:EPIPE:when=5", ("send:EPIPE", errno.EPIPE, None, 5, False)),
        ("send:EPIPE:when=2+", ("send:EPIPE", errno.EPIPE, None, 2, True)),
        ("send:short=3", ("send:short=3", None, 3, 1, True)),
        ("send:short=3:when=1", ("send:short=3", None, 3, 1, False)),
    ],
)
def test_fault_and_turn(text: str, meant: tuple[object, ...]) -> None:
    """An error hits the first call, a short length all; `when` says otherwise."""
    found = parse(text)
    assert (found.fault, found.error, found.short, found.first, found.onwards) == meant
    assert found.text == text


def test_short_means_only_the_calls_that_have_a_length() -> None:
    """Of the variants of send, those whose lengths stand in memory are left alone."""
    assert parse("send:short=3").calls == {"write", "sendto", "sendfile"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("accept", "write CALL:WHAT or CALL:WHAT:when=N"),
        (":EINTR", "write CALL:WHAT"),
        ("accept:EINTR:when=1:more", "write CALL:WHAT"),
        ("acept:EINTR", "the name 'acept'; did you mean accept or"),
        ("xyzzy:EINTR", "the name 'xyzzy'; accept, recv, send, close, fork"),
        ("accept:EINT", "'EINT' is no error that a call can fail with; did you mean EINTR"),
        ("accept:17", "'17' is no error that a call can fail with; write one of errno(3)"),
        ("accept:ERESTARTSYS", "'ERESTARTSYS' is no error"),
        ("accept:", "'' is no error"),
        ("accept:when=2", "'WHEN=2' is no error"),
        ("accept:short=3", "'accept' has no length argument, so it cannot be shortened; send and"),
        ("sendmsg:short=3", "'sendmsg' keeps its lengths in memory, so it cannot be shortened"),
        ("writev:short=3", "'writev' keeps its lengths in memory"),
        ("send:short=0", "'short=0' is no length; write short=N with N from 1"),
        ("send:short", "'short' is no length"),
        ("send:short=-1", "'short=-1' is no length"),
        ("accept:EINTR:3", "'3' does not say when; write when=3 for the third such call"),
        ("accept:EINTR:when=0", "'when=0' does not say when"),
        ("accept:EINTR:when=2..3", "'when=2..3' does not say when"),
        ("accept:EINTR:when=٣", "does not say when"),
        ("exit:EINTR", "'exit' never returns"),
        ("exit_group:EINTR", "'exit_group' never returns"),
        ("pthread_exit:EINTR", "'pthread_exit' never returns"),
    ],
)
def test_what_is_refused(text: str, why: str) -> None:
    """What cannot be meant is refused in one sentence that says what to write."""
    with pytest.raises(UserError) as refused:
        parse(text)
    assert str(refused.value).startswith(f"--inject '{text}': ")
    assert why in str(refused.value)


def chosen(faults: Faults, name: str, length: int = 5, *, socket: bool = True) -> str | None:
    """The fault that a call gets."""
    found = faults.choose(name, (4, 0, length, 0, 0, 0), lambda: socket)
    return found.fault if found else None


def test_turn_is_counted_over_all_variants() -> None:
    """Variants of one event are counted together, other calls not at all."""
    faults = Faults([parse("recv:EIO:when=2")])
    calls = ["recvfrom", "accept", "read", "recvfrom"]
    assert [chosen(faults, name) for name in calls] == [None, None, "recv:EIO", None]


def test_from_a_turn_on() -> None:
    """`when=2+` hits the second such call and all later ones."""
    faults = Faults([parse("accept:EIO:when=2+")])
    assert [chosen(faults, "accept") for _ in range(4)] == [None, *["accept:EIO"] * 3]


def test_only_sockets_count_for_send() -> None:
    """A line printed is no send; an exact system call counts on every descriptor."""
    assert chosen(Faults([parse("send:EPIPE")]), "write", socket=False) is None
    assert chosen(Faults([parse("close:EIO")]), "close", socket=False) is None
    assert chosen(Faults([parse("write:EPIPE")]), "write", socket=False) == "write:EPIPE"


def test_call_that_is_short_already_does_not_count() -> None:
    """`short=3` leaves a call of 3 bytes alone; the first of more is number 1."""
    faults = Faults([parse("send:short=3:when=1")])
    assert [chosen(faults, "sendto", n) for n in (3, 4, 4)] == [None, "send:short=3", None]


def test_first_of_two_injections_wins() -> None:
    """A call gets one fault; the other injection counts it all the same."""
    for later in ("send:EIO:when=1+", "send:EIO:when=2"):
        faults = Faults([parse("send:EPIPE"), parse(later)])
        assert [chosen(faults, "sendto") for _ in range(2)] == ["send:EPIPE", "send:EIO"]


def test_what_has_become_of_injections() -> None:
    """Those that happened are named, and for the others how often they could have."""
    texts = ["send:EPIPE:when=5", "accept:EIO", "recv:EIO", "recv:short=9", "close:EIO:when=2"]
    faults = Faults([parse(text) for text in texts])
    for name in ("sendto", "sendto", "accept", "close"):
        chosen(faults, name)
    assert faults.made() == ["accept:EIO"]
    assert faults.missed() == [
        "--inject send:EPIPE:when=5 never happened: the server made 2 such calls",
        "--inject recv:EIO never happened: the server made no such call",
        "--inject recv:short=9 never happened: the server made no such call of more than 9 bytes",
        "--inject close:EIO:when=2 never happened: the server made 1 such call",
    ]


def test_nothing_of_a_leader_is_left_when_a_thread_execs() -> None:
    """The thread goes on under the leader's id; a change of the leader's call must not hit it."""
    inspector = Inspector({}, ptrace.Memory(), 0)
    stops = InjectingStops(
        inspector, {}, Nowhere(), faults=Faults([]), wanted=bool, changed=bool, filtered=True
    )  # fmt: skip
    leader, thread = 7, 8
    stops._changes[leader] = change(parse("send:short=3"), ROWS["sendto"], Call(44, (0,) * 6, None))
    stops.replaced(thread, leader)
    assert stops._changes == {}


def _changed(injection: Injection, name: str) -> tuple[dict[int, int], dict[int, int]]:
    call = Call(40, (4, 5, 6, 7, 8, 9), None)
    entering, leaving = change(injection, ROWS[name], call)
    return dict(entering), dict(leaving)


@pytest.mark.parametrize(
    ("text", "name", "entering", "leaving"),
    [
        ("send:short=3", "sendto", {RDX: 3}, {RDX: 6}),
        ("accept:EINTR", "accept", {ORIG_RAX: -1}, {ORIG_RAX: 40, RAX: -errno.EINTR}),
        ("close:EIO", "close", {}, {RAX: -errno.EIO}),
        ("close:EBADF", "close", {ORIG_RAX: -1}, {ORIG_RAX: 40, RAX: -errno.EBADF}),
    ],
)
def test_registers_to_change(
    text: str, name: str, entering: dict[int, int], leaving: dict[int, int]
) -> None:
    """What was changed at the entry is put back at the exit; close is made and then fails."""
    assert _changed(parse(text), name) == (entering, leaving)
