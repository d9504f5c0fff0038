"""Which questions are asked: by seed, none that gives away another, none that is open to doubt."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from echotrace.servers import traces_dir
from echotrace.story.nouns import Story
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.kinds import AT_LARGE, KINDS, READ_OFF
from echotrace.story.quiz.nouns import Asked, Field, Hidden
from echotrace.story.quiz.quiz import asked, planned, shortage
from echotrace.story.replay import replay
from echotrace.trace import Syscall
from echotrace.tracefile import load
from random_stories import Plan, plans
from tracebuilder import TraceBuilder

_LINGER_0 = "0100000000000000"


def _answers(story: Story, kind: str) -> Mapping[int, str]:
    return {each.event: each.answer for each in KINDS[kind](Ground([story]))}


def _accepted() -> TraceBuilder:
    """A server of one process that has accepted its first client as descriptor 4."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local="127.0.0.1:50001")
    b.accept(10, 4)
    return b


def _served(*calls: tuple[object, ...], text: str = "hello", unread: bool = False) -> Story:
    """A server of one process, whose client sends something; then these calls."""
    b = _accepted()
    b.client(1, "send", local="127.0.0.1:50001", text=text)
    if not unread:
        b.call(10, "recvfrom", 4, None, 100, 0, None, None, result=len(text), data=text)
    for call in calls:
        b.call(10, str(call[0]), *call[1:])
    return replay(b.trace())


def test_the_same_seed_asks_the_same(stored: Mapping[str, Story]) -> None:
    """Two stories of one trace and one seed give equal questions; other seeds give others."""
    story = stored["fork"]
    again = replay(story.trace)
    assert [asked([story], seed) == asked([again], seed) for seed in range(5)] == [True] * 5
    others = {tuple((each.kind, each.event) for each in asked([story], s)) for s in range(5)}
    assert len(others) > 1


def test_kinds_take_turns_up_to_the_count(stored: Mapping[str, Story]) -> None:
    """Of two kinds five questions are three of one and two of the other, kind by kind."""
    found = [each.kind for each in asked([stored["fork"]], 1, ["result", "wire"], 5)]
    assert sorted(map(found.count, ("result", "wire"))) == [2, 3]
    assert found == sorted(found)


@pytest.mark.parametrize("names", [("fork", "thread"), ("select", "epoll"), ("prefork",)])
def test_no_question_gives_away_another(stored: Mapping[str, Story], names: Sequence[str]) -> None:
    """What one question leaves out is no event that another one is about, or is read off."""
    stories = [stored[name] for name in names]
    for seed in range(6):
        found = asked(stories, seed, count=14)
        for one in found:
            out = {(each.side, each.seq) for each in one.hidden}
            for other in found:
                proof = other.evidence if other.kind in READ_OFF else (other.event,)
                told = {(other.side, seq) for seq in proof if other.kind not in AT_LARGE}
                assert other is one or not (out & told)


def test_the_row_of_the_other_side_does_not_tell(stored: Mapping[str, Story]) -> None:
    """What stands in the same row of a comparison and is the same is left out on both sides."""
    ground = Ground([stored["select"], stored["poll"]])
    first = next(each for each in KINDS["result"](ground) if each.answer == "4")
    assert {each.side for each in first.hidden} == {0, 1}
    assert {each.field for each in first.hidden} == {Field.RESULT}
    for each in first.hidden:
        call = ground.stories[each.side].event(each.seq).record
        assert isinstance(call, Syscall)
        assert call.result == 4


def test_a_row_that_differs_is_left_alone(stored: Mapping[str, Story]) -> None:
    """Where the other side has another number in the row, only the own one is left out."""
    ground = Ground([stored["select"], stored["epoll"]])
    first = next(each for each in KINDS["result"](ground) if each.answer == "4")
    assert first.hidden == (Hidden(0, first.event, Field.RESULT),)


def test_other_numbers_give_other_answers(stored: Mapping[str, Story]) -> None:
    """In a trace whose connections have the number 7, no answer is 4 any more."""
    story = stored["iterative"]
    records = tuple(
        _renumbered(record) if isinstance(record, Syscall) else record
        for record in story.trace.records
    )
    changed = replay(replace(story.trace, records=records))
    assert {"4"} == {*_answers(story, "descriptor").values()}
    assert {"7"} == {*_answers(changed, "descriptor").values()}
    assert "4" not in _answers(changed, "result").values()


def _renumbered(call: Syscall) -> Syscall:
    args = {**call.args, "fd": 7} if call.args.get("fd") == 4 else call.args
    if not call.name.startswith("accept") or call.result != 4:
        return replace(call, args=args)
    ends = [replace(each, fd=7) for each in call.endpoints]
    return replace(call, args=args, result=7, endpoints=ends)


def test_a_close_with_bytes_unread_sends_a_reset() -> None:
    """RFC 1122, 4.2.2.13: what was not received makes the last close a reset."""
    assert set(_answers(_served(("close", 4), unread=True), "wire").values()) == {"RST"}
    assert set(_answers(_served(("close", 4)), "wire").values()) == {"FIN"}


def test_a_close_with_linger_of_0_sends_a_reset() -> None:
    """socket(7), SO_LINGER: a linger time of 0 makes the last close a reset."""
    option = ("setsockopt", 4, "SOL_SOCKET", "SO_LINGER", _LINGER_0, 8)
    assert set(_answers(_served(option, ("close", 4)), "wire").values()) == {"RST"}


def test_shutdown_of_receiving_sends_nothing() -> None:
    """shutdown(2): SHUT_RD sends nothing, a FIN comes with the close after it."""
    found = list(_answers(_served(("shutdown", 4, "SHUT_RD"), ("close", 4)), "wire").values())
    assert found == ["nothing", "FIN"]


def test_shutdown_sends_a_fin_though_another_holds_it() -> None:
    """SHUT_WR sends the FIN at once, and neither of the closes after it sends any more."""
    b = _accepted()
    b.fork(10, 11)
    b.call(11, "shutdown", 4, "SHUT_WR")
    b.call(11, "close", 4)
    b.call(10, "close", 4)
    story = replay(b.trace())
    assert list(_answers(story, "wire").values()) == ["FIN", "nothing", "nothing"]
    assert list(_answers(story, "count").values()) == ["1", "2", "0"]
    assert list(_answers(story, "holders").values()) == ["P0, P1", "P0", "nobody"]


def test_a_short_send_is_asked_for() -> None:
    """A send that takes a part returns how much."""
    b = _accepted()
    short = b.call(10, "sendto", 4, "hello", 5, 0, None, 0, result=3)
    assert _answers(replay(b.trace()), "result")[short] == "3"


def test_an_injected_fault_is_no_question() -> None:
    """What echotrace did to a call follows from nothing."""
    story = _served(("recvfrom", 4, None, 100, 0, None, None))
    assert "0" in _answers(story, "result").values()
    records = tuple(
        replace(r, injected="recvfrom:0") if isinstance(r, Syscall) and r.result == 0 else r
        for r in story.trace.records
    )
    assert "0" not in _answers(replay(replace(story.trace, records=records)), "result").values()


def test_two_that_are_woken_are_not_asked_about() -> None:
    """Where a step wakes two tasks nobody can say who acts next."""
    b = TraceBuilder()
    b.server()
    b.fork(10, 11)
    waits = [b.begin(tid, "poll", [{"fd": 3, "events": "POLLIN"}], 1, -1) for tid in (10, 11)]
    connect = b.client(1, "connect", local="127.0.0.1:50001")
    for wait in waits:
        b.end(wait, 1, fds=[{"fd": 3, "events": "POLLIN", "revents": "POLLIN"}])
    story = replay(b.trace())
    assert len(story.links.woken[connect]) == 2
    assert connect not in _answers(story, "actor")


def test_closes_at_the_same_time_are_not_asked_about() -> None:
    """While another task's close goes on, how many references there are depends on timing."""
    b = _accepted()
    b.fork(10, 11)
    first, second = b.begin(10, "close", 4), b.begin(11, "close", 4)
    b.end(first)
    b.end(second)
    story = replay(b.trace())
    for kind in ("count", "holders", "wire"):
        assert not {first.seq, second.seq} & _answers(story, kind).keys()


def test_two_descriptors_of_a_connection_are_not_asked_for() -> None:
    """After dup a call may be given either number: which one follows from nothing."""
    story = _served(("recvfrom", 4, None, 100, 0, None, None))
    assert "4" in _answers(story, "descriptor").values()
    b = _accepted()
    b.call(10, "dup", 4, result=5)
    b.call(10, "sendto", 5, "x", 1, 0, None, 0, result=1)
    assert not _answers(replay(b.trace()), "descriptor")


def test_a_trace_without_a_connection_asks_nothing_and_says_so() -> None:
    """Nobody was served: no question, and the reason is named."""
    b = TraceBuilder()
    b.server()
    story = replay(b.trace())
    assert asked([story], 1, count=20) == ()
    assert shortage([story]) == ((0, "no_connections"),)


def test_a_trace_that_was_cut_off_says_so(stored: Mapping[str, Story]) -> None:
    """Without its end a trace gives fewer questions, for that reason."""
    trace = stored["fork"].trace
    cut = replay(replace(trace, records=trace.records[: len(trace.records) // 3]))
    assert shortage([cut]) == ((0, "cut_off"),)
    assert len(asked([cut], 1, count=99)) < len(asked([stored["fork"]], 1, count=99))


def test_a_chosen_connection_is_the_one_that_is_asked_about(stored: Mapping[str, Story]) -> None:
    """With connection 2, questions about one connection are about that one."""
    story = stored["fork"]
    for each in asked([story], 3, ["result", "wire", "count"], 9, connection=2):
        assert story.event(each.event).place.connection == 2


def test_of_many_connections_the_first_are_asked_about() -> None:
    """What is derived for questions does not grow with the clients of a load."""
    b = TraceBuilder()
    b.server()
    for number in range(60):
        b.client(number + 1, "connect", local=f"127.0.0.1:{50001 + number}")
        b.accept(10, 4, port=50001 + number)
        b.call(10, "close", 4)
    story = replay(b.trace())
    found = asked([story], 1, ["result", "count", "wire", "actor"], 10_000)
    assert 0 < len(found) < 60 * 2
    numbers = {story.event(each.event).place.connection or 0 for each in found}
    assert max(numbers) < 60


def test_groups_are_asked_one_after_the_other(stored: Mapping[str, Story]) -> None:
    """Of each group as many as were wanted come, in the order of the groups."""
    found = planned([stored["fork"]], 1, [(("wire",), 2), (("result", "descriptor"), 2)])
    assert [each.kind == "wire" for each in found] == [True, True, False, False]


@settings(max_examples=15)
@given(plans, plans)
def test_any_stories_give_questions_that_are_whole(one: Plan, other: Plan) -> None:
    """Whatever servers do, each question has an answer, which is one of its choices."""
    found: Sequence[Asked] = asked([one.story(), other.story()], 1, count=30)
    for each in found:
        assert each.answer
        assert not each.choices or each.choices.count(each.answer) == 1


def _cases(story: Story, kind: str) -> set[str]:
    return {each.case for each in KINDS[kind](Ground([story]))}


def test_no_row_further_down_tells_a_descriptor(stored: Mapping[str, Story]) -> None:
    """From the call that is asked about on, the calls on its connection hide the number."""
    for name in ("fork", "thread", "epoll"):
        story = stored[name]
        for each in KINDS["descriptor"](Ground([story])):
            hidden = {h.seq for h in each.hidden if h.field is Field.DESCRIPTOR}
            number = story.event(each.event).place.connection
            for event in map(story.event, story.connection(number or 0).events):
                call = event.record
                if isinstance(call, Syscall) and event.seq >= each.event:
                    assert (str(call.args.get("fd")) == each.answer) == (event.seq in hidden)


def test_the_call_after_a_wait_does_not_tell_what_was_ready(stored: Mapping[str, Story]) -> None:
    """What is done with the descriptor that was ready is hidden as the result of the wait is."""
    story = stored["epoll"]
    found = list(KINDS["ready"](Ground([story])))
    assert found
    for each in found:
        wait, call = each.hidden
        assert (wait.seq, wait.field, call.field) == (each.event, Field.RESULT, Field.DESCRIPTOR)
        following = story.event(call.seq).record
        assert isinstance(following, Syscall)
        assert str(following.args["fd"]) == each.answer


def test_an_only_task_is_no_question(stored: Mapping[str, Story]) -> None:
    """Who acts next is asked of one task only where some steps of clients send nothing."""
    for name in ("epoll", "iterative", "select"):
        assert not _answers(stored[name], "actor")
    assert _cases(stored["udp"], "actor") == {"first", "nobody.datagram"}
    idle = replay(load(traces_dir() / "udp-idle.jsonl"))
    assert _cases(idle, "actor") == {"nobody.datagram"}


def test_a_number_that_takes_thinking_comes_first(stored: Mapping[str, Story]) -> None:
    """Asked for what accept returns, it is a later one: 4 again of fork, 5 of thread."""
    for name, answer in (("fork", "4"), ("thread", "5")):
        accepts = [
            each for each in KINDS["result"](Ground([stored[name]])) if "accept" in each.case
        ]
        first, second = sorted(accepts, key=lambda each: each.event)
        assert (first.merit, second.merit, second.answer) == (0, 1, answer)
        assert {each.case for each in accepts} == {
            "accept.first", "accept.again" if name == "fork" else "accept.next",
        }  # fmt: skip


def test_answers_vary_over_seeds(stored: Mapping[str, Story]) -> None:
    """Neither returns nor descriptors are always the same number."""
    sides = [stored["fork"], stored["thread"]]
    for kind in ("result", "descriptor"):
        assert len({asked(sides, seed, [kind])[0].answer for seed in range(12)}) > 1


def test_many_tasks_give_few_choices() -> None:
    """Of ten children that wait some are left: the right one, P0, nobody, two others."""
    b = TraceBuilder()
    b.server()
    for child in range(10):
        port = 50001 + child
        b.client(child + 1, "connect", local=f"127.0.0.1:{port}")
        b.accept(10, 4, port=port)
        b.fork(10, 11 + child)
        b.call(10, "close", 4)
        b.begin(11 + child, "recvfrom", 4, None, 100, 0, None, None)
    b.begin(10, "accept", 3, None, None)
    b.client(7, "send", local="127.0.0.1:50007", text="x")
    b.client(8, "send", local="127.0.0.1:50008", text="x")
    (question,) = KINDS["actor"](Ground([replay(b.trace())]))
    assert question.choices == ("P0", "P1", "P2", "nobody")


def test_words_fit_who_shares_a_table(stored: Mapping[str, Story]) -> None:
    """A child's descriptors are copies, a thread's are not; a close by it counts for all."""
    assert {"copied", "used"} == _cases(stored["fork"], "descriptor")
    assert {"used"} == _cases(stored["thread"], "descriptor")
    assert "close.shared" in _cases(stored["thread"], "holders")
    assert "close.shared" not in _cases(stored["fork"], "holders")


def test_limits_are_those_of_the_server(stored: Mapping[str, Story]) -> None:
    """FD_SETSIZE limits select alone, and a parent that keeps copies is short of descriptors."""
    kinds = {name: _cases(stored[name], "design") for name in ("select", "poll", "fork", "thread")}
    assert kinds == {
        "select": {"select"}, "poll": {"readiness"}, "fork": {"processes"}, "thread": {"threads"},
    }  # fmt: skip
    b = _accepted()
    b.fork(10, 11)
    b.call(11, "close", 4)
    b.call(10, "close", 4)
    assert _cases(replay(b.trace()), "design") == {"copies"}


def test_a_number_that_is_not_the_lowest_follows_from_nothing(stored: Mapping[str, Story]) -> None:
    """accept is asked about only where all lower descriptors are known to be taken."""
    trace = stored["thread"].trace
    assert 31 in _answers(stored["thread"], "result")
    records = tuple(
        replace(r, result=9) if isinstance(r, Syscall) and r.seq == 31 else r for r in trace.records
    )
    assert 31 not in _answers(replay(replace(trace, records=records)), "result")


def test_a_design_is_asked_for_once(stored: Mapping[str, Story]) -> None:
    """The same design for another number of clients is no other question."""
    found = asked([stored["fork"], stored["thread"]], 1, ["design"], 9)
    assert sorted(each.side for each in found) == [0, 1]
