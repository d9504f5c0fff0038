"""The third page counts what the raw records have, and says who closes what."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from echotrace.record.names import CLONE_FLAGS
from echotrace.servers import NAMES, traces_dir
from echotrace.story.closings import closings
from echotrace.story.made import made_tasks
from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Field
from echotrace.story.replay import replay
from echotrace.trace import Record, Syscall, Task, Trace
from echotrace.tracefile import load
from echotrace.views.annotations import PLAIN, Annotations
from echotrace.views.document.nouns import Block, Figure, Paragraph, Table
from echotrace.views.document.runs import Blank, plain
from echotrace.views.handout.moments_page import blocks
from echotrace.views.handout.nouns import Making, Wish
from echotrace.views.paper import A4, SLIDE, Paper
from echotrace.views.texts import texts
from garbage import GARBAGE
from random_stories import Plan, plans
from tracebuilder import HEADER, TraceBuilder

_TEXTS = texts("en")


def _page(
    stories: Mapping[str, Story], annotations: Annotations = PLAIN, *,
    connection: int | None = None, paper: Paper = A4,
) -> list[Block]:  # fmt: skip
    wish = Wish(_TEXTS, connection=connection, paper=paper)
    return list(blocks(Making(stories, None, wish, annotations)))


def _cells(page: Sequence[Block], caption: str) -> dict[str, list[str]]:
    """The rows of the table with a caption, by their labels."""
    (table,) = (each for each in page if isinstance(each, Table) and each.caption == caption)
    return {
        group.label: [plain(item.text) for item in group.lines[0].items] for group in table.groups
    }


def _figures(page: Sequence[Block]) -> dict[str, list[str]]:
    return _cells(page, _TEXTS.say("figures.caption"))


def _counted(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """What the table has to say, counted in the lines of the file."""
    calls = [each for each in lines if each["type"] == "syscall"]
    tasks = [each for each in lines if each["type"] == "task"]
    ended = {each["tid"] for each in lines if each["type"] == "exit"}
    waited = {each["result"] for each in calls if each["name"] in ("wait4", "waitid")}
    return {
        "system calls in all": sum(not (c["errno"] or "").startswith("ERESTART") for c in calls),
        "processes": sum(task["tid"] == task["pid"] for task in tasks),
        "further threads": sum(task["tid"] != task["pid"] for task in tasks),
        "zombies at the end": sum(
            task["tid"] == task["pid"]
            and task["tid"] in ended - waited
            and task["parent"] is not None
            and task["parent"] not in ended
            for task in tasks
        ),
    }


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_those_of_the_records(name: str) -> None:
    """Calls, processes, threads and zombies are as many as in the lines of each stored trace."""
    for path in sorted(traces_dir().glob(f"{name}-*.jsonl")):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        figures = _figures(_page({name: replay(load(path))}))
        shown = {label: figures.get(label, ["0"])[0] for label in _counted(lines)}
        found = {label: int(each.split(":")[0]) for label, each in shown.items()}
        assert found == _counted(lines)


@pytest.mark.parametrize("name", NAMES)
def test_closings_are_all_there_are(name: str) -> None:
    """Those who close a connection are whom its summary names, and the last of them ends it."""
    for path in sorted(traces_dir().glob(f"{name}-*.jsonl")):
        story = replay(load(path))
        for number, found in closings(story).items():
            connection = story.connection(number)
            who = [
                f"end of {story.roles.process(each.event.actor)}" if each.by_end
                else each.event.actor
                for each in found
            ]  # fmt: skip
            assert tuple(dict.fromkeys(who)) == connection.closed_by
            last = [name for name, each in zip(who, found, strict=True) if each.last]
            assert last == ([connection.ended_by] if connection.ended_by else [])


#: By server and script, who closes the first connection: from the timelines, by hand.
CLOSES = {
    "fork-interleaved": "a copy by P0 (event 26), the last by P1 (event 59): nothing more, "
    "for shutdown has sent the FIN",
    "fork-reset": "a copy by P0 (event 26), the last by the end of P1 (event 59): nothing "
    "more, for it was reset before",
    "thread-interleaved": "T1 (event 57): FIN",
    "thread-reset": "the end of P0 (event 60): nothing more, for it was reset before",
    "iterative-interleaved": "P0 (event 37): FIN",
    "epoll-half-close": "P0 (event 40): FIN",
    "udp-interleaved": "nobody: UDP has no connection",
}


@pytest.mark.parametrize("trace", CLOSES)
def test_who_closes_what(trace: str) -> None:
    """The table says who closes the first connection, by which events, and what is sent then."""
    story = replay(load(traces_dir() / f"{trace}.jsonl"))
    assert _figures(_page({"it": story}))["who closes #1"] == [CLOSES[trace]]


def test_flags(stored: Mapping[str, Story]) -> None:
    """Each flag that a call gave has its meaning and the numbers of the calls that gave it."""
    page = _page({name: stored[name] for name in ("fork", "thread")})
    rows = _cells(page, _TEXTS.say("flags.caption"))
    for name, column in (("fork", 1), ("thread", 2)):
        given = {flag for each in made_tasks(stored[name]) for flag in each.flags or ()}
        assert given == {flag for flag, row in rows.items() if row[column]}
    assert rows["CLONE_FILES"] == [_TEXTS.say("flag.CLONE_FILES"), "", "events 26, 38"]
    assert rows["SIGCHLD"][1:] == ["events 25, 38", ""]
    said = [plain(block.text) for block in page if isinstance(block, Paragraph)][-2]
    assert "fork makes P1 and P2 by fork (system call clone): no flag says that anything" in said
    assert (
        "each new task shares with its maker: memory, working directory, descriptor table" in said
    )


def test_flags_of_other_calls() -> None:
    """vfork lends the memory, and flags that could not be read are said to be unknown."""
    b = TraceBuilder()
    for tid, name in ((11, "vfork"), (12, "clone3")):
        begun = b.begin(10, name)
        b.task(tid, parent=10)
        b.end(begun, tid)
    page = _page({"it": replay(b.trace())})
    said = " ".join(plain(block.text) for block in page if isinstance(block, Paragraph))
    assert "it makes P1 by vfork: the new process borrows the memory" in said
    assert "it makes P2 by clone3: the flags could not be read" in said
    assert "no client was served" in said


def test_every_flag_has_a_meaning() -> None:
    """The texts have a meaning for every flag that the recorder knows by name."""
    assert set(CLONE_FLAGS.values()) <= _TEXTS.table("flag").keys()


def test_one_connection(stored: Mapping[str, Story]) -> None:
    """A connection that is asked for is the one that is shown, and a side that lacks it says so."""
    page = _page({name: stored[name] for name in ("fork", "udp")}, connection=2)
    figures = [block for block in page if isinstance(block, Figure)]
    assert "(event 31)" in figures[0].drawings[0].svg
    assert [label for label in _figures(page) if "closes" in label] == ["who closes #2"]
    said = [plain(block.text) for block in _page({"fork": stored["fork"]}, connection=7)
            if isinstance(block, Paragraph)]  # fmt: skip
    assert "fork has no connection #7." in said


def test_what_is_sent_may_be_asked(stored: Mapping[str, Story]) -> None:
    """A blank for what the kernel sends, or for who holds it, leaves that out of the table, too."""
    blanks = {("thread", 57, Field.WIRE): Blank("a", 6), ("fork", 26, Field.COUNT): Blank("b", 3)}
    page = _page({name: stored[name] for name in ("fork", "thread")}, Annotations(blanks=blanks))
    fork, thread = _figures(page)["who closes #1"]
    assert thread == "T1 (event 57): (a)"
    assert fork.startswith("P0 (event 26), ")


@pytest.mark.parametrize("sides", [1, 2, 3, 4])
def test_sides(sides: int, stored: Mapping[str, Story]) -> None:
    """One to four sides have a figure each, in one drawing on paper and one a moment on slides."""
    chosen = {name: stored[name] for name in ("fork", "thread", "select", "pool")[:sides]}
    for paper, most in ((A4, 1), (SLIDE, 3)):
        figures = [block for block in _page(chosen, paper=paper) if isinstance(block, Figure)]
        assert [len(figure.drawings) for figure in figures] == [most] * sides


@settings(max_examples=25)
@given(plans)
def test_random_servers(plan: Plan) -> None:
    """Pages of random servers count the tasks and calls that their records have."""
    story = plan.story()
    figures = _figures(_page({"it": story}))
    tasks = [record for record in story.trace.records if isinstance(record, Task)]
    calls = sum(isinstance(record, Syscall) for record in story.trace.records)
    assert figures["system calls in all"] == [f"{calls:,}"]
    for label, thread in (("processes", False), ("further threads", True)):
        many = sum((task.tid != task.pid) is thread for task in tasks)
        assert figures.get(label, ["0"])[0].split(":")[0] == str(many)


@settings(max_examples=25)
@given(st.lists(GARBAGE, max_size=12))
def test_garbage(records: list[Record]) -> None:
    """Records that make no sense have a page, in which nothing steers a terminal."""
    page = _page({"it\x1b": replay(Trace(HEADER, tuple(records)))})
    assert b"\\u001b" not in msgspec.json.encode(page)
