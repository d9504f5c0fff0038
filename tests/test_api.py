"""The public Python API: what it gives, what it refuses, and that its types are right."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path

import pytest
from msgspec.structs import replace

import echotrace
from echotrace import Comparison, Story, Trace, compare, load, record_server, replay
from echotrace.errors import EchotraceError, NotReachable, TraceFileError, UserError
from echotrace.servers import traces_dir
from echotrace.trace import ClientStep, Record, Syscall

_HOSTILE = "</table><script>alert(1)</script><img src=x onerror=alert(2)>\x1b[2J`|"


def stored(name: str) -> Trace:
    """A reference trace under `interleaved`."""
    return load(traces_dir() / f"{name}-interleaved.jsonl")


def test_trace_has_its_header_events_and_connections() -> None:
    """A trace gives what was recorded, numbered events, and connections with clients and bytes."""
    trace = stored("fork")
    assert (trace.header.server, trace.header.script) == ("fork", "interleaved")
    assert trace.ended_early is None
    assert [event.seq for event in trace.events] == sorted(event.seq for event in trace.events)
    first, second = trace.connections
    assert (first.number, first.client, first.calls) == (1, 1, 9)
    assert (first.bytes_in, first.bytes_out, second.tasks) == (5, 5, ("P0", "P2"))
    assert [step.key[0] for step in first.steps] == [
        "accept", "spawn", "close", "recv", "send", "recv", "shutdown", "close", "exit",
    ]  # fmt: skip
    assert {event.seq for event in first.events} <= {event.seq for event in trace.events}


def test_trace_is_replayed_once() -> None:
    """The story of a trace is worked out once, by whichever name it is asked for."""
    trace = stored("fork")
    assert replay(trace) is trace.story
    assert trace.story is trace.story


def test_trace_is_saved_and_loaded(tmp_path: Path) -> None:
    """What is saved is what is loaded, and no file is overwritten unless asked."""
    trace = stored("fork")
    trace.save(tmp_path / "mine.jsonl")
    assert load(str(tmp_path / "mine.jsonl")) == trace
    with pytest.raises(UserError, match="exists; overwrite=True"):
        trace.save(tmp_path / "mine.jsonl")
    trace.save(tmp_path / "mine.jsonl", overwrite=True)


def test_cut_off_trace_says_so(tmp_path: Path) -> None:
    """A trace that is cut off, in a line or between lines, is loaded and says what it lacks."""
    whole = (traces_dir() / "fork-interleaved.jsonl").read_bytes()
    (tmp_path / "torn.jsonl").write_bytes(whole[:8000])
    assert "cut off in line" in str(load(tmp_path / "torn.jsonl").ended_early)
    (tmp_path / "cut.jsonl").write_bytes(b"".join(whole.splitlines(keepends=True)[:40]))
    assert "no end" in str(load(tmp_path / "cut.jsonl").ended_early)


def test_what_is_no_trace_is_refused(tmp_path: Path) -> None:
    """A file that is no trace, or not there, raises an error of the API."""
    (tmp_path / "bad.jsonl").write_text("hello")
    for name in ("bad.jsonl", "gone.jsonl"):
        with pytest.raises(TraceFileError, match=name):
            load(tmp_path / name)
    assert issubclass(echotrace.TraceFileError, echotrace.EchotraceError)


def test_connection_is_matched_against_an_expectation() -> None:
    """A match is true where the course is as expected, and says where it parts."""
    expected = "accept fork close:parent (recv send)* recv=0 shutdown close exit"
    assert all(connection.matches(expected) for connection in stored("fork").connections)
    match = stored("thread").connections[0].matches(expected)
    assert not match
    assert "expected fork" in str(match)
    with pytest.raises(UserError):
        stored("fork").connections[0].matches("accept (")


def test_comparison_says_what_differs() -> None:
    """A comparison has names, rows, differences with their events, and costs of each side."""
    compared = compare(stored("fork"), stored("thread"), stored("epoll"))
    assert compared.names == ("fork", "thread", "epoll")
    assert not compared.same
    assert [len(row.steps) for each in compared.alignments for row in each.rows]
    assert len(compared.differences) == len(compared.costs) - 1 == 2
    assert all(any(difference.events) for told in compared.differences for difference in told)
    assert compared.costs[1].made_serving.threads == 2


def test_comparison_of_a_trace_with_itself_is_the_same() -> None:
    """The same trace twice has no difference, and letters for names."""
    compared = compare(stored("fork"), stored("fork"))
    assert compared.same
    assert compared.names == ("fork:c A", "fork:c B")


def test_rows_are_chosen() -> None:
    """`connection`, `only` and `ignore` mean what they mean on the command line."""
    fork, thread = stored("fork"), stored("thread")
    (alignment,) = compare(fork, thread, connection=2, only="close,exit").alignments
    assert {step.key[0] for row in alignment.rows for step in row.steps if step} == {
        "close", "exit",
    }  # fmt: skip
    left = compare(fork, thread, ignore=["setup", "teardown"]).alignments
    assert {each.kind for each in left} == {"connection"}


def test_connection_is_that_of_the_first_side_that_has_it() -> None:
    """Where two sides number a client's connection differently the first side's number counts."""
    trace = stored("fork")
    swapped = {1: 2, 2: 1}
    records = [
        replace(record, client=swapped[record.client]) if isinstance(record, ClientStep) else record
        for record in trace.recorded.records
    ]
    other = Trace(replace(trace.recorded, records=tuple(records)), "swapped")
    (alignment,) = compare(trace, other, connection=1).alignments
    assert [own.number for own in alignment.connections if own] == [1, 2]


def test_names_are_the_callers() -> None:
    """Names that are given are those of the sides, in sentences too."""
    compared = compare(stored("fork"), stored("thread"), names=("before", "after"))
    assert compared.names == ("before", "after")
    assert "of before" in compared.differences[0][0].sentence


@pytest.mark.parametrize(
    ("count", "names", "complaint"),
    [
        (1, (), "2 to 6"),
        (7, (), "2 to 6"),
        (2, ("a",), "name"),
        (2, ("a", "a"), "name"),
        (2, ("", "a"), "name"),
    ],
)
def test_comparison_that_cannot_be_is_a_value_error(
    count: int, names: tuple[str, ...], complaint: str
) -> None:
    """Another number of traces, or names that are not one each, is the programmer's mistake."""
    with pytest.raises(ValueError, match=complaint):
        compare(*[stored("fork")] * count, names=names)


def test_choice_that_cannot_be_is_a_user_error() -> None:
    """A connection that there is not and a name that no row has are refused with what there is."""
    fork = stored("fork")
    with pytest.raises(UserError, match="there are #1 to #2"):
        compare(fork, fork, connection=3)
    with pytest.raises(UserError, match="did you mean send"):
        compare(fork, fork, only="sned")


def test_every_format_is_made() -> None:
    """Stories and comparisons are text of a width, Markdown, HTML, SVG and JSON."""
    shown: list[Story | Comparison]
    shown = [stored("fork").story, compare(stored("fork"), stored("thread"))]
    for each in shown:
        assert max(map(len, each.text(80).splitlines())) <= 80
        assert str(each) == each.text()
        assert "|" in each.markdown()
        assert "<table" in each.html()
        assert json.loads(each.json())
        assert 'width="515.' in each.svg()
        assert each._repr_html_() == each.html()


def test_reprs_are_one_line() -> None:
    """What is shown where no HTML can be is a line that says what it is."""
    trace = stored("fork")
    assert repr(trace) == "<Trace fork, c, interleaved: 81 records>"
    assert repr(trace.story) == "<Story fork: 73 events, 2 connections>"
    assert repr(trace.connections[0]) == "<Connection #1 C1: 9 calls>"
    assert repr(compare(trace, trace)) == "<Comparison fork:c A, fork:c B: the same>"
    assert repr(trace.connections[0].steps[0]) == "<Step accept: <StoryEvent 19: P0 accept>>"
    connection = compare(trace, stored("thread")).alignments[1]
    assert repr(connection) == "<Alignment connection #1, #1: 9 rows, 4 not the same>"
    assert repr(connection.rows[1]) == "<Row hand-off: 25 ≠ 26>"


class _Tags(HTMLParser):
    """The elements of a fragment and their attributes, as a browser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes.update(name for name, _ in attrs)


def _hostile(record: Record) -> Record:
    if isinstance(record, Syscall) and record.data is not None:
        return replace(record, data=_HOSTILE, result=len(_HOSTILE))
    if isinstance(record, ClientStep) and record.text is not None:
        return replace(record, text=_HOSTILE, size=len(_HOSTILE))
    return record


def test_html_is_safe_against_what_a_trace_holds() -> None:
    """Payloads, names and scripts that look like HTML stay text in a notebook."""
    fork = stored("fork").recorded
    header = replace(fork.header, server=_HOSTILE, script=_HOSTILE, kernel=_HOSTILE)
    records = tuple(map(_hostile, fork.records))
    hostile = Trace(replace(fork, header=header, records=records), _HOSTILE)
    plain = stored("thread")
    for shown in (hostile, hostile.story, compare(hostile, plain), compare(hostile, hostile)):
        fragment = _Tags(shown._repr_html_())
        assert not fragment.names & {"script", "img"}
        assert not any(name.startswith("on") for name in fragment.attributes)
        assert "\x1b" not in shown._repr_html_()
        assert "\x1b" not in repr(shown) + str(shown)


@pytest.mark.usefixtures("own_state")
def test_server_is_recorded_now() -> None:
    """A name, a command and a source file are recorded, and compare with stored traces."""
    fresh = record_server("fork")
    assert compare(stored("fork"), fresh).same
    Path("s.py").write_text(
        "import socket\nlistener = socket.create_server(('', 0))\n"
        "while True:\n  conn, _ = listener.accept()\n"
        "  while data := conn.recv(100): conn.sendall(data)\n  conn.close()\n"
    )
    for target in ("s.py", Path("s.py"), [sys.executable, "s.py"]):
        trace = record_server(target, clients=1, script="sequential")
        assert (trace.header.server, len(trace.connections)) == ("s.py", 1)


@pytest.mark.usefixtures("own_state")
def test_recording_that_ends_early_is_a_trace() -> None:
    """A server with a bug gives a trace that says what went wrong; one that never listens, none."""
    trace = record_server("broken/used_after_close")
    assert "did not become possible" in str(trace.ended_early)
    assert trace.connections
    with pytest.raises(NotReachable):
        record_server(["true"])
    with pytest.raises(UserError, match="is a trace"):
        record_server(str(traces_dir() / "fork-interleaved.jsonl"))


@pytest.mark.usefixtures("own_state")
def test_recordings_in_threads_meet_nobody() -> None:
    """Several threads record, and neither take each other's events nor their program's children."""
    names = ["fork", "thread", "fork"]
    with ThreadPoolExecutor(6) as pool:
        others = [pool.submit(subprocess.run, ["sh", "-c", f"sleep 0.{n}; exit 7"]) for n in (1, 2)]
        found = [each.result(60) for each in [pool.submit(record_server, name) for name in names]]
        assert [each.result(60).returncode for each in others] == [7, 7]
    assert [trace.header.server for trace in found] == names
    assert compare(found[0], found[2]).same


def test_what_cannot_be_recorded_is_said_at_once() -> None:
    """A number out of its range, or a language of no server, is a ValueError that names it."""
    for wrong in ({"clients": 0}, {"snaplen": -1}, {"timeout": 0}, {"lang": "ruby"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            record_server("fork", **wrong)


@pytest.mark.usefixtures("own_state")
def test_fault_may_be_one_text() -> None:
    """One fault needs no list."""
    trace = record_server("fork", inject="send:short=3", timeout=1)
    assert trace.header.injections == ["send:short=3"]


def test_only_traces_are_compared() -> None:
    """Names and files in place of traces are refused with what makes a trace of them."""
    with pytest.raises(TypeError, match=r"not 'fork': load\(\) reads one, record_server\(\) makes"):
        compare("fork", "thread")  # type: ignore[arg-type]  # what is tested


def test_public_names_are_all_there() -> None:
    """Every name that the package promises can be imported, and no other is invented."""
    for name in echotrace.__all__:
        assert getattr(echotrace, name) is not None
        assert name in dir(echotrace)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        echotrace.nonsense  # type: ignore[attr-defined]  # noqa: B018 -- there is none
    assert issubclass(UserError, EchotraceError)


def test_import_is_quick() -> None:
    """`import echotrace` loads neither records nor views; loading and comparing no recorder."""
    code = (
        "import sys, echotrace; first = {'msgspec', 'click', 'tabulate'} & set(sys.modules); "
        "echotrace.load, echotrace.compare; sys.exit(len(first) + ('ptrace' in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


_SCRIPT = """
from echotrace import Comparison, Trace, compare, load, record_server

trace = load("a.jsonl")
reveal_type(trace)
reveal_type(trace.connections[0].matches("accept"))
start: int = trace.events[0].start
comparison: Comparison = compare(trace, record_server("fork", clients=3), only=["send"])
reveal_type(comparison.differences)
reveal_type(comparison.costs[0].longest_wait)
"""
_WRONG = """
import echotrace

echotrace.load(3)
echotrace.compare("a.jsonl", "b.jsonl")
echotrace.nonsense
"""


def _checked(folder: Path, text: str) -> str:
    """What mypy --strict says of a user's script, who has installed echotrace."""
    (folder / "script.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "script.py"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


def test_types_are_those_of_the_documentation(tmp_path: Path) -> None:
    """mypy --strict of a script of a user passes what is right, and finds what is wrong."""
    told = _checked(tmp_path, _SCRIPT)
    assert "error" not in told
    assert "Any" not in told
    for shown in (
        "nouns.Trace",
        "nouns.Match",
        "nouns.Difference",
        "Wait | None",
    ):
        assert shown in told
    wrong = _checked(tmp_path, _WRONG)
    assert [line.split(":")[1] for line in wrong.splitlines() if "error" in line] == [
        "4", "5", "5", "6",
    ]  # fmt: skip
