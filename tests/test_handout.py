"""What a handout says is in its traces: the text of its PDF (pdftotext) against the model."""

import difflib
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from echotrace.servers import traces_dir
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import ClientStep, Syscall
from echotrace.tracefile import read
from echotrace.views.document.nouns import Document
from echotrace.views.formats import pdf
from echotrace.views.handout.handout import handout
from echotrace.views.handout.nouns import Edition, Wish
from echotrace.views.texts import texts
from poppler import Pdf

_EACH_PAGE = re.compile(r".*(?:for students|key for teachers|page \d+ of \d+)")


def made(*stories: Story, edition: Edition = Edition.STUDENT, **wished: Any) -> Document:
    """The handout of stories of different servers."""
    sides = {story.trace.header.server: story for story in stories}
    return handout(sides, Wish(texts("en"), edition, **wished))


def printed(document: Document, *options: str) -> str:
    """The text of its PDF, as poppler reads it."""
    return Pdf(pdf.pdf(document)).read("pdftotext", *options)


def words(document: Document) -> list[str]:
    """The words of its PDF in the order in which they are drawn, without heads and feet."""
    lines = [
        line for line in printed(document, "-raw").splitlines() if not _EACH_PAGE.fullmatch(line)
    ]
    return " ".join(line for line in lines if line.strip("\f") != document.title).split()


def mutated(name: str, change: Callable[[dict[str, Any]], Any]) -> Story:
    """The story of a stored trace after a change of each of its records."""
    path = traces_dir() / f"{name}-interleaved.jsonl"
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    kept = [line for line in lines if change(line) is not False]
    return replay(read(BytesIO(b"\n".join(json.dumps(line).encode() for line in kept)), name))


@pytest.fixture(scope="module")
def fork_thread(stored: Mapping[str, Story]) -> Document:
    """The handout of fork against thread, for students."""
    return made(stored["fork"], stored["thread"])


def test_each_call_of_the_timeline_stands_behind_its_number(stored: Mapping[str, Story]) -> None:
    """In the timeline of one server each event of a connection has its number, task and call."""
    story = stored["fork"]
    text = printed(made(story), "-layout")
    seqs = [
        seq for connection in story.connections for seq in connection.events
        if isinstance(story.event(seq).record, Syscall | ClientStep)
    ]  # fmt: skip
    assert len(seqs) > 20
    for seq in seqs:
        name = _called(story, seq)
        assert re.search(
            rf"^ *[\d.]+ +{seq}\b.*\b{story.event(seq).actor} {name}", text, re.MULTILINE
        ), (seq, name)


def _called(story: Story, seq: int) -> str:
    """What the source calls an event: its C function, or the client's step."""
    record = story.event(seq).record
    if isinstance(record, ClientStep):
        return record.action
    assert isinstance(record, Syscall)
    return (record.site.call if record.site else None) or record.name


def test_each_step_of_a_comparison_stands_in_its_text(stored: Mapping[str, Story]) -> None:
    """With all blanks filled, each call of both servers has its number, task and function."""
    both = stored["fork"], stored["thread"]
    text = " ".join(printed(made(*both, edition=Edition.KEY), "-layout").split())
    for name in ("fork", "thread"):
        story = stored[name]
        calls = [
            seq for connection in story.connections for seq in connection.events
            if isinstance(story.event(seq).record, Syscall)
        ]  # fmt: skip
        for seq in calls:
            assert re.search(
                rf"\b{seq} .{{0,20}}{story.event(seq).actor} \w*{_called(story, seq)}", text
            )


def test_markers_are_those_of_the_lines_that_made_the_calls(stored: Mapping[str, Story]) -> None:
    """The number in front of a call in the timeline is that of its line in the listing."""
    story = stored["fork"]
    text = printed(made(story), "-layout")
    sites = sorted({
        (record.site.line, seq) for connection in story.connections for seq in connection.events
        if isinstance(record := story.event(seq).record, Syscall) and record.site
    })  # fmt: skip
    lines = (story.sources["fork.c"].text or "").splitlines()
    for line, seq in sites:
        drawn = re.search(rf"^ *[\d.]+ +{seq} +(\d+) +P", text, re.MULTILINE)
        assert drawn is not None
        begin = re.escape(lines[line - 1].strip()[:30])
        assert re.search(rf"^ *{line} +{drawn[1]} +{begin}", text, re.MULTILINE)


def test_script_says_who_does_what_in_which_order(stored: Mapping[str, Story]) -> None:
    """Each client's steps have the numbers that they have in the header of the trace."""
    text = " ".join(words(made(stored["fork"])))
    for number, step in enumerate(stored["fork"].trace.header.steps, start=1):
        client, _, what = step.partition(" ")
        assert re.search(rf"C{client} [^C]*\b{number} {what}", text)


@pytest.mark.parametrize("payload", ["bye !", "<b>&#"])
def test_another_payload_is_another_handout(payload: str, stored: Mapping[str, Story]) -> None:
    """A payload is the one of the trace, also when it looks like markup."""

    def change(record: dict[str, Any]) -> None:
        for key in ("data", "text"):
            if record.get(key) == "hey 1":
                record[key] = payload
        record.pop("steps", None)

    text = " ".join(words(made(mutated("fork", change))))
    assert f'"{payload}"' in text
    assert "hey 1" not in text
    assert "hey 1" in " ".join(words(made(stored["fork"])))


def test_another_descriptor_is_another_handout(stored: Mapping[str, Story]) -> None:
    """The numbers of descriptors are those of the trace; a broken variant's are its own."""

    def change(record: dict[str, Any]) -> None:
        if record["type"] == "syscall" and record["seq"] > 10:
            if record["args"].get("fd") == 4:
                record["args"]["fd"] = 7
            if record["name"] == "accept" and record["result"] == 4:
                record["result"] = 7
            for endpoint in record.get("endpoints", ()):
                endpoint["fd"] = 7 if endpoint["fd"] == 4 else endpoint["fd"]

    before, after = (
        printed(made(story), "-layout").partition("A student's server")[0]
        for story in (stored["fork"], mutated("fork", change))
    )
    assert re.findall(r"\b(?:recv|send|close)\((\d)", before).count("4") > 5
    assert "7" not in re.findall(r"\b(?:recv|send|close)\((\d)", before)
    assert "4" not in re.findall(r"\b(?:recv|send|close)\((\d)", after)
    assert "= 7" in after


def test_a_trace_without_its_second_connection_is_cut_off_and_says_so() -> None:
    """What a trace lacks is in no page of its handout, and that it is cut off stands in it."""

    def change(record: dict[str, Any]) -> bool:
        late = record.get("seq", 0) > 30 or record.get("time", 0) > 33_500_000
        return record["type"] in {"header", "source"} or not late

    text = " ".join(words(made(mutated("fork", change))))
    assert "The recording was cut off: it has no end." in text
    assert "#1" in text
    assert "#2" not in text


def test_editions_differ_only_where_answers_stand(stored: Mapping[str, Story]) -> None:
    """All words for students are in the key, in the same order; the key has more."""
    stories = stored["fork"], stored["thread"]
    student, key = (words(made(*stories, edition=edition)) for edition in Edition)
    changes = difflib.SequenceMatcher(None, student, key, autojunk=False).get_opcodes()
    gone = [student[i:j] for tag, i, j, _, _ in changes if tag in {"delete", "replace"}]
    assert gone == []
    assert len(key) > len(student)


def test_student_edition_has_no_answer(stored: Mapping[str, Story], fork_thread: Document) -> None:
    """What stands behind each blank's letter in the key stands there nowhere for students."""
    key = made(stored["fork"], stored["thread"], edition=Edition.KEY)
    answered, asked = (" ".join(words(each)) for each in (key, fork_thread))
    blanks = {
        (found["label"], found["answer"])
        for found in _answers(msgspec.to_builtins(key.blocks))
        if "label" in found
    }
    assert blanks
    for label, answer in blanks:
        filled = rf"\({label}\) ?{re.escape(answer)}"
        assert re.search(filled, answered)
        assert not re.search(filled, asked)
    assert not list(_answers(msgspec.to_builtins(fork_thread.blocks)))
    assert "fork against thread" not in asked


def _answers(data: Any) -> Iterator[Any]:
    """Whatever holds an answer: questions and blanks."""
    match data:
        case {"answer": answer} if answer is not None:
            yield data
            yield from _answers([value for key, value in data.items() if key != "answer"])
        case dict():
            for value in data.values():
                yield from _answers(value)
        case list() | tuple():
            for value in data:
                yield from _answers(value)


def test_foot_of_each_page_has_the_hashes_of_the_trace_files(fork_thread: Document) -> None:
    """The trail is what sha256sum says of the files."""
    pages = printed(fork_thread).split("\f")[:-1]
    for name in ("fork", "thread"):
        content = (traces_dir() / f"{name}-interleaved.jsonl").read_bytes()
        trail = f"{name} {hashlib.sha256(content).hexdigest()[:8]}"
        assert all(trail in page for page in pages)


def test_same_traces_give_the_same_bytes(fork_thread: Document, tmp_path: Path) -> None:
    """The command writes the same in another process, whose sets have another order."""
    traces = [str(traces_dir() / f"{name}-interleaved.jsonl") for name in ("fork", "thread")]
    file = tmp_path / "h.pdf"
    command = [sys.executable, "-m", "echotrace", "handout", *traces, "-q", "-o", str(file)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": "1"})
    assert file.read_bytes() == pdf.pdf(fork_thread)
