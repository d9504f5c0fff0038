"""Courses against patterns: each step as it is written, in an order that could have happened."""

import re
from collections.abc import Iterator
from itertools import combinations

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from echotrace.servers import traces_dir
from echotrace.story.compare.nouns import Step
from echotrace.story.expect.grammar import parse
from echotrace.story.expect.match import matches
from echotrace.story.expect.nouns import Match
from echotrace.story.expect.pattern import Choice, Expected, Pattern, Repeat, chain, choice
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from tracebuilder import TraceBuilder

_FORK = "accept fork close:parent (recv send)* recv=0 shutdown close exit"

#: Letters for the steps of a small fork server, and the system call behind each.
_PARENT = {"p": "close", "q": "shutdown"}
_CHILD = {"r": "recvfrom", "z": "recvfrom", "s": "sendto", "c": "close", "d": "shutdown"}
#: What is written in a pattern, and the letters that it fits.
_WRITTEN = {
    "recv": "rz", "recv=0": "z", "recv>0": "r", "recvfrom": "rz", "send:child": "s", "send": "s",
    "close": "pc", "close:parent": "p", "close:P1": "c", "shutdown": "qd", "shutdown:worker": "d",
    "accept": "a", "fork": "f", "spawn:P0": "f", "accept4": "", "recv=7": "", "close:thread": "",
}  # fmt: skip
#: What comes after a close is on no connection any more.
_parents = st.sampled_from(["", "p", "q", "qp", "qq", "qqp"])
_children = st.builds(
    lambda echo, times, rest, end: echo * times + rest + end,
    st.sampled_from(["r", "rs", "rz"]),
    st.integers(0, 2),
    st.text("zsd", max_size=2),
    st.sampled_from(["", "c"]),
)


@st.composite
def _played(draw: st.DrawFn) -> tuple[str, str, Pattern]:
    """What parent and child do, and a pattern for an order of it that is often possible."""
    parent, child = draw(_parents), draw(_children)
    order = f"af{draw(st.sampled_from(list(_interleaved(parent, child))))}"
    if draw(st.integers(0, 3)) == 0:
        order = "".join(draw(st.permutations(order)))
    return parent, child, draw(_written(order))


@st.composite
def _written(draw: st.DrawFn, order: str) -> Pattern:
    """A pattern that fits `order`, or all but a step of it; what comes twice may be repeated."""
    parts: list[Pattern] = []
    for letter in order:
        fitting = [text for text, letters in _WRITTEN.items() if letter in letters]
        unlike = draw(st.integers(0, 12)) == 0
        parts.append(parse(draw(st.sampled_from(sorted(_WRITTEN) if unlike else fitting))))
    for _ in range(draw(st.integers(0, 3))):
        start, middle, end = sorted(draw(st.tuples(*[st.integers(0, len(parts))] * 3)))
        part = chain(parts[start:middle])
        if start == middle:
            part = choice(map(parse, draw(st.lists(st.sampled_from(sorted(_WRITTEN)), min_size=1))))
        parts[start:end] = [Repeat(part, draw(st.sampled_from("*+?")))]
    return chain(parts)


def _forked(parent: str, child: str) -> Story:
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.fork(10, 11)
    for letter in parent:
        b.call(10, _PARENT[letter], 4)
    for letter in child:
        moved = 5 if letter in "rs" else 0
        b.call(11, _CHILD[letter], 4, result=moved, data="hello" if moved else None)
    return replay(b.trace())


def _matches(story: Story, pattern: str, number: int = 1) -> Match:
    return matches(story, story.connection(number), pattern)


def _interleaved(parent: str, child: str) -> Iterator[str]:
    """Every order of the steps of two tasks that keeps each task's own."""
    for places in combinations(range(len(parent) + len(child)), len(parent)):
        rest, own = iter(child), iter(parent)
        yield "".join(
            next(own) if place in places else next(rest)
            for place in range(len(parent) + len(child))
        )


def _expression(pattern: Pattern) -> str:
    match pattern:
        case Expected():
            letters = _WRITTEN[str(pattern)]
            return f"[{letters}]" if letters else "(?!)"
        case Repeat(part, mark):
            return f"(?:{_expression(part)}){mark}"
        case Choice(parts):
            return "|".join(f"(?:{_expression(part)})" for part in parts)
        case _:
            return "".join(f"(?:{_expression(part)})" for part in pattern.parts)


@given(_played())
def test_matches_what_a_regular_expression_matches(played: tuple[str, str, Pattern]) -> None:
    """A course matches if Python's `re` matches one of the orders of its tasks' steps."""
    parent, child, pattern = played
    expression = re.compile(_expression(pattern))
    expected = any(expression.fullmatch(f"af{order}") for order in _interleaved(parent, child))
    event("matches" if expected else "parts")
    assert bool(_matches(_forked(parent, child), str(pattern))) == expected


@given(_played())
def test_every_step_is_matched_or_left(played: tuple[str, str, Pattern]) -> None:
    """What is matched and what is left are the course, and what is matched begins the pattern."""
    parent, child, pattern = played
    found = _matches(_forked(parent, child), str(pattern))
    steps = [*(step for step, _ in found.matched), *found.rest]
    for task, letters in (("P0", f"af{parent}"), ("P1", child)):
        assert "".join(_letter(step) for step in steps if step.event.actor == task) == letters
    for step, expected in found.matched:
        assert _letter(step) in _WRITTEN[str(expected)]


@given(_played())
def test_what_is_left_is_laid_beside_the_pattern(played: tuple[str, str, Pattern]) -> None:
    """The way on has every step that is left, each task's in order; it begins where they part."""
    parent, child, pattern = played
    found = _matches(_forked(parent, child), str(pattern))
    steps = [row.step for row in found.way if row.step is not None]
    for task in ("P0", "P1"):
        left = sorted(step.event.seq for step in found.rest if step.event.actor == task)
        assert [step.event.seq for step in steps if step.event.actor == task] == left
    assert bool(found.way) != bool(found)
    assert not any(row.fits for row in found.way[:1])
    assert found.came is (steps[0].event if steps else None)
    for row in found.way:
        wanted = _WRITTEN[str(row.expected)] if row.expected else ""
        assert row.fits == (row.step is not None and _letter(row.step) in wanted)


def _letter(step: Step) -> str:
    kind = step.key[0]
    if step.event.actor == "P0":
        return {"accept": "a", "spawn": "f", "close": "p", "shutdown": "q"}[kind]
    if kind == "recv":
        return "r" if getattr(step.event.record, "result", 0) else "z"
    return {"send": "s", "close": "c", "shutdown": "d"}[kind]


def _stored(name: str) -> Story:
    return replay(load(traces_dir() / f"{name}.jsonl"))


@pytest.mark.parametrize("script", ["interleaved", "large", "silent", "half-close", "idle"])
def test_the_sequence_of_fork(script: str) -> None:
    """Every connection of the fork server takes the steps of its sequence."""
    story = _stored(f"fork-{script}")
    assert all(matches(story, connection, _FORK) for connection in story.connections)


def test_when_the_parent_closes_does_not_matter() -> None:
    """P0's close may come before, between and after what its child does: nothing orders them."""
    for place in range(4):
        b = TraceBuilder()
        b.server()
        b.accept(10, 4)
        b.fork(10, 11)
        for number in range(4):
            if number == place:
                b.call(10, "close", 4)
            if number < 3:
                b.call(11, ("recvfrom", "sendto", "close")[number], 4, result=5)
        assert _matches(replay(b.trace()), "accept fork close:parent recv send close:child")


def test_what_follows_the_wait_for_a_child_comes_after_it() -> None:
    """A parent that closes only when it has waited for its child does not close before it."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    b.fork(10, 11)
    b.call(11, "recvfrom", 4, result=5, data="hello")
    b.call(11, "close", 4)
    b.exit(11)
    b.call(10, "wait4", 11, 0, 0, None, result=11)
    b.call(10, "close", 4)
    story = replay(b.trace())
    assert not _matches(story, "accept fork close:parent recv close exit")
    assert _matches(story, "accept fork recv close exit close:parent")


def test_the_order_of_the_trace_is_kept_where_it_fits() -> None:
    """Of the orders that could have happened the trace's own is told, if it matches."""
    for place in range(1, 4):
        b = TraceBuilder()
        b.server()
        b.accept(10, 4)
        b.fork(10, 11)
        for number in range(4):
            if number == place:
                b.call(10, "close", 4)
            b.call(11, "recvfrom", 4, result=5, data="hello")
        found = _matches(replay(b.trace()), "accept fork (close | recv)*")
        numbers = [step.event.seq for step, _ in found.matched]
        assert numbers == sorted(numbers)


@pytest.mark.parametrize("early", ["recv accept fork", "accept recv fork"])
def test_causes_come_first(early: str) -> None:
    """Nobody receives before accept, and no child before it was made."""
    story = _forked("", "r")
    assert _matches(story, "accept fork recv")
    assert not _matches(story, early)


def test_nobody_receives_before_accept() -> None:
    """Of a pool, whose threads are there before any connection, accept comes first too."""
    story = _stored("pool-interleaved")
    assert _matches(story, "accept:parent recv send recv=0 close")
    assert not _matches(story, "recv accept:parent send recv=0 close")


@pytest.mark.parametrize(
    ("child", "pattern", "met"),
    [
        ("rsrs", "(recv send)+", True),
        ("rsrs", "(recv send)?", False),
        ("rsrs", "(recv send)? (recv send)? (recv send)?", True),
        ("rsrs", "(recv send+)+ send*", True),
        ("rrs", "(recv send)+", False),
        ("rrs", "(recv* send?)+", True),
        ("r", "recv (send | close)+", False),
        ("r", "recv (send | close)*", True),
        ("rsc", "recv (send | close)+", True),
    ],
)
def test_repeated_parts(child: str, pattern: str, met: bool) -> None:
    """A star is any number of times, a plus at least once, a question mark at most once."""
    assert bool(_matches(_forked("", child), f"accept fork {pattern}")) == met


def test_a_step_is_one_that_succeeds() -> None:
    """A recv that fails, or has not returned, is only one that is expected to."""
    reset = _stored("thread-reset")
    assert not _matches(reset, "accept thread recv send recv exit")
    assert _matches(reset, "accept thread recv send recv fails exit=1")
    assert _matches(reset, "accept thread recv send recv=ECONNRESET exit_group")
    assert _matches(reset, "accept thread recv send recv=? killed", number=2)
    assert not _matches(reset, "accept thread recv send recv=EPIPE exit_group")


@pytest.mark.parametrize(
    ("moved", "met"),
    [
        ([("recvfrom", 5), ("sendto", 5)], True),
        ([("recvfrom", 5), ("sendto", 2), ("sendto", 3)], True),
        ([("recvfrom", 5), ("recvfrom", 5), ("sendto", 10)], True),
        ([("recvfrom", 5), ("sendto", 4)], False),
        ([("recvfrom", 5), ("sendto", 4), ("recvfrom", 5), ("sendto", 6)], False),
        ([("recvfrom", 5), ("sendto", 6)], False),
        ([("recvfrom", 5), ("sendto", 5), ("sendto", 5)], False),
    ],
)
def test_send_all_is_as_many_bytes_as_came(moved: list[tuple[str, int]], met: bool) -> None:
    """`send = all` is the send with which no byte that was received is left, nor one too many."""
    b = TraceBuilder()
    b.server()
    b.accept(10, 4)
    for call, size in moved:
        b.call(10, call, 4, result=size, data="x" * size)
    assert bool(_matches(replay(b.trace()), "accept (recv+ send* send=all)*")) == met


@pytest.mark.parametrize("server", ["iterative", "select", "poll", "epoll", "kqueue"])
def test_one_pattern_fits_servers_that_wait_otherwise(server: str) -> None:
    """Waits for readiness and what only sets something are left aside unless they are named."""
    story = _stored(f"{server}-interleaved")
    assert _matches(story, "accept (recv send)* recv=0 close")
    named = _matches(story, "accept (readiness | recv send)* recv=0 close")
    assert bool(named) == (server == "iterative")


@pytest.mark.parametrize(
    ("server", "pattern"),
    [
        ("select", "select accept (select recv send)* select recv=0 close"),
        ("select", "(pselect6 accept) (readiness recv send)* readiness recv=0 close"),
        ("epoll", "accept epoll_ctl (recv send)* recv=0 close"),
        ("thread", "accept clone3 recvfrom sendto recvfrom close:T1 exit"),
        ("fork", "accept:P0 spawn:parent close:P0 recv:child send:worker recv shutdown close exit"),
        ("pool", "accept:parent (recv:thread send:thread)* recv=0 close:worker"),
        ("prefork", "accept:child (recv send)* recv=0 shutdown close"),
        ("udp", "recvfrom=5 sendto>4"),
    ],
)
def test_names_tasks_and_outcomes(server: str, pattern: str) -> None:
    """Calls go by event, C function or system call, tasks by what they are or their role."""
    assert _matches(_stored(f"{server}-interleaved"), pattern)


@pytest.mark.parametrize(
    ("server", "pattern"),
    [
        ("fork", "accept thread recv* send* close* exit"),
        ("fork", "accept4 fork (close | recv | send | shutdown)* exit"),
        ("thread", "accept fork (recv send)* recv=0 close exit"),
        ("pool", "accept:thread (recv send)* recv=0 close"),
        ("iterative", "accept:parent (recv send)* recv=0 close"),
        ("prefork", "accept:P0 (recv send)* recv=0 shutdown close"),
    ],
)
def test_what_is_another_call_or_task_does_not_fit(server: str, pattern: str) -> None:
    """A variant that was asked for, and a task, are minded."""
    assert not _matches(_stored(f"{server}-interleaved"), pattern)


def test_a_leaked_descriptor_is_told_with_its_reason() -> None:
    """Without the parent's close the course parts there, and the sentence says who holds it."""
    found = _matches(_forked("", "rszc"), _FORK)
    assert str(found) == (
        "#1 parts from the expectation after 2 steps: expected close in parent, but recv of P1 "
        f"returns 5 (event {found.rest[0].event.seq}): a step is missing; P0 still has fd 4 open "
        f"when the course is over (event {found.rest[-1].event.seq}), so the connection stays open"
    )
    assert repr(found) == f"<{found}>"
    assert found.came is found.rest[0].event
    assert not found.may_end


def test_a_connection_that_is_still_open_is_told() -> None:
    """A course that has not come to its end says that the recording ended before."""
    found = _matches(_forked("p", "rs"), _FORK)
    assert found.came is None
    assert str(found).endswith(
        "after 5 steps: expected recv = 0 or recv, but the recording ends with the connection "
        "still open"
    )


def test_a_step_that_comes_late_is_told() -> None:
    """If the expected step comes later, its number is told."""
    found = _matches(_forked("p", "rds"), "accept fork close:parent recv send shutdown")
    assert "expected send, but P1 calls shutdown" in str(found)
    assert f"send comes later, as event {found.rest[-1].event.seq}" in str(found)


def test_more_than_is_expected_is_told() -> None:
    """Where the pattern is over and the course goes on, the end is what was expected."""
    found = _matches(_forked("p", "rs"), "accept fork close recv")
    assert found.may_end
    assert "expected the end, but send of P1 returns 5" in str(found)


def _echoes(count: int) -> Story:
    return _forked("p", "rs" * count + "zdc")


@pytest.mark.parametrize(
    ("pattern", "met"),
    [
        ("accept fork close:parent (recv send)* recv=0 shutdown close", True),
        ("((accept | fork)* (close* (recv* send*)*)*)* recv=0 (shutdown? close?)*", True),
        ("accept fork close:parent (recv* recv* recv* send*)* recv=0 shutdown exit", False),
    ],
)
def test_time_grows_with_the_steps_alone(pattern: str, met: bool) -> None:
    """Patterns on which a search that goes back takes for ever are matched in one pass."""
    found = _matches(_echoes(1500), pattern)
    assert bool(found) == met
    assert len(found.matched) >= 3005


def test_expected_steps_are_told_by_what_is_said_most_exactly() -> None:
    """After `recv = 0`, which is also any recv, only what follows it is told."""
    found = _matches(_forked("p", "rszc"), _FORK)
    assert [expected.words for expected in found.expected] == ["shutdown"]
    found = _matches(_forked("p", "rs"), "accept fork close (recv shutdown | recv close)")
    assert [expected.words for expected in found.expected] == ["close", "shutdown"]
