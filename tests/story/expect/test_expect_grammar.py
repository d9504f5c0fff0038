"""Patterns in their two forms: each reads as the other, and mistakes are told with their place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.errors import UserError
from echotrace.story.expect.fitting import NAMES, WHO
from echotrace.story.expect.grammar import parse
from echotrace.story.expect.pattern import (
    Chain,
    Choice,
    Expected,
    Outcome,
    Pattern,
    Repeat,
    chain,
    choice,
)

_ONE_LINE = "accept fork close:parent (recv send)* recv=0 shutdown close exit"
_LINES = """\
# a process for each client
accept
fork
close conn in parent   # it keeps no copy

recv/send*
recv = 0
shutdown
close
exit
"""

_outcomes = st.none() | st.builds(
    Outcome,
    st.just("="),
    st.integers(-(10**17), 10**18 - 1) | st.sampled_from(["ECONNRESET", "SIGKILL", None]),
) | st.builds(Outcome, st.just(">"), st.integers(-9, 9))  # fmt: skip
_steps = st.builds(
    Expected, st.sampled_from(sorted(NAMES)), st.sampled_from(["", *WHO, "P0", "T12"]), _outcomes
)
_patterns: st.SearchStrategy[Pattern] = st.recursive(
    _steps,
    lambda parts: (
        st.lists(parts, min_size=1, max_size=4).map(chain)
        | st.lists(parts, min_size=1, max_size=3).map(choice)
        | st.builds(Repeat, parts, st.sampled_from("*+?"))
    ),
    max_leaves=12,
)


def _in_lines(pattern: Pattern) -> str:
    """The pattern as a file has it: a step a line."""
    parts = pattern.parts if isinstance(pattern, Chain) else (pattern,)
    return "".join(f"{_line(part)}\n" for part in parts)


def _line(part: Pattern) -> str:
    match part:
        case Expected():
            return part.words
        case Repeat(Chain(steps), mark) if all(isinstance(step, Expected) for step in steps):
            return f"{'/'.join(map(str, steps))}{mark}"
        case _:
            return str(part)


@given(_patterns)
def test_both_forms_read_as_the_pattern_that_they_are_of(pattern: Pattern) -> None:
    """What a pattern prints, on one line or one line a step, is read as the same pattern."""
    assert parse(str(pattern)) == pattern
    assert parse(_in_lines(pattern)) == pattern


def test_lines_and_one_line_are_one_pattern() -> None:
    """The sequence of a file in words is the one that is written on one line."""
    assert parse(_LINES) == parse(_ONE_LINE)
    assert str(parse(_LINES)) == _ONE_LINE


def test_steps_know_their_line() -> None:
    """Each step has the number of its line, comments and empty lines counted."""
    pattern = parse(_LINES)
    assert isinstance(pattern, Chain)
    assert [part.line for part in pattern.parts if isinstance(part, Expected)] == [
        2, 3, 4, 7, 8, 9, 10,
    ]  # fmt: skip


def test_an_alternative_ends_with_its_line() -> None:
    """A bar divides its own line, not the lines around it; brackets go over several lines."""
    accept, fork, thread, close = map(Expected, ("accept", "fork", "thread", "close"))
    assert parse("accept\nfork | thread\nclose") == Chain((accept, Choice((fork, thread)), close))
    assert parse("accept fork | thread close") == Choice(
        (Chain((accept, fork)), Chain((thread, close)))
    )
    assert parse("accept (\n  fork\n  close\n)*") == Chain(
        (accept, Repeat(Chain((fork, close)), "*"))
    )


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("recv returns 5", Outcome("=", 5)),
        ("recv fails", Outcome("=", -1)),
        ("recv fails with EPIPE", Outcome("=", "EPIPE")),
        ("recv > 0", Outcome(">", 0)),
        ("recv=?", Outcome("=", None)),
    ],
)
def test_outcomes_in_words(text: str, outcome: Outcome) -> None:
    """An outcome may be written in words."""
    assert parse(text) == Expected("recv", "", outcome)


@pytest.mark.parametrize("name", ["send", "sendto", "write", "sendmsg"])
def test_all_is_an_outcome_of_a_send(name: str) -> None:
    """Each call that sends may be the one with which all has been sent."""
    assert parse(f"{name} = all") == Expected(name, "", Outcome("=", "all"))
    assert str(parse(f"{name}=all")) == f"{name}=all"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1, column 1: found the end, expected a step such as accept"),
        ("accept\nacept", "line 2, column 1: found 'acept', expected the name of a step; did you"),
        ("accept\nclose in parnt", "line 2, column 10: found 'parnt', expected parent, child, "),
        ("close:parnt", "or a role such as P0; did you mean parent?"),
        ("recv = all", "column 6: found '=', expected '= all' behind a send only"),
        ("recv fails with ECONRESET", "column 17: found 'ECONRESET'"),
        ("accept (recv send", "column 18: found the end, expected a step, |, * + ? or the )"),
        ("accept )", "column 8: found ')', expected a ( before it"),
        ("recv** send", "column 6: found '*', expected one of * + ? only"),
        ("recv |\nsend", "line 1, column 7: found the end of the line, expected a step"),
        ("recv = \nsend", "line 1, column 8: found the end of the line, expected a number"),
        ("accept 5", "column 8: found '5', expected a step, (, |, ) or the end of the line"),
        ("recv \x1b[2J", "column 6: found '\x1b', expected a step"),
        ("recv = " + "9" * 5000, "expected a number of at most 18 digits"),
        ("(" * 5000, "expected at most 50 brackets within one another"),
        ("recv " * 10_001, "expected at most 10,000 steps"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_place(text: str, message: str) -> None:
    """A mistake is told with file, line and column, what is found there and what is expected."""
    with pytest.raises(UserError) as told:
        parse(text, "fork.expect")
    assert str(told.value).startswith("'fork.expect', line ")
    assert message in str(told.value)
    assert len(str(told.value)) < 250


@given(st.text(alphabet="accept recv()|*+?/:=>#\n05-\t", max_size=30) | st.text(max_size=10))
def test_any_text_is_a_pattern_or_a_mistake(text: str) -> None:
    """Whatever the text, it is read or refused with a sentence."""
    try:
        pattern = parse(text)
    except UserError:
        return
    assert parse(str(pattern)) == pattern
