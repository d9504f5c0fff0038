"""Every answer is what the bare records say, counted in another way than the model's."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import pytest
from tally import tally

from echotrace.servers import traces_dir
from echotrace.story.findings.check import findings
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.kinds import KINDS
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.story.quiz.raised import RAISED
from echotrace.story.replay import replay
from echotrace.trace import ClientStep, Exit, Syscall, Task
from echotrace.tracefile import load

_AllAsked: TypeAlias = Mapping[str, Sequence[tuple[Story, Asked]]]


@pytest.fixture(scope="module")
def all_asked() -> _AllAsked:
    """All questions that the bundled traces give of each kind, with their stories."""
    stories = [replay(load(path)) for path in sorted(traces_dir().glob("*.jsonl"))]
    return {
        kind: [(story, each) for story in stories for each in candidates(Ground([story]))]
        for kind, candidates in KINDS.items()
    }


def _of(all_asked: _AllAsked, *kinds: str) -> list[tuple[Story, Asked]]:
    """The questions of some kinds; each kind has some."""
    assert all(all_asked[kind] for kind in kinds)
    return [pair for kind in kinds for pair in all_asked[kind]]


def _record(event: StoryEvent, story: Story) -> Syscall:
    """The record that has the result: of a restarted call the last attempt."""
    seq = event.resumed[-1] if event.resumed else event.seq
    return next(r for r in story.trace.records if isinstance(r, Syscall) and r.seq == seq)


def _over(story: Story, seq: int) -> int:
    """When an event has happened; an exit, when its task has ended."""
    call = story.event(seq).record
    assert isinstance(call, Syscall)
    if call.name in ("exit", "exit_group"):
        return next(
            r.time for r in story.trace.records if isinstance(r, Exit) and r.tid == call.tid
        )
    return story.event(seq).end or 0


def test_results_and_descriptors_are_those_of_the_record(all_asked: _AllAsked) -> None:
    """What a call returns and which descriptor it is given stand so in its record."""
    for story, asked in _of(all_asked, "result", "descriptor"):
        record = _record(story.event(asked.event), story)
        told = f"-1 {record.errno}" if record.errno else str(record.result)
        assert asked.answer == (told if asked.kind == "result" else str(record.args["fd"]))


def test_what_is_ready_is_worked_with_next(all_asked: _AllAsked) -> None:
    """The descriptor that a wait reports is the one that its task works with next."""
    for story, asked in _of(all_asked, "ready"):
        wait = _record(story.event(asked.event), story)
        later = (r for r in story.trace.syscalls() if r.tid == wait.tid and r.seq > wait.seq)
        works = (r for r in later if r.name in ("accept", "accept4", "recvfrom"))
        assert asked.answer == str(next(works).args["fd"])


def test_who_acts_next_is_whose_call_returns_next(all_asked: _AllAsked) -> None:
    """The next call that returns is that of the task; nobody's returns before a client acts."""
    for story, asked in _of(all_asked, "actor"):
        steps = [r for r in story.trace.records if isinstance(r, ClientStep)]
        step = next(r for r in steps if r.seq == asked.event)
        following = min((r.time for r in steps if r.seq > step.seq), default=1 << 62)
        returned = sorted(
            (r.end, r.tid) for r in story.trace.syscalls() if r.end and step.time < r.end
        )
        if asked.answer == "nobody":
            assert not returned or returned[0][0] > following
        else:
            assert story.roles.of(returned[0][1], returned[0][0]) == asked.answer


def test_references_and_holders_are_those_that_one_counts(all_asked: _AllAsked) -> None:
    """Slots of tables, filled by accept, copied by fork, emptied by close and exit, are as many."""
    for story, asked in _of(all_asked, "count", "holders"):
        time = _over(story, asked.event)
        number = story.event(asked.event).place.connection
        assert number is not None
        found = tally(story.trace.records, time)
        holders = {story.roles.of(tid, time) for tid in found.holders(number)} or {"nobody"}
        slots = len(found.connections[number - 1].slots)
        told = slots if asked.kind == "count" else holders
        assert (
            int(asked.answer) if asked.kind == "count" else set(asked.answer.split(", "))
        ) == told


def _sent(story: Story, asked: Asked) -> str:
    """What the kernel sends by tcp_close and tcp_shutdown, from what was counted."""
    event = story.event(asked.event)
    call, number = event.record, event.place.connection
    assert isinstance(call, Syscall)
    assert number is not None
    records = story.trace.records
    before = tally(records, event.start).connections[number - 1]
    after = tally(records, _over(story, asked.event)).connections[number - 1]
    if before.reset or before.fin:
        return "nothing"
    if call.name == "shutdown":
        return "FIN" if call.args["how"] != "SHUT_RD" else "nothing"
    if after.slots:
        return "nothing"
    return "RST" if before.unread else "FIN"


def test_what_the_kernel_sends_follows_from_references_and_bytes(all_asked: _AllAsked) -> None:
    """Nothing while others hold it or a FIN was sent, a reset for unread bytes, else a FIN."""
    for story, asked in _of(all_asked, "wire"):
        assert asked.answer == _sent(story, asked)


def test_what_would_be_is_what_was_before_the_call(all_asked: _AllAsked) -> None:
    """Without a close there are as many references as before it: one more than with it."""
    for story, asked in _of(all_asked, "what_if"):
        number = story.event(asked.event).place.connection
        assert number is not None
        before, after = (
            len(tally(story.trace.records, time).connections[number - 1].slots)
            for time in (story.event(asked.event).start, _over(story, asked.event))
        )
        assert [int(asked.answer), int(asked.facts["was"])] == [before, after]
        assert before == after + 1


def test_the_bug_is_found_and_the_others_are_not(all_asked: _AllAsked) -> None:
    """Of the bugs offered one is found in what is shown, and the server has none of the others."""
    for story, asked in _of(all_asked, "bug"):
        shown = asked.variant or story
        server = story.trace.header.server
        raised = RAISED[server] | {each.id for each in (*findings(shown), *findings(story))}
        assert asked.answer in {each.id for each in findings(shown)}
        assert [choice for choice in asked.choices if choice in raised | {asked.answer}] == [
            asked.answer
        ]


def test_what_is_raised_is_what_the_stored_traces_show(all_asked: _AllAsked) -> None:
    """No stored trace of a server shows a finding that is not known of it."""
    for story, _ in _of(all_asked, "bug", "design", "wire"):
        found = {each.id for each in findings(story)} - {"kind"}
        assert found <= RAISED[story.trace.header.server]


def test_a_design_scales_what_was_recorded(all_asked: _AllAsked) -> None:
    """Tasks are those before the first client, and for each client as many as were recorded."""
    for story, asked in _of(all_asked, "design"):
        tasks = [record for record in story.trace.records if isinstance(record, Task)]
        calls = [call for call in story.trace.syscalls() if "accept" in call.name]
        accepts = [call.end for call in calls if call.end and not call.errno]
        served = len(story.connections)
        before = sum(task.time < min(accepts) for task in tasks)
        clients = int(asked.facts["clients"].replace(",", ""))
        wanted = before + (len(tasks) - before) // served * clients
        assert asked.answer == f"{wanted:,}"


def test_a_design_asks_for_a_number_at_which_a_limit_is_reached(all_asked: _AllAsked) -> None:
    """Descriptors are those of P0 before any client and of all; a usual limit lies below."""
    for story, asked in _of(all_asked, "design"):
        clients, each = (int(asked.facts[name].replace(",", "")) for name in ("clients", "each"))
        calls = list(story.trace.syscalls())
        used = {
            call.result
            for call in calls
            if call.tid == calls[0].tid
            if call.name in ("socket", "epoll_create1", "eventfd2") and not call.errno
        }
        base = 3 + len(used)  # standard input, output and error
        assert int(asked.facts["base"]) == base
        needed = base + (each * clients or 1)
        assert asked.facts["needed"] == f"{needed:,}"
        reached = {"processes": clients > 32_768, "one_by_one": clients > 4_096}
        assert reached.get(asked.case, needed > 1_024 or asked.case == "fixed")


def test_next_actor_is_one_of_a_few(all_asked: _AllAsked) -> None:
    """There are at most five choices; of one task alone only where datagrams come."""
    for story, asked in _of(all_asked, "actor"):
        least = 2 if story.trace.header.server == "udp" else 3
        assert least <= len(asked.choices) <= 5
        assert asked.choices[-1] == "nobody"
        assert "P0" in asked.choices


_HAS: Mapping[Field, Callable[[StoryEvent], bool]] = {
    Field.RESULT: lambda event: getattr(event.record, "result", None) is not None,
    Field.DESCRIPTOR: lambda event: "fd" in getattr(event.record, "args", {}),
    Field.ACTOR: lambda event: bool(event.actor),
    Field.COUNT: lambda event: event.place.connection is not None,
    Field.HOLDERS: lambda event: event.place.connection is not None,
    Field.WIRE: lambda event: event.place.connection is not None,
}


def test_questions_are_whole(all_asked: _AllAsked) -> None:
    """What is hidden is there, the answer is one of the choices, once, and is proved."""
    for story, asked in _of(all_asked, *KINDS):
        assert asked.answer
        assert not asked.choices or asked.choices.count(asked.answer) == 1
        assert len(set(asked.choices)) == len(asked.choices) != 1
        assert all(_HAS[each.field](story.event(each.seq)) for each in asked.hidden)
        assert asked.evidence
        shown = asked.variant or story
        assert all(shown.event(seq).seq == seq for seq in asked.evidence)
