"""Files of expectations: which pattern is meant for which course, and what the servers do."""

import re
from pathlib import Path

import pytest
from msgspec import structs

from echotrace.errors import UserError
from echotrace.servers import SERVERS, traces_dir
from echotrace.story.expect.grammar import parse
from echotrace.story.expect.nouns import Match
from echotrace.story.expect.sections import Expectations
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Syscall
from echotrace.tracefile import load
from tracebuilder import TraceBuilder

EXPECTED = Path(__file__).parents[3] / "servers" / "expected"
_SECTIONS = """\
# what a server of one process does
set-up:
socket bind listen
connection:
accept recv/send* recv = 0 close
connection #2:  # is there
accept
"""


def _check(text: str, story: Story, only: int | None = None) -> list[Match]:
    return Expectations.read(text, "x.expect").check(story, only)


def _stored(name: str) -> Story:
    return replay(load(traces_dir() / f"{name}.jsonl"))


def test_each_section_is_for_its_course() -> None:
    """The set-up, a connection of its own, and all others are matched against their sections."""
    found = _check(_SECTIONS, _stored("iterative-interleaved"))
    assert [(match.name, bool(match)) for match in found] == [
        ("set-up", True), ("#1", True), ("#2", False),
    ]  # fmt: skip
    assert [step.line for step in found[1].expectation] == [5, 5, 5, 5, 5]


def test_one_connection_alone() -> None:
    """If one connection is asked for, the others and the server at large do not count."""
    (found,) = _check(_SECTIONS, _stored("iterative-interleaved"), only=1)
    assert found.name == "#1"


def test_what_the_trace_lacks_does_not_match() -> None:
    """A connection that the file speaks of and the trace does not have takes no step."""
    text = "connection #1:\naccept (recv|send|close)*\nconnection #3:\naccept*"
    one, three = _check(text, _stored("iterative-interleaved"))
    assert one
    assert not three
    assert str(three) == "there is no connection #3"


def test_trace_without_connections_matches_nothing() -> None:
    """Where no connection was accepted, an expectation of every connection finds none."""
    b = TraceBuilder()
    b.server()
    assert _check("accept", replay(b.trace())) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("accept\nset-up:\nbind", "'x.expect', line 1: found a step before the first section"),
        ("set-up:\nbind\nset-up:\nbind", "line 3: found a second section 'set-up:'"),
        ("connection #1:\naccept\nconnection #01:\naccept", "found a second section '#1:'"),
        ("set-up #1:\nbind", "line 1: found 'set-up' has no number"),
        ("set-up:\n\nconnection:\naccept", "line 2, column 1: found the end, expected a step"),
        ("setup:\nbind", "line 1, column 1: found 'setup', expected the name of a step"),
        ("connection:\naccept\nacept", "line 3, column 1: found 'acept'"),
    ],
)
def test_mistakes_in_sections_are_told_with_their_line(text: str, message: str) -> None:
    """What is wrong with sections is told with the line of the file."""
    with pytest.raises(UserError) as told:
        Expectations.read(text, "x.expect")
    assert message in str(told.value)


@pytest.fixture(params=sorted(server.name for server in SERVERS))
def server(request: pytest.FixtureRequest) -> str:
    """Each teaching server."""
    assert isinstance(request.param, str)
    return request.param


def _expected(server: str) -> Expectations:
    return Expectations.read((EXPECTED / f"{server}.expect").read_text(), server)


def test_servers_do_what_is_expected_of_them(server: str) -> None:
    """Every connection of a server takes the steps of its file, whatever the clients do."""
    traces = sorted(traces_dir().glob(f"{server}-*.jsonl"))
    assert len(traces) == 8
    found = [match for path in traces for match in _expected(server).check(replay(load(path)))]
    assert len(found) >= 12
    assert [str(match) for match in found if not match] == []


def test_every_byte_has_to_come_back(server: str) -> None:
    """A server that sends one byte less of one message does not do what is expected."""
    trace = load(traces_dir() / f"{server}-interleaved.jsonl")
    whole = [e.record for e in replay(trace).events if isinstance(e.record, Syscall)]
    sent = next(each for each in whole if each.name == "sendto" and each.result == 5)
    records = [structs.replace(each, result=4) if each == sent else each for each in trace.records]
    found = _expected(server).check(replay(structs.replace(trace, records=tuple(records))))
    assert sum(not match for match in found) == 1


#: The other servers that a file fits: waits count only where a file names them, and who serves too.
_FITS_TOO = {
    "epoll": {"kqueue"},
    "iterative": {"epoll", "kqueue", "poll", "pool", "prefork", "select"},
    "kqueue": {"epoll"},
}


def test_files_tell_servers_apart(server: str) -> None:
    """No server that treats a connection in another way does what is expected of this one."""
    others = {each.name for each in SERVERS} - {server}
    fits = {o for o in others if any(_expected(server).check(_stored(f"{o}-interleaved")))}
    assert fits == _FITS_TOO.get(server, set())


def test_examples_in_the_reference_are_read() -> None:
    """Every example of the reference is a file of expectations, and every step in its table one."""
    text = (EXPECTED / "README.md").read_text()
    examples = re.findall(r"```expect\n(.*?)```", text, re.DOTALL)
    assert len(examples) == 3
    fork = [Expectations.read(example, "README.md") for example in examples[:2]]
    assert fork[0].automatons["connection"].pattern == fork[1].automatons["connection"].pattern
    assert set(Expectations.read(examples[2], "x").automatons) == {"set-up", "connection", "#2"}
    rows = [line.split("|")[1] for line in text.replace("\\|", "or").splitlines() if "| `" in line]
    steps = [step for row in rows for step in re.findall(r"`([^`]*)`", row)]
    assert len(steps) > 25
    for step in steps:
        parse(step.replace(" or ", " | ") if step[:1].isalpha() and step[:3] != "in " else
              f"close {step}")  # fmt: skip


def test_each_teaching_server_has_a_file() -> None:
    """There is a file of expectations for each teaching server, and no other."""
    assert {path.stem for path in EXPECTED.glob("*.expect")} == {each.name for each in SERVERS}
