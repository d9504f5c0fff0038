"""`echotrace handout` as a lecturer meets it: its files, its options, and what it refuses."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest
from msgspec.structs import replace

from echotrace import cli
from echotrace.commands import handout_gallery
from echotrace.servers import traces_dir
from echotrace.trace import Source
from echotrace.tracefile import encode, fingerprint, load
from poppler import Pdf
from said import Command

pytestmark = pytest.mark.usefixtures("own_state")


@pytest.fixture
def made(echotrace: Command) -> Command:
    """Runs `echotrace handout` in this process."""
    return partial(echotrace, "handout")


def stored(name: str) -> str:
    """The path of a reference trace."""
    return str(traces_dir() / f"{name}.jsonl")


BOTH = (stored("fork-interleaved"), stored("thread-interleaved"))


def text_of(path: str) -> str:
    """The text of a PDF, in the order of reading."""
    return " ".join(Pdf(Path(path).read_bytes()).text().split())


def test_writes_handout_pdf_and_says_how_to_make_the_key(made: Command) -> None:
    """Without -o it is handout.pdf; the command behind `next:` makes the key of the same traces."""
    said = made(*BOTH, "--course", "OS 1", "--seed", "3")
    assert said.status == 0
    assert said.errors.splitlines()[0] == "wrote handout.pdf"
    hint = said.errors.splitlines()[1].removeprefix("next: echotrace handout ")
    assert made(*shlex.split(hint)).status == 0
    key, student = text_of("handout-key.pdf"), text_of("handout.pdf")
    assert "OS 1" in key
    assert "OS 1" in student
    assert "key for teachers" in key
    assert "for students" in student


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("h.html", b"<!DOCTYPE html>"),
        ("h.md", b"# "),
        ("h.tex", b"\\documentclass"),
        ("h.pdf", b"%PDF-"),
    ],
)
def test_ending_of_the_name_is_the_format(made: Command, name: str, begins: bytes) -> None:
    """What is written is what the name of the file says."""
    assert made(*BOTH, "-q", "-o", name).status == 0
    assert Path(name).read_bytes().lower().startswith(begins.lower())


def test_title_and_connection_are_as_wished(made: Command) -> None:
    """--title stands in place of a question; of --connection 2 nothing else is shown."""
    said = made(BOTH[0], "-q", "-o", "h.pdf", "--title", "Lecture *7*", "--connection", "2")
    assert said.status == 0
    assert said.errors == ""
    text = text_of("h.pdf")
    assert text.count("Lecture *7*") >= 2
    assert 'C2 send "hey 2"' in text
    assert 'C1 send "hey 1"' not in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "handout takes 1 to 4 servers or traces, not none"),
        ((BOTH[0],) * 5, "handout takes 1 to 4 servers or traces, not 5"),
        ((*BOTH, "-o", "h.doc"), "the name 'h.doc' does not say which format it has"),
        ((*BOTH, "--lang", "xx"), "there are no texts in 'xx', only in en"),
        ((*BOTH, "--connection", "9"), "there is no connection #9"),
        ((BOTH[0], "--connection", "9"), "there is no connection #9: the trace has only #1 to #2"),
        ((BOTH[0], "--inject", "accept:EINTR"), "the only side is a trace"),
        (("--gallery", "g", "fork"), "--gallery makes handouts of its own"),
        ((*BOTH, "-o", "there.pdf"), "'there.pdf' exists; -f overwrites it"),
    ],
)
def test_refuses_in_a_sentence_what_cannot_be(
    made: Command, words: tuple[str, ...], sentence: str
) -> None:
    """What cannot be made is refused in one sentence, with exit status 2, and nothing is made."""
    Path("there.pdf").write_text("mine")
    said = made(*words)
    assert said.status == 2
    assert sentence in said.errors
    assert said.errors.count("\n") == 1
    assert [path.name for path in Path().iterdir()] == ["there.pdf"]
    assert Path("there.pdf").read_text() == "mine"


def test_missing_source_is_told_and_stands_in_the_document(made: Command) -> None:
    """A source that cannot be shown has its problem on stderr and on the first page."""
    trace = load(Path(BOTH[0]))
    gone = [
        Source(record.file, None, "fork.c is gone.") if isinstance(record, Source) else record
        for record in trace.records
    ]
    whole = b"".join(map(encode, (trace.header, *gone)))
    Path("gone.jsonl").write_bytes(whole)
    said = made("gone.jsonl", "-o", "h.pdf")
    assert said.status == 0
    assert "echotrace: fork: fork.c is gone." in said.errors
    assert "fork.c is gone." in text_of("h.pdf")


def test_trace_without_lines_is_told_to_have_no_source(made: Command) -> None:
    """A trace that was recorded without source lines says so in place of the listing."""
    trace = load(Path(BOTH[0]))
    bare = [
        replace(record, site=None) if hasattr(record, "site") else record
        for record in trace.records
        if not isinstance(record, Source)
    ]
    Path("bare.jsonl").write_bytes(b"".join(map(encode, (trace.header, *bare))))
    said = made("bare.jsonl", "-o", "h.pdf")
    assert "fork: The trace has no source" in said.errors
    assert "The trace has no source" in text_of("h.pdf")


def test_cut_off_trace_is_told_and_stands_in_the_document(made: Command) -> None:
    """A trace that is cut in a line makes a handout of what is left, and exit status 2."""
    whole = Path(BOTH[0]).read_bytes()
    Path("cut.jsonl").write_bytes(whole[: len(whole) // 2])
    said = made("cut.jsonl", "-o", "h.pdf")
    assert said.status == 2
    assert "'cut.jsonl' is cut off in line" in said.errors
    assert "The file is cut off in line" in text_of("h.pdf")


def test_two_of_the_same_have_no_difference_and_say_so(made: Command) -> None:
    """Where nothing differs, the first and the second page say that."""
    assert made(BOTH[0], BOTH[0], "-q", "-o", "h.pdf").status == 0
    text = text_of("h.pdf")
    assert "Nothing differs between them but times" in text
    assert "Nothing differs between the servers" in text


def test_clients_that_do_other_things_are_said_to(made: Command) -> None:
    """Of two scripts each has its table, and nobody says that the clients are the same."""
    assert made(BOTH[0], stored("thread-reset"), "-q", "-o", "h.pdf").status == 0
    text = text_of("h.pdf")
    assert "The scripts differ: fork interleaved, thread reset." in text
    assert "what it does to fork (interleaved)" in text
    assert "what it does to thread (reset)" in text
    assert "The same clients" not in text


def test_long_trace_is_abridged_as_asked_and_says_what_is_left_out(made: Command) -> None:
    """With --max-rows a timeline has fewer pages, and a sentence on what it leaves out."""
    assert made(BOTH[0], "-q", "-o", "long.pdf").status == 0
    assert made(BOTH[0], "-q", "-o", "short.pdf", "--max-rows", "15").status == 0
    assert "more rows" in text_of("short.pdf")
    assert "more rows" not in text_of("long.pdf")


def test_records_servers_and_keeps_their_traces(made: Command) -> None:
    """Three servers of eight clients, recorded just now, are a handout of six pages at most."""
    said = made("fork", "thread", "epoll", "--clients", "8", "-o", "h.pdf")
    assert said.status == 0
    assert said.errors.count("trace kept in ") == 3
    assert len(Pdf(Path("h.pdf").read_bytes()).pages()) <= 6


def test_gallery_needs_nothing_but_the_stored_traces(
    made: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--gallery makes handouts in both editions, and pictures of their first pages."""
    monkeypatch.setattr(handout_gallery, "GALLERY", [("fork", "fork:python")])
    assert made("--gallery", "gallery").status == 0
    names = {path.name for path in Path("gallery").iterdir()}
    assert names == {f"fork-fork_python{end}" for end in (".pdf", "-key.pdf", "-1.png", "-2.png")}
    pictures = (path.read_bytes() for path in Path("gallery").glob("*.png"))
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
    assert made("--gallery", "gallery").status == 2


@pytest.mark.parametrize("sides", handout_gallery.GALLERY, ids="-".join)
def test_pictures_of_the_gallery_are_stored(sides: Sequence[str]) -> None:
    """README has pictures of each handout to show (tests/update_gold.py makes them)."""
    stem = "-".join(sides).replace(":", "_")
    pictures = Path(__file__).parents[2] / "docs" / "handouts"
    assert {path.name for path in pictures.glob(f"{stem}-[12].png")} == {
        f"{stem}-1.png",
        f"{stem}-2.png",
    }


def test_help_loads_neither_typst_nor_what_records() -> None:
    """`handout --help` loads no typesetter and no ptrace."""
    code = (
        "import sys; from echotrace.cli import run; run(['handout', '--help']); "
        "sys.exit(len({'typst', 'ptrace'} & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0


def test_both_editions_are_made_in_one_go(made: Command) -> None:
    """--edition both writes FILE and FILE-key of the same traces, and then proposes a quiz."""
    said = made(*BOTH, "--edition", "both", "-o", "h.pdf")
    assert said.status == 0
    assert said.errors.splitlines()[:2] == ["wrote h.pdf", "wrote h-key.pdf"]
    assert said.errors.splitlines()[2].startswith("next: echotrace quiz ")
    assert "key for teachers" in text_of("h-key.pdf")
    assert "for students" in text_of("h.pdf")


def test_neither_edition_is_made_if_one_of_them_exists(made: Command) -> None:
    """--edition both overwrites no key that is there, and makes nothing beside it."""
    Path("h-key.md").write_text("mine")
    said = made(*BOTH, "--edition", "both", "-o", "h.md")
    assert (said.status, "'h-key.md' exists" in said.errors) == (2, True)
    assert [path.name for path in Path().iterdir()] == ["h-key.md"]


def test_next_means_the_same_traces_after_another_recording(made: Command) -> None:
    """The key that `next:` makes is of the handout's own traces, though others were made since."""
    first = made("iterative", "-o", "h.md").errors.splitlines()[-1]
    made("iterative", "-q", "--clients", "1", "-o", "other.md")
    kept = Path(shlex.split(first)[3])
    assert made(*shlex.split(first.removeprefix("next: echotrace handout "))).status == 0
    assert fingerprint(load(kept))[:8] in kept.stem
    for name in ("h.md", "h-key.md"):
        assert fingerprint(load(kept))[:8] in Path(name).read_text()


@pytest.mark.parametrize("command", ["handout", "quiz"])
def test_lines_of_help_fit_a_terminal(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No line of --help is wider than 80 columns."""
    assert cli.run([command, "--help"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["h.pdf", "h.tex"])
def test_says_what_does_without_a_typesetter(
    made: Command, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Without typst a PDF is refused in a sentence, and a page of HTML is made all the same."""
    monkeypatch.setitem(sys.modules, "typst", None)
    said = made(BOTH[0], "-o", name)
    assert said.status == 3
    assert "--format html and --format markdown do without" in said.errors
    assert said.errors.count("\n") == 1
    assert made(BOTH[0], "-q", "-o", "h.html").status == 0
    assert [path.name for path in Path().iterdir()] == ["h.html"]


def test_text_of_a_megabyte_is_shortened(made: Command) -> None:
    """A text that would keep the typesetter busy for minutes ends in how much of it is left out."""
    Path("q.toml").write_text(f"[[question]]\nquestion = '{'x ' * 500_000}'", encoding="utf-8-sig")
    assert made(BOTH[0], "-q", "-o", "h.pdf", "--questions", "q.toml").status == 0
    assert "… +989,999" in text_of("h.pdf")


def test_name_that_is_no_utf_8_is_kept(made: Command) -> None:
    """The drawings of Markdown are found beside it whatever bytes its name has."""
    stem = os.fsdecode(b"h\xff (1)")
    assert made(BOTH[0], "-q", "-o", f"{stem}.md").status == 0
    places = re.findall(r"\]\(([^)]*\.svg)\)", Path(f"{stem}.md").read_text())
    assert places
    assert all(Path(os.fsdecode(unquote_to_bytes(place))).is_file() for place in places)


def test_error_after_recording_says_where_the_trace_is(made: Command) -> None:
    """What was recorded is not lost to whom asked for something that it does not have."""
    said = made("fork", "-q", "-o", "h.html", "--connection", "9")
    assert said.status == 2
    assert "trace kept in " in said.errors
    assert "there is no connection #9" in said.errors
