"""A moment as lines: what stands in it, and how changes are marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.servers import traces_dir
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.moment import Fact, Line, Mark, Section, changes
from echotrace.views.names import Names
from echotrace.views.state_lines import OPENS, TABLES, TREE, sections
from echotrace.views.steps import Filter, Steps, state_after
from served import forked
from tracebuilder import TraceBuilder


def _lines(story: Story, seq: int, *, begun: bool = False, everything: bool = False) -> list[str]:
    """The state after an event, a line a text, indented by its depth."""
    found = sections(story.at(seq, begun=begun), Names.of(story), everything=everything)
    return [f"{'  ' * line.depth}{line}" for section in found for line in section.lines]


def _marked(story: Story, before: int, after: int) -> list[str]:
    """What changed between the states after two events."""
    names = Names.of(story)
    found = changes(sections(story.at(before), names), sections(story.at(after), names))
    return [
        f"{line.mark} {line}"
        for section in found
        for line in section.lines
        if line.mark is not Mark.SAME
    ]


def _seq(story: Story, name: str, nth: int = 1) -> int:
    """The number of the nth call of that name."""
    return [e.seq for e in story.events if getattr(e.record, "name", "") == name][nth - 1]


def test_state_is_tree_tables_and_descriptions() -> None:
    """After accept there is one process, one table with both sockets, and both sockets."""
    story = replay(forked().trace())
    assert _lines(story, _seq(story, "accept")) == [
        "P0 · table 1",
        "table 1 · of P0",
        "  from the start · 0, 1, 2",
        "  3 → listener",
        "  4 → #1 C1",
        "listener · references 1",
        "  socket · listening (LISTEN) · 127.0.0.1:7000 · queue 0 of 100",
        "#1 C1 · references 1",
        "  socket · connected (ESTABLISHED) · peer C1 127.0.0.1:5001 · unread 5 B",
    ]


def test_waiting_call_and_accept_queue() -> None:
    """While accept waits its task says so, and a connection is in the queue before it is taken."""
    story = replay(forked().trace())
    assert "P0 · waiting in accept(3) · table 1" in _lines(story, _seq(story, "accept"), begun=True)
    connect = next(event.seq for event in story.events if event.actor == "C1")
    told = _lines(story, connect, begun=True)
    assert "    in the queue: C1 127.0.0.1:5001" in told
    assert any("queue 1 of 100" in line for line in told)


def test_zombie_keeps_its_place_and_says_who_has_not_waited() -> None:
    """A child that has ended is a zombie below its parent, before a younger one that lives."""
    story = replay(forked(clients=2).trace())
    tree = [line for line in _lines(story, _seq(story, "recvfrom", 3)) if "P" in line[:4]]
    assert tree[1].startswith("  P1 · Z zombie, status 0: P0 has not waited for it")
    assert tree[2].startswith("  P2")


def test_orphan_and_killed_task() -> None:
    """A zombie whose parent is not in the trace, and one that a signal killed, say so."""
    b = TraceBuilder()
    b.task(11, parent=10, flags=["SIGCHLD"])
    killed = b.exit(11, call=False)
    assert "  P1 · Z zombie, killed by SIGKILL: P0 has not waited for it" in _lines(
        replay(b.trace()), killed
    )


def test_threads_share_a_table() -> None:
    """A thread stands below its process, and the one table names both."""
    b = TraceBuilder()
    b.server()
    made = b.thread(10, 11)
    told = _lines(replay(b.trace()), made)
    assert "  T1 · table 1" in told
    assert "table 1 · shared by P0, T1" in told


def test_fork_adds_a_table_and_changes_reference_counts() -> None:
    """What fork does is marked: a process, a table, and one reference more to each socket."""
    story = replay(forked().trace())
    told = _marked(story, _seq(story, "accept"), _seq(story, "clone"))
    assert "+ P1 · table 2" in told
    assert "+ 4 → #1 C1" in told
    assert "~ listener · references 2 (was 1)" in told
    assert "~ #1 C1 · references 2 (was 1)" in told


def test_close_takes_a_slot_away() -> None:
    """What close does is marked: the slot is gone where it stood, the count is one less."""
    story = replay(forked().trace())
    told = _marked(story, _seq(story, "clone"), _seq(story, "close"))
    assert told == [f"{Mark.GONE} 4 → #1 C1", "~ #1 C1 · references 1 (was 2)"]


def test_inherited_descriptors_are_one_line_unless_all_is_asked_for() -> None:
    """Standard streams fold into a line; with everything each has its own, and its description."""
    story = replay(forked().trace())
    folded, whole = (_lines(story, 1, everything=everything) for everything in (False, True))
    assert "  from the start · 0, 1, 2" in folded
    assert sum("inherited" in line for line in folded) == 0
    assert sum(line.startswith("  ") and "→ inherited" in line for line in whole) == 3


def test_interest_list_is_shown() -> None:
    """An epoll instance lists what it watches."""
    b = TraceBuilder()
    b.server()
    b.call(10, "epoll_create1", 0, result=5)
    event = {"events": "EPOLLIN", "data": 3}
    added = b.call(10, "epoll_ctl", 5, "EPOLL_CTL_ADD", 3, event)
    assert any("watches 3 → listener" in line for line in _lines(replay(b.trace()), added))


def test_deep_family_is_no_recursion() -> None:
    """Five thousand processes, each the child of the one before, are five thousand lines."""
    b = TraceBuilder()
    for number in range(5000):
        b.task(11 + number, parent=10 + number, flags=["SIGCHLD"])
    story = replay(b.trace())
    tree = sections(story.history.at(b.now), Names.of(story))[0].lines
    assert [line.depth for line in tree] == list(range(5001))


def test_sections_have_their_titles_and_order() -> None:
    """Tree, tables, descriptions: always all three, in this order."""
    story = replay(forked().trace())
    assert [s.title for s in sections(story.at(1), Names.of(story))] == [TREE, TABLES, OPENS]


_PICTURES = st.lists(
    st.builds(
        Line,
        st.sampled_from("abcdefgh"),
        st.just(0),
        st.just("x"),
        st.lists(st.builds(Fact, st.sampled_from("mn"), st.sampled_from("12")), max_size=2,
                 unique_by=lambda fact: fact.name).map(tuple),
    ),
    unique_by=lambda line: line.key,
).map(lambda lines: (Section("t", tuple(lines)),))  # fmt: skip


@given(_PICTURES, _PICTURES)
def test_changes_tell_both_pictures(before: tuple[Section], after: tuple[Section]) -> None:
    """Without what is gone the lines are those of after, in order; the rest is what is gone."""
    lines = changes(before, after)[0].lines
    keys = [line.key for line in lines if line.mark is not Mark.GONE]
    assert keys == [line.key for line in after[0].lines]
    gone = {line.key for line in lines if line.mark is Mark.GONE}
    assert gone == {line.key for line in before[0].lines} - set(keys)
    former = {line.key: line for line in before[0].lines}
    for line in lines:
        known = former.get(line.key)
        assert (line.mark is Mark.NEW) == (known is None)
        if line.mark is Mark.SAME:
            assert line == known or {f.text for f in line.facts} == {f.text for f in known.facts}  # type: ignore[union-attr]


@given(_PICTURES)
def test_same_picture_has_no_change(picture: tuple[Section]) -> None:
    """A picture laid over itself has no marks."""
    assert changes(picture, picture) == picture


@pytest.mark.parametrize("everything", [False, True])
def test_keys_are_unique_at_every_step(everything: bool) -> None:
    """No two lines of a section share a key, at any step."""
    story = replay(forked(clients=3).trace())
    for row in Steps(story).layout(Filter(everything=everything)).rows:
        for section in sections(state_after(story, row), Names.of(story), everything=everything):
            keys = [line.key for line in section.lines]
            assert len(keys) == len(set(keys))


def test_leader_that_is_ended_before_another_thread() -> None:
    """While exit_group ends the threads one by one, a leader that is gone is no living process."""
    story = replay(load(traces_dir() / "pool-reset.jsonl"))
    assert "P0 · Z has ended before its threads" in _lines(story, 51)
    assert "P0 · waiting in accept(3) · table 1" in _lines(story, 49)
