"""`echotrace compare` as a user meets it: its targets, its options, and what it refuses."""

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attachment import wait_until
from msgspec.structs import replace

from echotrace import cli
from echotrace.commands import recording
from echotrace.commands.progress import Progress
from echotrace.record import build
from echotrace.servers import traces_dir
from echotrace.trace import Record, Syscall, Trace
from echotrace.tracefile import encode, load
from echotrace.views.rendering import FORMATS
from said import Command, Said

SERVER = """#include <netinet/in.h>
#include <unistd.h>
int main(int argc, char **argv) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), conn, size;
    char buffer[100];
    if (listen(fd, 5)) return 1;
    while ((conn = accept(fd, 0, 0)) >= 0) {
        while ((size = read(conn, buffer, sizeof buffer)) > 0) write(conn, buffer, size);
        if (argc > 1) shutdown(conn, SHUT_WR);
        close(conn);
    }
}
"""

pytestmark = pytest.mark.usefixtures("own_state")


@pytest.fixture
def compared(echotrace: Command) -> Command:
    """Runs `echotrace compare` in this process."""
    return partial(echotrace, "compare")


def stored(name: str) -> str:
    """The path of a reference trace."""
    return str(traces_dir() / f"{name}.jsonl")


def write(name: str, trace: Trace, *, without: tuple[type, ...] = ()) -> str:
    """Write a trace into the working directory; its name."""
    records: list[Record] = [trace.header, *trace.records]
    Path(name).write_bytes(b"".join(encode(r) for r in records if not isinstance(r, without)))
    return name


def changed(name: str, of: str = "fork-interleaved", **header: Any) -> str:
    """A reference trace with another header."""
    trace = load(Path(stored(of)))
    return write(name, replace(trace, header=replace(trace.header, **header)))


FORK, THREAD = stored("fork-interleaved"), stored("thread-interleaved")


# -- targets


@pytest.mark.parametrize(
    ("targets", "number"), [((), "none"), (("fork",), "1"), ((FORK,) * 7, "7")]
)
def test_number_of_targets(targets: tuple[str, ...], number: str, compared: Command) -> None:
    """None, one or seven targets are refused, with what is right."""
    said = compared(*targets)
    assert said.status == 2
    assert said.errors == (
        f"echotrace: compare takes 2 to 6 servers or traces, not {number}; "
        "as in: echotrace compare fork thread\n"
    )


def test_six_targets_of_every_kind(compared: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name, a twin, a source, an executable, standard input and a file stand side by side."""
    Path("mine.c").write_text(SERVER)
    Path("program").write_bytes(build.own(Path("mine.c")).read_bytes())
    Path("program").chmod(0o755)
    with Path(THREAD).open("rb") as file:
        monkeypatch.setattr("sys.stdin", os.fdopen(os.dup(file.fileno())))
        said = compared("fork", "fork:python", "mine.c", "./program", "-", FORK, "-q")
    assert (said.status, said.errors) == (0, "")


def test_standard_input_is_read_once(compared: Command) -> None:
    """Two sides cannot both be standard input."""
    said = compared("-", FORK, "-")
    assert said.status == 2
    assert said.errors == "echotrace: standard input holds one trace: only one side can be -\n"


def test_nothing_is_recorded_if_a_target_is_wrong(compared: Command) -> None:
    """All targets are looked at before the first is recorded."""
    Path("bad.jsonl").write_text("{}\n")
    Path("empty.run").touch()
    for wrong in ("thraed", "bad.jsonl", "empty.run"):
        assert compared("fork", wrong).status == 2
    assert not Path("state").exists()


def test_two_recordings_of_one_server_are_both_kept(compared: Command) -> None:
    """The same server twice leaves two traces, and no difference."""
    said = compared("fork", "fork", "--exit-code", "-q")
    assert (said.status, said.errors) == (0, "")
    assert "No difference." in said.output
    assert sorted(p.name for p in Path("state/echotrace").iterdir()) == [
        "fork-1.jsonl", "fork-2.jsonl",
    ]  # fmt: skip


def test_what_was_recorded_is_kept_and_named_with_what_to_try_next(compared: Command) -> None:
    """New traces are named on stderr, and a command that takes them; not so with -q."""
    said = compared("fork", FORK)
    kept = Path("state/echotrace/fork.jsonl").absolute()
    assert said.errors.splitlines() == [
        f"trace kept in {kept}", f"next: echotrace compare {kept} {FORK} -o comparison.html",
    ]  # fmt: skip
    said = compared("fork", FORK, "-o", "comparison.html")
    assert said.errors.splitlines()[-1] == f"next: echotrace step {kept}"
    assert compared("fork", FORK, "-q").errors == ""
    assert compared(FORK, FORK).errors == ""


def test_language_of_servers_without_one(compared: Command) -> None:
    """--lang is for the names that do not say their language."""
    said = compared("fork", "fork:c", "--lang", "python", "-q")
    assert "fork:python" in said.output
    assert "fork:c" in said.output


def test_progress_says_which_side_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each recording is told which of how many it is."""
    told: list[str] = []

    class Told(Progress):
        def __init__(self, what: str, *, quiet: bool) -> None:
            super().__init__(what, quiet=quiet)
            told.append(what)

    monkeypatch.setattr(recording, "Progress", Told)
    assert cli.run(["compare", "fork", FORK, "thread"]) == 0
    assert [what for what in told if "recording" in what] == [
        "recording fork, 1 of 2: step", "recording thread, 2 of 2: step",
    ]  # fmt: skip


def test_early_end_is_compared_and_told(compared: Command) -> None:
    """A server with a bug is laid beside the one without, and its side is named."""
    said = compared("broken/clean_fork", "broken/used_after_close", "-q")
    assert said.status == 2
    assert "#1 C1" in said.output
    line = next(line for line in said.errors.splitlines() if line.startswith("echotrace: "))
    assert line.startswith("echotrace: broken/used_after_close: step ")


def test_interrupt_keeps_what_was_recorded() -> None:
    """Ctrl-C in the second recording says where both traces are, and they can be read."""
    Path("server.c").write_text(SERVER)
    Path("slow").write_text("1 connect\n1 wait 60s\n")
    Path("two.run").write_text("quick = server.c\nslow = -s slow server.c\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "echotrace", "compare", "two.run"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    wait_until(
        lambda: process.poll() is not None or any(map(_has_begun, Path().rglob("slow.jsonl"))),
        "no second trace",
    )
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (130, "")
    folder = Path("state/echotrace").absolute()
    for name in ("slow", "quick"):
        assert f"trace kept in {folder / name}.jsonl\n" in errors
        assert load(folder / f"{name}.jsonl").header.server == name


def _has_begun(path: Path) -> bool:
    return path.exists() and b'"type":"syscall"' in path.read_bytes()


def test_help_says_how_a_list_and_an_expectation_are_written(compared: Command) -> None:
    """What stands in the files that --help names, the sections and every exit status are in it."""
    said = compared("--help").output
    assert '  "no threads" = --port 8080 ./server --single\n' in said
    assert "  close conn in parent\n" in said
    words = " ".join(said.split())
    assert "hand-off, echo, end, exit, between and teardown" in words
    for status in ("Exit status 0;", "1 if", "2 if", "3 if"):
        assert status in words


# -- lists of programs


def test_list_of_programs(compared: Command) -> None:
    """Each line of a .run file is a side, with its name, its options and its arguments."""
    Path("server.c").write_text(SERVER)
    Path("own.py").write_text(
        "import socket\nlistener = socket.create_server(('', 0))\n"
        "while True:\n  conn, _ = listener.accept()\n"
        "  while data := conn.recv(100): conn.sendall(data)\n"
    )
    Path("mine.run").write_text(
        '# programs\n\nplain = server.c   # without\n"with shut" = -n 1 server.c -- -x\n'
        "--snaplen 2 -- python3 own.py\n"
    )
    said = compared("mine.run", "-q", "--width", "200")
    assert (said.status, said.errors) == (0, "")
    assert any(
        "The numbers of clients differ: plain 2, with shut 1, own.py 2." in note
        for note in said.notes
    )
    headers = {p.name: load(p).header for p in Path("state/echotrace").iterdir()}
    assert {name: (h.server, h.argv[1:]) for name, h in headers.items()} == {
        "plain.jsonl": ("plain", []),
        "with-shut.jsonl": ("with shut", ["-x"]),
        "run-python3.jsonl": ("own.py", ["own.py"]),
    }


def test_list_as_other_systems_write_it(compared: Command) -> None:
    """A byte order mark, tabs and CR LF are no part of a program's name."""
    Path("server.c").write_text(SERVER)
    Path("x.run").write_bytes(b"\xef\xbb\xbfone\t=\tserver.c\r\ntwo = server.c\r\n")
    said = compared("x.run", "-q")
    assert (said.status, said.errors) == (0, "")
    assert said.output.startswith("one against two; ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'x.run' lists no program: a line is what one writes behind 'echotrace run', as"),
        ("# a\n\nx = --frob ./server", "'x.run', line 3: no such option"),
        ("x =", "'x.run', line 1: missing argument"),
        ("x = 'y", "'x.run', line 1: no closing quotation"),
        ("x = --live ./server", "'x.run', line 1: --live is for what is shown, and not recorded"),
        ("x = --port 0 ./server", "'x.run', line 1: invalid value for '--port'"),
        ("server.c --x", "'x.run', line 1: options of echotrace stand before server.c"),
        ("--no-clients -n 3 ./server", "'x.run', line 1: --no-clients plays no script"),
        ("fork\nnone.c", "'x.run', line 1: there is no command 'fork' in PATH"),
    ],
)  # fmt: skip
def test_wrong_list_is_told_with_its_line(text: str, said: str, compared: Command) -> None:
    """What is wrong in a list is said as `run` says it, with file and line."""
    Path("x.run").write_text(text)
    done = compared("x.run", "fork")
    assert done.status == 2
    assert done.errors.startswith(f"echotrace: {said}")
    assert done.errors.count("\n") == 1


def test_list_that_cannot_be_read(compared: Command) -> None:
    """A list that is no text, no file or not there is refused with its name."""
    Path("bytes.run").write_bytes(b"\xff\n")
    Path("folder.run").mkdir()
    os.mkfifo("pipe.run")
    for name, said in (
        ("bytes", "'bytes.run' is no text in UTF-8"),
        ("folder", "'folder.run' is a directory"),
        ("pipe", "'pipe.run' is no file that could list programs"),
        ("none", "'none.run' is neither a server nor a file"),
    ):
        assert said in compared(f"{name}.run", FORK).errors


# -- what is shown


def test_connection_is_the_only_one_shown(compared: Command) -> None:
    """--connection 2 shows the second connection, and differences of it."""
    said = compared(FORK, THREAD, "--connection", "2")
    assert "#2 C2" in said.output
    assert "#1 C1" not in said.output
    assert "set-up" not in said.output
    assert "P2" in said.output.partition("What differs")[2]


def test_connection_that_there_is_not(compared: Command) -> None:
    """A number that no connection has is refused, with those that there are."""
    said = compared(FORK, THREAD, "--connection", "3")
    assert (said.status, said.output) == (2, "")
    assert said.errors == "echotrace: there is no connection #3; there are #1 to #2\n"


def _calls(said: Said) -> set[str]:
    """The names of the calls in the rows, of JSON."""
    told = json.loads(said.output)
    cells = [cell for each in told["alignments"] for row in each["rows"] for cell in row["cells"]]
    return {cell["call"] for cell in cells if cell}


def test_only_and_ignore_choose_rows(compared: Command) -> None:
    """--only takes calls by any of their names, --ignore sections too; each may be repeated."""

    def calls(*words: str) -> set[str]:
        return _calls(compared(FORK, THREAD, "--format", "json", *words))

    assert calls("--only", "send,recvfrom") == {"sendto", "recvfrom"}
    assert calls("--only", "send", "--only", "close") == {"sendto", "close"}
    left = calls("--ignore", "setup,teardown,accept")
    assert {"recvfrom", "sendto", "close", "shutdown"} <= left
    assert not {"socket", "bind", "listen", "accept"} & left


def test_only_takes_every_name_that_the_views_show(compared: Command) -> None:
    """kqueue's functions, too, by which the views call what epoll does for them."""
    sides = (stored("kqueue-interleaved"), FORK)
    said = compared(*sides, "--format", "json", "--only", "kqueue,kevent")
    assert _calls(said) == {"epoll_create1", "epoll_ctl", "epoll_wait"}


def test_what_is_not_compared_is_said(compared: Command) -> None:
    """A choice of rows is said first, so that nobody takes the rest for the same."""
    said = compared(FORK, THREAD, "--connection", "1", "--only", "recv,send", "--ignore", "end")
    assert said.notes == [
        "Only connection #1 is compared.",
        "Only these rows are compared: recv, send.",
        "These rows are left out: end.",
    ]


def test_differences_are_of_the_rows_that_are_shown(compared: Command) -> None:
    """What differs in rows that are left out is not told, and is no difference."""
    said = compared(FORK, THREAD, "--only", "bind,listen", "--exit-code")
    assert said.status == 0
    assert "No difference." in said.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "No difference. Compared: 23 events of 2 connections and of the server itself, in"),
        (("--only", "send,recv"), "No difference. Compared: 6 events of 2 connections, in order"),
        (("--connection", "2"), "No difference. Compared: 9 events of 1 connection, in order"),
        (("--only", "setup"), "No difference. Compared: 4 events of the server itself, in order"),
        (("--only", "epoll_wait"), "No difference. There is nothing to compare."),
    ],
)
def test_no_difference_names_only_what_is_compared(
    words: tuple[str, ...], said: str, compared: Command
) -> None:
    """What was left out is not called the same."""
    assert said in compared(FORK, FORK, "--width", "200", *words).output


def test_costs_below_a_choice_are_said_to_be_of_the_whole_runs(compared: Command) -> None:
    """The table of costs does not pass for that of the rows that are shown."""
    sentence = "Of the whole runs, not only of the rows above."
    for words in (("--only", "send"), ("--connection", "1"), ("--ignore", "setup")):
        assert sentence in compared(FORK, THREAD, *words).output
    assert sentence not in compared(FORK, THREAD).output


def test_choice_that_leaves_nothing_says_so(compared: Command) -> None:
    """Nothing in common with what is chosen is not called the same without a word."""
    said = compared(FORK, THREAD, "--only", "epoll_wait")
    assert "Nothing is left to compare: no side has a step of those" in said.output


def test_unknown_name_gets_the_nearest(compared: Command) -> None:
    """A name that no row can have is refused before anything is recorded."""
    for option in ("--only", "--ignore"):
        said = compared("fork", "thread", option, "recv,sned")
        assert (said.status, said.output) == (2, "")
        assert "'sned' is no section" in said.errors
        assert said.errors.endswith("did you mean send?\n")
    assert not Path("state").exists()


@pytest.mark.parametrize(("other", "status"), [(FORK, 0), (THREAD, 1)])
def test_exit_code(other: str, status: int, compared: Command) -> None:
    """--exit-code makes 1 of a difference; without it the status is 0."""
    assert compared(FORK, other, "--exit-code").status == status
    assert compared(FORK, other).status == 0


# -- names


def test_title_gives_no_side_the_language_of_another(compared: Command) -> None:
    """Where the language of a side is not known the title names none."""
    unknown = changed("server.jsonl", server="server", language="")
    assert compared(FORK, unknown).output.startswith("fork against server; 2 clients, ")
    assert compared(FORK, THREAD).output.startswith("fork against thread; C; 2 clients, ")


def test_traces_of_one_server_are_called_like_their_files(compared: Command) -> None:
    """Where servers do not tell the sides apart the names of the files do."""
    one, other = changed("yesterday.jsonl"), changed("today.jsonl")
    said = compared(one, other).output
    assert said.startswith("yesterday.jsonl against today.jsonl; ")


def test_same_file_twice_is_told_apart_by_letters(compared: Command) -> None:
    """The same file twice has no difference, and two names."""
    said = compared(FORK, FORK, "--exit-code")
    assert said.status == 0
    assert "fork:c A" in said.output
    assert "fork:c B" in said.output
    assert "No difference." in said.output


# -- what makes traces unlike


@pytest.mark.parametrize(
    ("header", "note"),
    [
        ({"script": "idle"}, "The scripts differ: fork interleaved, thread idle."),
        ({"clients": 3, "steps": []}, "The numbers of clients differ: fork 2, thread 3."),
        ({"steps": ["1 connect"]},
         "The scripts differ in their steps, though all are called interleaved."),
        ({"kernel": "Linux 5.4.1"}, "The kernels differ: fork Linux 6.18, thread Linux 5.4; "),
        ({"machine": "aarch64"}, "The architectures differ: fork x86_64, thread aarch64; "),
        ({"libc": "musl 1.2.4"}, "The C libraries differ: fork glibc 2.36, thread musl 1.2; "),
        ({"language": "python"}, "The languages differ: fork C, thread Python; "),
        ({"injections": ["send:short=3"]},
         "The injected faults differ: fork none, thread send:short=3; "),
        ({"tool": "echotrace 9.1"}, "The versions of echotrace differ: fork echotrace 0.1.0, "),
    ],
)  # fmt: skip
def test_note_on_what_else_differs(header: dict[str, Any], note: str, compared: Command) -> None:
    """What rows may differ for besides the server stands first, one sentence each."""
    other = changed("other.jsonl", "thread-interleaved", **header)
    said = compared(FORK, other, "--width", "200")
    assert said.notes[0].startswith(note)
    assert said.status == 0
    assert "#1 C1" in said.output


def test_circumstances_are_no_note_where_nothing_differs(compared: Command) -> None:
    """Another kernel is not worth a word when all rows are the same."""
    said = compared(FORK, changed("other.jsonl", kernel="Linux 5.4"), "--exit-code")
    assert "kernels" not in said.output
    assert said.status == 0


def test_note_on_payloads_that_are_cut_differently(compared: Command) -> None:
    """Bytes that differ since less of them is kept are told."""
    trace = load(Path(FORK))
    cut = [
        replace(record, data=record.data[:2])
        if isinstance(record, Syscall) and record.data
        else record
        for record in trace.records
    ]
    other = write("cut.jsonl", replace(trace, records=tuple(cut)))
    said = compared(FORK, other, "--width", "200")
    assert any(
        "(--snaplen): fork-interleaved.jsonl 64 bytes, cut.jsonl 2 bytes; " in note
        for note in said.notes
    )


def test_note_on_a_recording_of_all_calls(compared: Command) -> None:
    """Where only one side was recorded with --all it is said which."""
    trace = load(Path(THREAD))
    calls = [record for record in trace.records if isinstance(record, Syscall)]
    mmap = replace(calls[-1], seq=calls[-1].seq + 50, name="mmap", args={})
    other = write("all.jsonl", replace(trace, records=(*trace.records[:-1], mmap)))
    note = "Only thread was recorded with --all: a call that only --all records stands on one side"
    assert compared(FORK, other, "--width", "200").notes[0].startswith(note)
    assert not compared(FORK, THREAD).notes


# -- bad traces


def test_cut_off_traces_are_compared_and_told(compared: Command) -> None:
    """A trace cut in a line is compared as far as it goes; the exit status is 2, as of `show`."""
    Path("torn.jsonl").write_bytes(Path(FORK).read_bytes()[:8000])
    said = compared(FORK, "torn.jsonl", "--exit-code")
    assert said.status == 2
    assert "The file is cut off in line" in said.output
    assert said.errors.startswith("echotrace: 'torn.jsonl' is cut off in line ")


def test_trace_without_end_is_told(compared: Command) -> None:
    """A trace that was cut off between lines is compared, and the view says so."""
    Path("cut.jsonl").write_bytes(b"".join(Path(FORK).read_bytes().splitlines(keepends=True)[:40]))
    said = compared("cut.jsonl", FORK)
    assert said.status == 0
    assert any("The recording was cut off: it has no end." in note for note in said.notes)


@pytest.mark.parametrize("number", [0, 2, 99])
def test_trace_of_another_format(number: int, compared: Command) -> None:
    """A format that this version does not know is refused with file and both versions."""
    said = compared(FORK, changed("odd.jsonl", format=number))
    assert (said.status, said.output) == (2, "")
    assert f"'odd.jsonl' has format {number}" in said.errors
    assert "up to format 1" in said.errors or "never was" in said.errors
    assert said.errors.count("\n") == 1


def _without_connections(name: str, of: str) -> str:
    trace = load(Path(stored(of)))
    first = next(i for i, r in enumerate(trace.records) if getattr(r, "name", "") == "accept")
    return write(name, replace(trace, records=(*trace.records[:first], trace.records[-1])))


def test_no_connections(compared: Command) -> None:
    """Where one side or no side has connections this is said, and the rest is compared."""
    one, other = (
        _without_connections(f"{n}.jsonl", f"{n}-interleaved") for n in ("fork", "thread")
    )
    for words, name in (((one, THREAD), "fork"), ((FORK, other), "thread")):
        said = compared(*words)
        assert said.status == 0
        assert f"{name} accepts no connection." in said.notes
    said = compared(one, other)
    assert said.status == 0
    assert any("No connection was accepted on either side." in note for note in said.notes)
    assert "accepts no connection" not in said.output


@pytest.mark.parametrize("names", [("udp", "fork"), ("fork", "udp")])
def test_one_side_without_connections_by_protocol(
    names: tuple[str, str], compared: Command
) -> None:
    """A UDP server beside one of TCP is compared, and the note says what a peer is."""
    said = compared(*(stored(f"{name}-interleaved") for name in names))
    assert said.status == 0
    assert any("udp: UDP has no connections; # is a peer" in note for note in said.notes)
    assert not any("accepts no connection" in note for note in said.notes)


@pytest.fixture
def bad_files() -> dict[str, str]:
    """Files that are no trace, and what is said of each."""
    Path("empty.jsonl").touch()
    Path("folder").mkdir()
    Path("text.jsonl").write_text("hello\n")
    return {
        "empty.jsonl": "'empty.jsonl' is empty",
        "folder": "'folder' is a directory; name a source file or a trace in it",
        "text.jsonl": "'text.jsonl' is no echotrace file: line 1 is not a JSON header",
        "gone.jsonl": "'gone.jsonl' is neither a server nor a file",
    }


def test_file_that_is_no_trace(bad_files: dict[str, str], compared: Command) -> None:
    """On either side a file that is no trace is refused in one sentence that names it."""
    for name, sentence in bad_files.items():
        for words in ((name, FORK), (FORK, THREAD, name)):
            said = compared(*words)
            assert (said.status, said.output) == (2, "")
            assert said.errors.startswith(f"echotrace: {sentence}")
            assert said.errors.count("\n") == 1


# -- output


def test_output_file_is_checked_before_anything_is_recorded(compared: Command) -> None:
    """A file that exists is kept without -f, and nothing is recorded in vain."""
    Path("mine.txt").write_text("precious")
    assert (
        "'mine.txt' exists; -f overwrites it" in compared("fork", "thread", "-o", "mine.txt").errors
    )
    assert Path("mine.txt").read_text() == "precious"
    assert not Path("state").exists()
    assert compared(FORK, THREAD, "-o", "mine.txt", "-f").status == 0
    assert "What differs" in Path("mine.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "begins"),
    [
        (("-o", "x.txt"), "fork against thread"),
        (("-o", "x.out"), "fork against thread"),
        (("-o", "x.md"), "**fork"),
        (("-o", "x.html"), "<"),
        (("-o", "x.htm"), "<"),
        (("-o", "x.HTML"), "<"),
        (("-o", "x.json"), "{"),
        (("-o", "x.svg"), "<svg"),
        (("-o", "x.html", "--format", "text"), "fork against thread"),
    ],
)
def test_format_is_that_of_the_ending(
    words: tuple[str, str], begins: str, compared: Command
) -> None:
    """-o takes the format by the ending of the file's name, unless --format says otherwise."""
    said = compared(FORK, THREAD, *words)
    assert (said.status, said.output, said.errors) == (0, "", "")
    assert Path(words[1]).read_text(encoding="utf-8").startswith(begins)


def test_output_goes_through_a_link(compared: Command) -> None:
    """What -o -f overwrites is the file that a link leads to: the link stays, as /dev/stdout."""
    Path("real.txt").touch()
    Path("link.txt").symlink_to("real.txt")
    assert compared(FORK, THREAD, "-o", "link.txt", "-f").status == 0
    assert Path("link.txt").is_symlink()
    assert Path("real.txt").read_text(encoding="utf-8").startswith("fork against thread")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_printed(form: str, compared: Command) -> None:
    """Standard output takes every format, for two sides and for six."""
    for number in (2, 6):
        said = compared(*[FORK, THREAD] * (number // 2), "--format", form)
        assert (said.status, said.errors) == (0, "")
        assert "thread" in said.output


def test_comparison_is_no_trace(compared: Command) -> None:
    """A file whose ending says that it is a trace is not written."""
    said = compared(FORK, THREAD, "-o", "x.jsonl")
    assert said.status == 2
    assert "the name 'x.jsonl' does not say which format it has: end it in .txt, .md" in said.errors


@pytest.mark.parametrize("ending", ["pdf", "png", "tex"])
def test_file_that_would_not_be_what_its_name_says_is_refused(
    compared: Command, ending: str
) -> None:
    """A file called x.pdf is not filled with text; nothing is recorded for it."""
    said = compared("fork", "thread", "-o", f"x.{ending}")
    assert (said.status, said.output) == (2, "")
    assert ".html" in said.errors
    assert not Path(f"x.{ending}").exists()


def test_timeout_is_that_of_all_recordings(compared: Command) -> None:
    """A program that never listens is given up after --timeout, as the message says."""
    Path("slow.c").write_text("#include <unistd.h>\nint main(void) { pause(); }\n")
    said = compared("slow.c", "fork", "--timeout", "0.3")
    assert said.status == 2
    assert "does not listen within 0.3 s" in said.errors
