"""What check finds: in every server of the gallery its bug, in others nothing that is false."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from echotrace.commands import battery
from echotrace.commands.battery import BATTERY, Outcome, Run
from echotrace.errors import UserError
from echotrace.gallery import CLEAN, MUTANTS
from echotrace.record import build
from echotrace.servers import NAMES, languages
from echotrace.story.findings.catalogue import CATALOGUE
from echotrace.story.findings.nouns import Finding, Severity
from proofs import prove

PROGRAMS = Path(__file__).parents[1] / "programs"

#: What is true of our own servers: their sources say what they leave out, and why.
REFERENCE: Mapping[str, set[str]] = {
    # the child keeps the listening socket, nobody waits for it, a short send's rest is lost; send
    # has no MSG_NOSIGNAL; bind comes without SO_REUSEADDR
    "fork": {
        "child-never-reaped", "short-send-ignored", "child-keeps-listening-socket",
        "sigpipe-possible", "no-so-reuseaddr",
    },
    # as in C, but the interpreter ignores SIGPIPE
    "fork:python": {
        "child-never-reaped", "short-send-ignored", "child-keeps-listening-socket",
        "no-so-reuseaddr",
    },
    # threads are not joined, die() in a thread ends all; send in a loop, without MSG_NOSIGNAL
    "thread": {
        "thread-neither-joined-nor-detached", "recv-error-ends-all", "sigpipe-possible",
        "no-so-reuseaddr",
    },
    # as in C, but the interpreter detaches its threads and ignores SIGPIPE
    "thread:python": {"recv-error-ends-all", "no-so-reuseaddr"},
    # a short send's rest is lost, without MSG_NOSIGNAL; the parent waits for its children
    "prefork": {"short-send-ignored", "sigpipe-possible", "no-so-reuseaddr"},
    "prefork:python": {"short-send-ignored", "no-so-reuseaddr"},
    # as in `thread` die() ends all, as in `fork` a short send's rest is lost; no thread ever ends
    "pool": {
        "recv-error-ends-all", "short-send-ignored", "sigpipe-possible", "no-so-reuseaddr",
    },
    "pool:python": {"recv-error-ends-all", "short-send-ignored", "no-so-reuseaddr"},
    # one connection or one process for all: errors end one connection, and bind is as in the others
    **{
        f"{name}{twin}": {"no-so-reuseaddr"}
        for name in ("iterative", "select", "poll", "epoll", "kqueue") for twin in ("", ":python")
    },
    # no connection, no TIME-WAIT, no SIGPIPE, no short send: what goes wrong is not seen by it
    "udp": set(),
    "udp:python": set(),
}  # fmt: skip

#: Servers of Python's library, as its documentation starts them: what is found, and their kind.
LIBRARY: Mapping[str, tuple[set[str], str]] = {
    # ForkingMixIn's child ends with os._exit and never closes self.socket: true
    "forking_tcp_server.py": ({"child-keeps-listening-socket"}, "a fork server"),
    "threading_tcp_server.py": (set(), "a thread server"),
    "tcp_server.py": (set(), "an iterative server"),
    "asyncio_server.py": (set(), "an epoll server"),
}


pytestmark = pytest.mark.usefixtures("own_state")


@pytest.fixture(autouse=True)
def compiler() -> None:
    """The servers are compiled for these tests."""
    if build.find_compiler() is None:
        pytest.skip("needs a C compiler")


def played(target: str, *runs: Run) -> list[Outcome]:
    """A server under some runs, or under all of the battery."""
    wish = {"quiet": True, "mute": True, "timeout": 0.5}
    return list(battery.play(target, runs or BATTERY, lambda _: None, **wish))


def proved(outcomes: list[Outcome]) -> list[Finding]:
    """What the outcomes show together, each finding proved by the raw records of its trace."""
    found = list(battery.together(outcomes))
    traces = {outcome.run.name: outcome.target.trace for outcome in outcomes}
    for finding in found:
        prove(finding, traces[finding.seen])
    return found


def faults(found: list[Finding]) -> set[str]:
    """The ids of the findings, without the server's kind."""
    return {finding.id for finding in found} - {"kind"}


@pytest.mark.parametrize("mutant", [mutant.finding for mutant in MUTANTS])
def test_mutant_raises_its_finding_and_no_other_error(mutant: str) -> None:
    """Of a server of the gallery its bug is found, and no error besides."""
    found = proved(played(f"broken/{mutant}"))
    name = mutant.replace("_", "-")
    assert name in CATALOGUE
    assert name in faults(found)
    errors = {finding.id for finding in found if finding.severity is Severity.ERROR}
    assert errors <= {name}
    (own,) = (finding for finding in found if finding.id == name)
    assert {site.file for site in own.sites} == {f"{mutant}.c"}


@pytest.mark.parametrize("clean", [clean.name for clean in CLEAN])
def test_clean_server_raises_nothing(clean: str) -> None:
    """Of a clean server only its kind is told, which is the one that it has its name of."""
    found = proved(played(f"broken/{clean}"))
    assert [finding.id for finding in found] == ["kind"]
    assert clean.removeprefix("clean_") in found[0].sentence.partition(":")[0]


def test_every_server_has_its_faults_listed() -> None:
    """Every server of the catalogue is checked, in both languages."""
    twins = {"c": "", "python": ":python"}
    assert set(REFERENCE) == {f"{n}{twins[twin]}" for n in NAMES for twin in languages(n)}


@pytest.mark.parametrize("server", REFERENCE)
def test_reference_server_raises_what_it_leaves_out(server: str) -> None:
    """Of our own servers their kind and what they leave out on purpose is found, nothing else."""
    found = proved(played(server))
    assert faults(found) == REFERENCE[server]
    (kind,) = (finding for finding in found if finding.id == "kind")
    name = server.partition(":")[0]
    assert f"this is a {name} server:" in kind.sentence.lower().replace(" an ", " a ")


@pytest.mark.parametrize("program", LIBRARY)
def test_server_of_pythons_library_raises_what_is_true(program: str) -> None:
    """Of servers by other authors nothing is said that is not so."""
    found = proved(played(str(PROGRAMS / program)))
    expected, kind = LIBRARY[program]
    assert faults(found) == expected
    assert [f.sentence.partition(":")[0] for f in found if f.id == "kind"] == [f"This is {kind}"]


@pytest.mark.parametrize("script", ["sequential", "reset"])
def test_number_that_stays_in_selects_set_after_its_close(script: str) -> None:
    """That select fails ends the server: not the reset, and not the end of a connection."""
    found = proved(played(str(PROGRAMS / "forgets_fd_clr.c"), Run(script)))
    errors = {finding.id for finding in found if finding.severity is Severity.ERROR}
    assert errors == {"used-after-close"}
    assert "calls select with fd 4 in its sets" in found[0].sentence
    assert "ends the process" in found[0].sentence


def test_finding_comes_from_the_first_run_that_shows_it() -> None:
    """Each finding names the recording whose events prove it, and stands there once."""
    found = battery.together(played("thread"))
    assert {f.id: f.seen for f in found} == {
        "thread-neither-joined-nor-detached": "sequential",
        "recv-error-ends-all": "reset",
        "sigpipe-possible": "interleaved",
        "kind": "interleaved",
        "no-so-reuseaddr": "interleaved",
    }
    assert [f.severity for f in found] == sorted(
        (f.severity for f in found), key=list(Severity).index
    )


def test_experiment_proves_only_what_it_is_for() -> None:
    """That a fault makes a server fail otherwise is not held against the server."""
    fault = Run("interleaved", ("recv:ECONNRESET",), frozenset({"short-send-ignored"}))
    assert faults(list(battery.together(played("thread", fault)))) == set()
    free = Run("interleaved", ("recv:ECONNRESET",))
    assert "recv-error-ends-all" in faults(list(battery.together(played("thread", free))))


def test_fault_that_met_no_call_is_told() -> None:
    """An experiment that could not take place is named, since it shows nothing."""
    (outcome,) = played("fork", Run("idle", ("send:short=3",), frozenset()))
    assert outcome.note == (
        "idle with send:short=3: the server made no such call, so it shows nothing"
    )
    (outcome,) = played("fork", Run("interleaved", ("send:short=3",), frozenset()))
    assert outcome.note is None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise SystemExit(3)", "'mine.py' exits with status 3 before it listens; run it by"),
        ("import os; os.abort()", "'mine.py' is ended by SIGABRT before it listens; run it by"),
        ("import signal; signal.pause()",
         "'mine.py' does not listen within 0.5 s, it waits in pause; --timeout gives it"),
    ],
)  # fmt: skip
def test_server_that_never_listens_is_recorded_once(
    source: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is not ready for clients ends the check at once, with the reason."""
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(source)
    told: list[int] = []
    with pytest.raises(UserError, match="nothing to check: ") as raised:
        list(battery.play("mine.py", BATTERY, told.append, quiet=True, mute=True, timeout=0.5))
    assert reason in str(raised.value)
    assert told == [0]
