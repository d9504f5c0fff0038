"""Questions in words: what students see tells no answer, what teachers see proves it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

import pytest
from msgspec.structs import replace

from echotrace.story.nouns import Story
from echotrace.story.quiz.bugs import OFFERED
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.kinds import KINDS
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.story.quiz.quiz import asked
from echotrace.story.replay import replay
from echotrace.views.document.nouns import Question
from echotrace.views.document.runs import Blank, Run, Text, plain, runs
from echotrace.views.lanes import lay_out
from echotrace.views.quiz.blanks import blanks
from echotrace.views.quiz.fewer import fewer
from echotrace.views.quiz.questions import questions
from echotrace.views.texts import texts
from tracebuilder import TraceBuilder

_EN = texts("en")


def _told(
    found: Sequence[Asked], stories: Mapping[str, Story], *, key: bool, excerpts: bool = True
) -> tuple[Question, ...]:
    return questions(found, stories, _EN, key=key, excerpts=excerpts)


def _without_answers(text: Text) -> tuple[Run, ...]:
    return tuple(
        Blank(run.label, run.width) if isinstance(run, Blank) else run for run in runs(text)
    )


def _reset_by_close() -> Story:
    """A server that closes twice over: with bytes unread, and after it has shut down."""
    b = TraceBuilder()
    b.server()
    for number, calls in enumerate((("close",), ("shutdown", "shutdown", "close")), start=1):
        port = 50000 + number
        b.client(number, "connect", local=f"127.0.0.1:{port}")
        b.accept(10, 4, port=port)
        if len(calls) == 1:
            b.client(number, "send", local=f"127.0.0.1:{port}", text="hi")
        for name in calls:
            b.call(10, name, 4, *(["SHUT_WR"] if name == "shutdown" else []))
    return replay(b.trace())


def _all_asked(stories: Mapping[str, Story]) -> Iterator[tuple[str, Asked]]:
    for name, story in stories.items():
        for candidates in KINDS.values():
            yield from ((name, each) for each in candidates(Ground([story])))


def test_every_case_has_words_a_reason_and_a_misconception(stored: Mapping[str, Story]) -> None:
    """Whatever is asked has a stem, and in the key an answer, a why and a misconception."""
    stories = {**stored, "reset": _reset_by_close()}
    for name, each in _all_asked(stories):
        own = {name: stories[name]}
        (told,) = questions([each], own, _EN, key=True, excerpts=False)
        assert told.answer is not None
        assert all((plain(told.stem), told.kind, plain(told.answer.text)))
        assert plain(told.answer.why)
        assert plain(told.answer.misconception)
        assert "{" not in plain(told.stem) + plain(told.answer.why)


def test_every_bug_that_is_offered_has_words() -> None:
    """No choice is a bare name of a finding."""
    assert all(f"quiz.word.{each}" in _EN.entries for each in chain(*OFFERED))
    assert all(f"quiz.kind.{each}" in _EN.entries for each in KINDS)


@pytest.mark.parametrize("names", [("fork", "thread"), ("epoll",)])
def test_students_see_no_answer_and_else_the_same(
    stored: Mapping[str, Story], names: Sequence[str]
) -> None:
    """The editions have the same numbers, stems, choices and excerpts; answers only the key."""
    stories = {name: stored[name] for name in names}
    found = asked(list(stories.values()), 2, count=12)
    students, teachers = (_told(found, stories, key=key) for key in (False, True))
    assert [each.number for each in students] == list(range(1, len(found) + 1))
    for student, teacher in zip(students, teachers, strict=True):
        assert student.answer is None
        assert teacher.answer is not None
        assert all(run.answer is None for run in runs(student.stem) if isinstance(run, Blank))
        assert student.stem == _without_answers(teacher.stem)
        assert replace(student, stem="") == replace(teacher, stem="", answer=None)


def test_blanks_are_as_wide_whatever_belongs_there(stored: Mapping[str, Story]) -> None:
    """A blank has room for each of the choices, so that its width tells nothing."""
    story = stored["fork"]
    found = [each for each in asked([story], 1, ["result"], 9) if each.choices]
    made = blanks(found, ["fork"], _EN, key=False).values()
    assert {each.width for each in made} == {len("-1 ECONNRESET")}
    assert {each.answer for each in made} == {None}


def test_a_blank_has_the_label_of_its_stem(stored: Mapping[str, Story]) -> None:
    """What is left out in the timeline is called as in the stem, on all sides."""
    stories = {name: stored[name] for name in ("select", "poll")}
    found = asked(list(stories.values()), 4, ["result", "descriptor", "ready"], 3)
    made = blanks(found, list(stories), _EN, key=False)
    for each, told in zip(found, _told(found, stories, key=False), strict=True):
        (place,) = (run for run in runs(told.stem) if isinstance(run, Blank))
        labels = {made[list(stories)[h.side], h.seq, h.field].label for h in each.hidden}
        assert labels == {place.label}


def test_only_the_descriptor_that_is_asked_for_is_blank_in_the_stem(
    stored: Mapping[str, Story],
) -> None:
    """What a wait finds ready is blank behind the question; the descriptor it waits by is told."""
    stories = {"epoll": stored["epoll"]}
    for told in _told(asked([*stories.values()], 1, ["ready"], 4), stories, key=False):
        assert "waits in epoll_wait(4)" in plain(told.stem)
        assert isinstance(runs(told.stem)[-1], Blank)


def test_a_table_that_threads_share_counts_once(stored: Mapping[str, Story]) -> None:
    """Why there are so many references: the tables are told apart, their tasks are not."""
    for name, joined in (("fork", "P0 + P1"), ("thread", "P0, T1")):
        stories = {name: stored[name]}
        found = asked([*stories.values()], 1, ["count"], 99)
        why = [plain(t.answer.why) for t in _told(found, stories, key=True) if t.answer]
        spawns = [each for each, case in zip(why, found, strict=True) if "spawn" in case.case]
        assert any(f"(threads share one): {joined} (event" in each for each in spawns)
        assert any("(threads share one): none (event" in each for each in why)


def test_an_excerpt_ends_before_the_answer(stored: Mapping[str, Story]) -> None:
    """Its last line is that of the event, with a line in place of what is asked for."""
    stories = {"epoll": stored["epoll"]}
    for kind in ("result", "descriptor", "ready"):
        found = asked(list(stories.values()), 1, [kind], 9)
        for each, told in zip(found, _told(found, stories, key=True), strict=True):
            number, *rest = told.excerpt[-1].split()
            assert number == str(each.event)
            assert "____" in " ".join(rest)
            if each.hidden[0].field is Field.RESULT:
                assert told.excerpt[-1].endswith("= ____")


def test_an_excerpt_does_not_say_who_keeps_what_was_closed(stored: Mapping[str, Story]) -> None:
    """The note that a timeline has at a close is half the answer, and is left out."""
    stories = {"fork": stored["fork"]}
    found = asked(list(stories.values()), 1, ["holders", "wire", "what_if"], 12)
    assert any(each.case in ("close.copy", "held") for each in found)
    for told in _told(found, stories, key=False):
        assert "keeps it" not in told.excerpt[-1]


def test_what_one_question_asks_for_no_excerpt_tells(stored: Mapping[str, Story]) -> None:
    """What any of the questions leaves out is left out in all excerpts."""
    stories = {"fork": stored["fork"]}
    found = asked(list(stories.values()), 5, count=12)
    out = {str(h.seq) for each in found for h in each.hidden if h.field is Field.RESULT}
    assert out
    for told in _told(found, stories, key=False):
        for line in told.excerpt:
            if line.split()[0] in out and "=" in line:
                assert line.endswith("= ____")


def test_the_why_cites_the_events(stored: Mapping[str, Story]) -> None:
    """What proves a return value stands in its why by number."""
    stories = {"thread": stored["thread"]}
    found = asked(list(stories.values()), 1, ["result", "actor"], 8)
    for each, told in zip(found, _told(found, stories, key=True), strict=True):
        assert told.answer is not None
        assert all(str(seq) in plain(told.answer.why) for seq in each.evidence)


def test_a_variants_rows_are_those_that_were_recorded(stored: Mapping[str, Story]) -> None:
    """What a student's server did is shown from its own trace, even where no other rows are."""
    stories = {"fork": stored["fork"], "epoll": stored["epoll"]}
    found = [each for each in asked(list(stories.values()), 1, ["bug"], 9) if each.variant]
    assert {each.side for each in found} == {0, 1}
    for each, told in zip(found, _told(found, stories, key=False, excerpts=False), strict=True):
        assert each.variant is not None
        rows = {f"{row.event.seq} {row.event.actor}" for row in lay_out(each.variant).rows}
        lines = [line.split() for line in told.excerpt if line.strip() != "…"]
        assert {" ".join(line[:2]) for line in lines} <= rows
        assert len(lines) >= min(3, len(each.evidence))
        assert "student" in plain(told.stem)


def test_why_there_are_no_questions_is_said() -> None:
    """A trace in which nobody was served is named, with the reason."""
    b = TraceBuilder()
    b.server()
    (said,) = fewer({"lonely": replay(b.trace())}, _EN)
    assert said == "In the trace of lonely no client is served: most questions are about that."
