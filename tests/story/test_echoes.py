"""Where what comes back to a client is no echo, and where nothing wrong may be said."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as replaced

from echotrace.servers import NAMES, traces_dir
from echotrace.story.costs.costs import costs
from echotrace.story.echoes import deviation
from echotrace.story.held import Flaw
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Syscall
from echotrace.tracefile import load
from tracebuilder import TraceBuilder

_CLIENT = "127.0.0.1:50001"
_Move = tuple[str, str]


def _served(*moves: _Move, then: Callable[[TraceBuilder], object] | None = None) -> Story:
    """A connection on which bytes are received (`in`) and sent (`out`), and which is closed."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=_CLIENT)
    b.accept(10, 4)
    for way, text in moves:
        if way == "in":
            b.client(1, "send", local=_CLIENT, text=text)
            b.call(10, "recvfrom", 4, None, 100, 0, result=len(text), data=text)
        else:
            b.call(10, "sendto", 4, None, len(text), 0, result=len(text), data=text)
    if then:
        then(b)
    else:
        b.client(1, "close", local=_CLIENT)
        b.call(10, "recvfrom", 4, None, 100, 0, result=0, data="")
        b.call(10, "close", 4)
    return replay(b.trace())


def _found(story: Story) -> tuple[Flaw, int, int] | None:
    found = deviation(story, story.connections[0])
    return (found.flaw, found.came, found.went) if found else None


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ((("in", "hello"), ("out", "hello")), None),
        ((("in", "hello"), ("out", "he"), ("out", "llo")), None),
        ((("in", "he"), ("in", "llo"), ("out", "hello")), None),
        ((("in", "hello"), ("out", "hell")), (Flaw.FEWER, 5, 4)),
        ((("in", "hello"), ("out", "hell"), ("in", "adieu"), ("out", "adie")), (Flaw.FEWER, 5, 4)),
        ((("in", "xxxxx"), ("out", "xxxx"), ("in", "xxx"), ("out", "xx")), (Flaw.FEWER, 5, 4)),
        ((("in", "hello"), ("out", "he"), ("out", "ll")), (Flaw.FEWER, 5, 4)),
        ((("in", "hello"),), (Flaw.FEWER, 5, 0)),
        ((("in", "hello"), ("out", "HELLO")), (Flaw.OTHER, 5, 5)),
        ((("in", "hello"), ("out", "he"), ("out", "LLO")), (Flaw.OTHER, 3, 3)),
        ((("in", "hello"), ("out", "hello!")), (Flaw.MORE, 5, 6)),
        ((("out", "welcome"), ("in", "hello"), ("out", "hello")), (Flaw.MORE, 0, 7)),
    ],
)
def test_first_answer_that_is_no_echo(
    moves: tuple[_Move, ...], expected: tuple[Flaw, int, int] | None
) -> None:
    """Bytes are laid against bytes, wherever one call ends and the next begins."""
    assert _found(_served(*moves)) == expected


def test_payload_that_was_cut_is_compared_as_far_as_it_goes() -> None:
    """Beyond the snapshot length nothing is known, and nothing is said."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.call(10, "recvfrom", 4, None, 9, 0, result=9, data="hel")
    b.call(10, "sendto", 4, None, 5, 0, result=5, data="hello")
    b.call(10, "sendto", 4, None, 4, 0, result=4, data="oooo")
    b.call(10, "close", 4)
    assert _found(replay(b.trace())) is None


@pytest.mark.parametrize(
    "then",
    [
        lambda b: (b.call(10, "sendto", 4, None, 5, 0, errno="EPIPE"), b.call(10, "close", 4)),
        lambda b: (
            b.call(10, "sendto", 4, None, 5, 0, result=3, data="hel"),
            b.call(10, "close", 4),
        ),
        lambda b: b.exit(10),
        lambda b: b.exit(10, call=False, by="SIGSEGV"),
        lambda b: b.begin(10, "sendto", 4, None, 5, 0),
    ],
)
def test_what_else_explains_it_is_no_flaw(then: Callable[[TraceBuilder], object]) -> None:
    """A failed send, a short one, the end of the server, a send that has not returned."""
    assert _found(_served(("in", "hello"), then=then)) is None


def test_injected_fault_is_no_flaw() -> None:
    """What echotrace did itself is not the server's doing."""
    story = _served(("in", "hello"), ("out", "hell"))
    trace = story.trace
    records = tuple(
        replaced(r, injected="send:short=4") if isinstance(r, Syscall) and r.name == "sendto" else r
        for r in trace.records
    )
    assert _found(replay(replaced(trace, records=records))) is None


@settings(max_examples=50)
@given(st.lists(st.text("abc", min_size=1, max_size=5), min_size=1, max_size=5), st.data())
def test_what_was_received_may_go_back_in_any_pieces(texts: list[str], data: st.DataObject) -> None:
    """An echo is one, however it is cut."""
    whole, moves = "".join(texts), [("in", text) for text in texts]
    cuts = sorted(data.draw(st.sets(st.integers(1, len(whole)))) | {0, len(whole)})
    moves += [("out", whole[a:b]) for a, b in pairwise(cuts)]
    assert _found(_served(*moves)) is None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("script", ["interleaved", "large", "reset", "half-close", "burst"])
def test_teaching_servers_send_what_they_receive(name: str, script: str) -> None:
    """None of the stored traces has an answer that is no echo."""
    story = replay(load(traces_dir() / f"{name}-{script}.jsonl"))
    assert [deviation(story, each) for each in story.connections] == [None] * len(story.connections)


def test_other_bytes_are_no_echo_in_the_costs() -> None:
    """A server that changes what it sends has no calls per echo; one that sends it has two."""
    assert costs(_served(("in", "hello"), ("out", "HELLO"))).calls_per_echo is None
    assert costs(_served(("in", "hello"), ("out", "hello"))).calls_per_echo == 2
