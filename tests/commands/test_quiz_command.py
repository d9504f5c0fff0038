"""`echotrace quiz` as a user meets it: its forms, what it refuses, and a real terminal."""

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from echotrace.commands import sides
from echotrace.commands.target import Target
from echotrace.errors import StepTimeout
from echotrace.servers import traces_dir
from echotrace.tracefile import load
from poppler import Pdf
from said import Command

FORK = str(traces_dir() / "fork-interleaved.jsonl")
THREAD = str(traces_dir() / "thread-interleaved.jsonl")
PROMPT = b"Your answer: "

pytestmark = pytest.mark.usefixtures("own_state")


@pytest.fixture
def quizzed(echotrace: Command) -> Command:
    """Runs `echotrace quiz` in this process."""
    return partial(echotrace, "quiz")


def test_pipe_gets_all_questions_and_no_answer(quizzed: Command) -> None:
    """Without a terminal all questions are printed; their answers only with -c."""
    student, key = quizzed(FORK, "-n", "5"), quizzed(FORK, "-n", "5", "-c")
    assert (student.status, key.status) == (0, 0)
    assert "5. " in student.output
    assert "Answer:" not in student.output
    assert key.output.count("   Answer: ") == 5
    assert student.output.splitlines()[:8] == key.output.splitlines()[:8]


def test_next_command_gives_the_answers_of_the_same_questions(quizzed: Command) -> None:
    """What is said to be next makes the key of the very same quiz."""
    student = quizzed(FORK, THREAD, "-n", "4", "--kind", "count", "--kind", "result", "-s", "9")
    said = next(line for line in student.errors.splitlines() if line.startswith("next: "))
    words = said.removeprefix("next: echotrace quiz ").split()
    key = quizzed(*words)
    assert key.output.count("   Answer: ") == 4
    asked = [line for line in student.output.splitlines() if line[:1].isdigit()]
    assert [line for line in key.output.splitlines() if line[:1].isdigit()] == asked


def test_quiet_says_nothing_else(quizzed: Command) -> None:
    """With -q nothing stands on stderr."""
    assert quizzed(FORK, "-q").errors == ""


def test_answers_are_those_of_the_trace_file(quizzed: Command) -> None:
    """Return values and descriptors in the key are those that the trace's file has."""
    words = ("--format", "json", "-c", "-n", "7", "--kind", "result", "--kind", "descriptor")
    made = json.loads(quizzed(FORK, *words).output)
    lines = [json.loads(line) for line in Path(FORK).read_text().splitlines()]
    calls = {line["seq"]: line for line in lines if line.get("type") == "syscall"}
    assert {each["kind"] for each in made["questions"]} == {"result", "descriptor"}
    for question in made["questions"]:
        call = calls[question["event"]]
        fields = {"descriptor": call["args"]["fd"], "result": call["errno"] or call["result"]}
        said = question["answer"]["text"].removeprefix("-1 ")
        assert said == str(fields[question["kind"]])


FORMS: dict[str, Callable[[bytes], bool]] = {
    "txt": lambda made: made.startswith(b"Quiz: fork"),
    "json": lambda made: bool(json.loads(made)["questions"]),
    "pdf": lambda made: made.startswith(b"%PDF"),
    "md": lambda made: made.startswith(b"# Quiz: fork"),
    "html": lambda made: b"<h1>Quiz: fork</h1>" in made,
    "tex": lambda made: b"Quiz: fork\\par}" in made,
}


@pytest.mark.parametrize("ending", FORMS)
def test_ending_of_the_file_chooses_the_format(
    quizzed: Command, tmp_path: Path, ending: str
) -> None:
    """-o writes what the name's ending says, whole, twice the same, and not over another file."""
    path = tmp_path / f"quiz.{ending}"
    assert quizzed(FORK, "-o", str(path)).status == 0
    made = path.read_bytes()
    assert FORMS[ending](made)
    refused = quizzed(FORK, "-s", "2", "-o", str(path))
    assert refused.status == 2
    assert "-f overwrites it" in refused.errors
    assert path.read_bytes() == made
    assert quizzed(FORK, "-f", "-o", str(path)).status == 0
    assert path.read_bytes() == made
    assert sorted(tmp_path.glob("quiz*")) == [path]


def test_paper_has_answers_in_the_key_only(quizzed: Command, tmp_path: Path) -> None:
    """The text of the PDF for students has no reasons; that of the key has one a question."""
    for words, found in (((), 0), (("-c",), 3)):
        path = tmp_path / "quiz.pdf"
        assert quizzed(FORK, "-n", "3", "-f", "-o", str(path), *words).status == 0
        text = Pdf(path.read_bytes()).text()
        assert text.count("misconception") == found
        assert "Quiz: fork" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "quiz takes 1 to 4 servers or traces, not none"),
        ((FORK,) * 5, "quiz takes 1 to 4 servers or traces, not 5"),
        (("frok",), "did you mean"),
        ((FORK, "--kind", "riddle"), "'riddle' is not one of"),
        ((FORK, "--lang", "xx"), "there are no texts in 'xx'"),
        ((FORK, "--format", "pdf"), "needs a file: add -o quiz.pdf"),
        ((FORK, "-o", "quiz.xyz"), "does not say which format"),
        ((FORK, "-o", "none/quiz.md"), "there is no directory"),
        ((FORK, "--inject", "send:short=3"), "--inject needs a server to record"),
        ((FORK, "-n", "0"), "0 is not in the range"),
    ],
)
def test_refused_in_one_sentence(quizzed: Command, words: tuple[str, ...], said: str) -> None:
    """What cannot be is said in one line, with exit status 2, before anything is written."""
    refused = quizzed(*words)
    assert (refused.status, refused.output) == (2, "")
    assert said in refused.errors
    assert len(refused.errors.splitlines()) == 1


def test_nothing_to_ask(quizzed: Command, tmp_path: Path) -> None:
    """A trace in which nobody is served gives exit status 2, and says so in the output too."""
    lines = Path(FORK).read_text().splitlines(keepends=True)
    trace = tmp_path / "early.jsonl"
    trace.write_text("".join(lines[:6]))
    done = quizzed(str(trace))
    assert done.status == 2
    assert "There is nothing to ask about fork" in done.output
    assert "There is nothing to ask about fork" in done.errors
    assert "next:" not in done.errors


def test_cut_off_trace_is_asked_about(quizzed: Command, tmp_path: Path) -> None:
    """Of a trace that is cut off in a line the rest is asked about, and both streams say so."""
    trace = tmp_path / "cut.jsonl"
    trace.write_bytes(Path(FORK).read_bytes()[:-900])
    done = quizzed(str(trace), "-n", "2")
    assert done.status == 2
    assert "is cut off in line" in done.output
    assert "is cut off in line" in done.errors
    assert "\n2. " in done.output


def test_trace_on_standard_input(monkeypatch: pytest.MonkeyPatch, quizzed: Command) -> None:
    """- is a trace on standard input."""
    with Path(FORK).open() as file:
        monkeypatch.setattr("sys.stdin", file)
        assert quizzed("-", "-n", "2", "-q").output == quizzed(FORK, "-n", "2", "-q").output


class Terminal:
    """`echotrace quiz` on a pseudo terminal of 80 columns."""

    def __init__(self, *words: str, **environment: str) -> None:
        self._ours, its = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "echotrace", "quiz", *words],
            stdin=its, stdout=its, stderr=its, start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", **environment},
        )  # fmt: skip
        os.close(its)
        self.shown = b""

    def until_asked(self, times: int) -> None:
        """Read until it has asked for so many answers."""
        while self.shown.count(PROMPT) < times and self._read():
            pass

    def say(self, *answers: bytes) -> None:
        """Give each answer when it asks for one."""
        for number, answer in enumerate(answers, start=1):
            self.until_asked(number)
            os.write(self._ours, answer)

    def end(self) -> tuple[int, str]:
        """Its exit status, and all that it showed."""
        while self._read():
            pass
        os.close(self._ours)
        return self.process.wait(), self.shown.decode()

    def _read(self) -> bool:
        try:
            piece = os.read(self._ours, 65536)
        except OSError:  # EIO: the other side is closed (pty(7))
            return False
        self.shown += piece
        return bool(piece)


def test_on_a_terminal(quizzed: Command) -> None:
    """On a terminal it asks one after the other, judges, skips and helps, and sums up."""
    key = json.loads(quizzed(FORK, "--format", "json", "-c").output)["questions"]
    assert len(key) > 3
    right = key[0]["answer"]["text"].encode()
    terminal = Terminal(FORK)
    terminal.say(b"?\n", right + b"\n", b"\n", b"q\n")
    status, shown = terminal.end()
    assert status == 0
    assert "Right.\x1b[0m\r\n   Answer: " in shown
    assert "Skipped." in shown
    assert f"1 of {len(key)} right. Not answered: 2, " in shown
    assert f"--at {key[1]['event']}\r\n" in shown
    assert shown.rstrip().endswith("-s 1 -c")


@pytest.mark.parametrize("leave", ["interrupt", "end of input"])
def test_leaving_a_terminal(leave: str) -> None:
    """Ctrl-C ends with 130 and Ctrl-D with 0; both say how many were right, in ASCII if need be."""
    terminal = Terminal(FORK, "-q", NO_COLOR="1", PYTHONIOENCODING="ascii")
    terminal.until_asked(1)
    if leave == "interrupt":
        terminal.process.send_signal(signal.SIGINT)
    else:
        terminal.say(b"\x04")
    status, shown = terminal.end()
    assert status == (130 if leave == "interrupt" else 0)
    assert "0 of " in shown
    assert "Traceback" not in shown
    assert "\x1b" not in shown
    assert shown.isascii()
    assert max(map(len, shown.splitlines())) <= 80


def test_recording_that_ends_early_is_asked_about(
    quizzed: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that leaves a client without an answer gives a quiz all the same, with status 2."""
    early = Target(load(Path(FORK)), StepTimeout("client 1 has no answer"), Path("kept.jsonl"))
    monkeypatch.setattr(sides, "record", lambda **_wished: early)
    done = quizzed("fork", "-n", "2")
    assert done.status == 2
    assert "\n2. " in done.output
    assert "fork: client 1 has no answer" in done.errors
    assert "trace kept in kept.jsonl" in done.errors
    assert "next: echotrace quiz kept.jsonl -s 1 -n 2 -c" in done.errors


def test_recorded_here(quizzed: Command, tmp_path: Path) -> None:
    """A server is recorded as the options say, and the trace is kept for the same quiz again."""
    student = quizzed("fork", "--clients", "1", "--script", "sequential", "-n", "3")
    assert student.status == 0
    (kept,) = (tmp_path / "state" / "echotrace").glob("fork-*.jsonl")
    assert load(kept).header.clients == 1
    assert quizzed(str(kept), "-n", "3").output == student.output
