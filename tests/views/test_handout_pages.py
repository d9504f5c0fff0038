"""The first page of a handout: who does what, with which command, in which lines of a source."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from echotrace.servers import traces_dir
from echotrace.story.compare.differences.kinds import KINDS
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.trace import Load, Source
from echotrace.tracefile import load
from echotrace.views.document.nouns import (
    Box,
    Definitions,
    Document,
    Paragraph,
    Sources,
    Table,
)
from echotrace.views.document.runs import plain
from echotrace.views.handout.handout import handout
from echotrace.views.handout.nouns import Edition, Wish
from echotrace.views.handout.reproduction import command
from echotrace.views.texts import texts
from tracebuilder import HEADER


def made(*stories: Story) -> Document:
    """The handout of stories of different servers."""
    return handout({story.trace.header.server: story for story in stories}, Wish(texts("en")))


def first(document: Document, kind: type[Any]) -> Any:
    """The first block of a kind."""
    return next(block for block in document.blocks if isinstance(block, kind))


@pytest.mark.parametrize("path", sorted(traces_dir().glob("*.jsonl")), ids=lambda path: path.stem)
def test_stored_traces_say_how_they_were_recorded(path: Any) -> None:
    """The command of a teaching server's trace names the server, its clients and its script."""
    server, _, script = path.stem.partition("-")
    header = load(path).header
    assert command(header) == f"echotrace {server} --clients 2 --script {script}"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"server": "fork", "argv": ["python3", "/x/fork.py"], "language": "python"},
         "fork --lang python --clients 2 --script burst"),
        ({"injections": ["send:short=3"]},
         "run --clients 2 --script burst --inject send:short=3 -- ./s"),
        ({"server": "my server.c", "source": "my server.c", "argv": ["my server", "80"]},
         "run --clients 2 --script burst 'my server.c' -- 80"),
        ({"server": "fork", "argv": ["./fork"]}, "run --clients 2 --script burst -- ./fork"),
        ({"script": "", "clients": 0}, "run --no-clients -- ./s"),
        ({"load": Load(9, 10, 64), "script": "free run"},
         "run --clients 9 --free-run --echoes 10 --payload 64 -- ./s"),
        ({"attached": 1234, "script": ""}, "attach PID"),
    ],
)  # fmt: skip
def test_command_spells_out_what_shaped_the_trace(changes: dict[str, Any], told: str) -> None:
    """Twin, program, clients, faults and load are in the command."""
    header = replace(HEADER, server="s", argv=["./s"], script="burst", clients=2)
    header = replace(header, **changes)
    assert command(header) == f"echotrace {told}"


@pytest.mark.parametrize("server", ["fork", "epoll", "udp", "pool"])
def test_listing_accounts_for_every_line(server: str, stored: Mapping[str, Story]) -> None:
    """Lines that are shown are those of the source; with those left out they are all of it."""
    story = stored[server]
    (source,) = story.sources.values()
    lines = (source.text or "").splitlines()
    (shown,) = first(made(story), Sources).sources
    left = 0
    for line in shown.lines:
        if found := re.fullmatch(r"… lines left out: (\d+)", line.text):
            left += int(found[1])
        else:
            assert line.text == lines[line.number - 1].strip() or lines[line.number - 1].endswith(
                line.text
            )
    told = len(shown.lines) - sum(line.text.startswith("… ") for line in shown.lines)
    marks = sum(bool(re.fullmatch(r" */\* (region: [\w-]+|end) \*/", line)) for line in lines)
    blank = sum(not line for line in lines)
    assert len(lines) - marks - blank <= told + left <= len(lines) - marks
    assert {line.region for line in shown.lines} - {""} == set(
        re.findall(r"region: ([\w-]+)", source.text or "")
    )


def test_long_source_without_regions_shows_what_surrounds_its_calls(
    stored: Mapping[str, Story],
) -> None:
    """Of a user's long source two lines before and after each numbered one are shown."""
    trace = stored["fork"].trace
    (source,) = trace.sources().values()
    text = re.sub(r"/\* (region: [\w-]+|end) \*/", "//", source.text or "") + "//\n" * 60
    records = [
        replace(each, text=text) if isinstance(each, Source) else each for each in trace.records
    ]
    (shown,) = first(made(replay(replace(trace, records=tuple(records)))), Sources).sources
    told = {line.number for line in shown.lines if not line.text.startswith("… ")}
    numbered = {line.number for line in shown.lines if line.marker}
    assert len(numbered) > 10
    assert told == {near for line in numbered for near in range(line - 2, line + 3)}


def test_many_clients_are_counted_not_listed(stored: Mapping[str, Story]) -> None:
    """The table of the script lists twelve clients, and says how many more there are."""
    story = stored["fork"]
    header = replace(story.trace.header, clients=40, steps=["1-40 connect".replace(
        "1-40", ",".join(map(str, range(1, 41))))])  # fmt: skip
    table = first(made(replay(replace(story.trace, header=header))), Table)
    assert [group.label for group in table.groups][:2] == ["C1", "C2"]
    assert len(table.groups) == 13
    assert plain(table.groups[-1].lines[0].items[0].text) == "clients not shown: 28"


def test_each_kind_of_difference_has_a_question() -> None:
    """Whatever differs most, there is a question about it that is not the general one."""
    asked = texts("en").table("question.about")
    assert {*KINDS, "other"} == set(asked)


@pytest.mark.parametrize("names", [("fork", "thread"), ("iterative", "epoll"), ("udp",), ("pool",)])
def test_box_asks_before_the_timeline(names: tuple[str, ...], stored: Mapping[str, Story]) -> None:
    """Questions to predict stand before the first figure, none twice, with room to write."""
    document = made(*(stored[name] for name in names))
    kinds = [type(block).__name__ for block in document.blocks]
    box = first(document, Box)
    assert kinds.index("Box") < kinds.index("Figure")
    assert 1 <= len({plain(each) for each in box.sentences}) == len(box.sentences) <= 3
    assert box.lines


def key_of(*stories: Story) -> Document:
    """The key of stories of different servers."""
    wish = Wish(texts("en"), Edition.KEY)
    return handout({story.trace.header.server: story for story in stories}, wish)


def test_predictions_are_answered_in_the_key_alone(stored: Mapping[str, Story]) -> None:
    """The key says who serves whom and who closes what, by event; the students' has no answer."""
    sides = [stored["fork"], stored["thread"]]
    box = first(key_of(*sides), Box)
    tasks, closes, _table = map(plain, box.answers)
    assert "fork: processes 3 (P0, P1, P2), threads 0; P1 serves C1; P2 serves C2." in tasks
    assert "thread: processes 1 (P0), threads 2 (T1, T2); T1 serves C1" in tasks
    assert "fork: #1 takes 2, by P0 (event 26), P1 (event 59)" in closes
    student = first(made(*sides), Box)
    assert student.answers == ()
    assert student.sentences == box.sentences


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("select", "poll", "epoll"), ("FD_SET(conn_fd", "FD_ISSET", "list[count++]", "--i > 0")),
        (("iterative", "epoll"), ("serve(conn_fd); /* accept comes again", "event.data.fd !=")),
    ],
)
def test_listing_keeps_the_loop_and_the_upkeep_of_lists(
    names: tuple[str, ...], told: tuple[str, ...], stored: Mapping[str, Story]
) -> None:
    """What stands between two regions is shown, and what all sources share only once."""
    listed = first(made(*(stored[name] for name in names)), Sources).sources
    text = [line.text for source in listed for line in source.lines]
    for each in told:
        assert any(each in line for line in text), each
    assert sum("socket(AF_INET" in line for line in text) == 1
    assert all(
        (line.number is None) == line.text.startswith("…") for s in listed for line in s.lines
    )


def test_question_is_answered_by_rows(stored: Mapping[str, Story]) -> None:
    """Of twins it asks what the interpreter adds, and never about SIGPIPE where nobody is gone."""
    twin = replay(load(traces_dir() / "python" / "fork-interleaved.jsonl"))
    document = handout({"c": stored["fork"], "python": twin}, Wish(texts("en")))
    asked = plain(first(document, Paragraph).text)
    assert "what do interpreter and library add?" in asked
    told = [asked, *map(plain, first(document, Box).sentences)]
    assert not any("gone" in each for each in told)


def test_signs_are_those_of_the_sheet(stored: Mapping[str, Story]) -> None:
    """Lists of descriptors and flags are explained only where they are drawn."""
    signs = {
        name: {plain(sign) for sign, _ in each.entries}
        for name in ("poll", "iterative")
        for each in made(stored[name]).blocks
        if isinstance(each, Definitions) and each.heading == "Signs"
    }
    assert "[3]" in signs["poll"]
    assert "[3]" not in signs["iterative"]
