"""The sheet of a quiz as text and as data, with and without its answers."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest

from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import fingerprint
from echotrace.views.paint import Surface
from echotrace.views.quiz.data import data
from echotrace.views.quiz.lines import text
from echotrace.views.quiz.quiz import Quiz, quiz_of
from echotrace.views.quiz.sheet import document
from echotrace.views.texts import texts
from served import forked
from tracebuilder import TraceBuilder

ENGLISH = texts("en")


@pytest.fixture(scope="module")
def quizzes(stored: Mapping[str, Story]) -> list[Quiz]:
    """A quiz of each server, and one of several."""
    sides = [{name: story} for name, story in stored.items()]
    several = {name: stored[name] for name in ("fork", "thread", "epoll", "iterative")}
    return [quiz_of(each, ENGLISH, 5, (), None) for each in (*sides, several)]


def test_student_text_is_the_key_without_answers(quizzes: list[Quiz]) -> None:
    """Without the paragraphs of the answers the key is, line by line, what students get."""
    for quiz in quizzes:
        student, key = (text(quiz, Surface(80), key=key) for key in (False, True))
        kept = [part for part in key.split("\n\n") if not part.startswith("   Answer: ")]
        assert "\n\n".join(kept).rstrip() == student.rstrip()
        assert key.count("\n   Answer: ") == len(quiz.asked)
        assert "Answer: " not in student


def test_student_data_is_the_key_without_answers(quizzes: list[Quiz]) -> None:
    """JSON for students is that of the key but for the answers, which it has no trace of."""
    for quiz in quizzes:
        student, key = (json.loads(data(quiz, key=key)) for key in (False, True))
        answers = [question.pop("answer") for question in key["questions"]]
        assert student == key
        assert all(each["text"] for each in answers)
        assert answers
        assert not _keys(student) & {"answer", "accepted", "why", "misconception", "events"}
        assert student["traces"] == [
            {"name": name, "sha256": fingerprint(story.trace)}
            for name, story in quiz.stories.items()
        ]


def _keys(value: Any) -> set[str]:
    """All names of fields."""
    if isinstance(value, dict):
        return {*value, *(key for each in value.values() for key in _keys(each))}
    return {key for each in value for key in _keys(each)} if isinstance(value, list) else set()


def test_student_document_has_no_answers(quizzes: list[Quiz]) -> None:
    """Of the document, which other formats are made of, only the key has answers."""
    for quiz in quizzes:
        answers = list(_answers(msgspec.to_builtins(document(quiz, key=False).blocks)))
        assert answers
        assert set(answers) == {None}
        assert None not in _answers(msgspec.to_builtins(document(quiz, key=True).blocks))


def _answers(value: Any) -> Iterator[Any]:
    """What stands in each field called `answer`."""
    if isinstance(value, dict):
        if "answer" in value:
            yield str(value["answer"]) if value["answer"] is not None else None
        value = list(value.values())
    if isinstance(value, list | tuple):
        for each in value:
            yield from _answers(each)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_fit(quizzes: list[Quiz], width: int) -> None:
    """No line is wider than the surface, and in ASCII there is nothing else."""
    for quiz in quizzes:
        for unicode in (True, False):
            shown = text(quiz, Surface(width, unicode=unicode), key=True)
            assert max(map(len, shown.split("\n"))) <= width
            assert unicode or shown.isascii()


def test_colour_only_adds_to_the_text(quizzes: list[Quiz]) -> None:
    """Colours tell nothing that the words do not tell."""
    for quiz in quizzes[:2]:
        colourful = text(quiz, Surface(80, colour=True), key=True)
        for code in ("\x1b[1m", "\x1b[0m"):
            assert code in colourful
            colourful = colourful.replace(code, "")
        assert colourful == text(quiz, Surface(80), key=True)


def test_same_seed_same_quiz(stored: Mapping[str, Story]) -> None:
    """A seed gives the same quiz again, another one another quiz."""
    one, again, other = (
        data(quiz_of({"fork": stored["fork"]}, ENGLISH, seed, (), 4), key=True)
        for seed in (1, 1, 2)
    )
    assert one == again
    assert json.loads(one)["questions"] != json.loads(other)["questions"]


def test_hostile_trace_steers_nothing() -> None:
    """Payload, and names of sides, with escape sequences come out escaped in every form."""
    story = replay(forked("\x1b[2J\u202e<b>").trace())
    quiz = quiz_of({"\x1b]0;x\x07": story}, ENGLISH, 1, (), None)
    assert quiz.asked
    for shown in (text(quiz, Surface(80), key=True), data(quiz, key=True)):
        assert not {*shown} & {"\x1b", "\x07", "\u202e"}
    assert "\\x1b]0;x" in document(quiz, key=True).title


def test_nothing_to_ask_is_said() -> None:
    """Of a trace that nobody came to all forms say that there is nothing to ask, and why."""
    quiz = quiz_of({"idle": replay(TraceBuilder().trace())}, ENGLISH, 1, (), None)
    assert not quiz.asked
    for shown in (text(quiz, Surface(100_000), key=False), data(quiz, key=True)):
        assert "nothing to ask about idle" in shown


def test_fewer_than_wanted_is_said(stored: Mapping[str, Story]) -> None:
    """When there are fewer questions than were asked for, it says how many there are."""
    quiz = quiz_of({"fork": stored["fork"]}, ENGLISH, 1, ("result",), 900)
    assert f"Fewer questions than wanted can be asked: {len(quiz.asked)} of 900." in text(
        quiz, Surface(100_000), key=False
    )


def test_a_kind_that_a_server_does_not_give_is_named(stored: Mapping[str, Story]) -> None:
    """A server that is served well but gives no question of the kind is not called idle."""
    quiz = quiz_of({"fork": stored["fork"]}, ENGLISH, 1, ("ready",), None)
    assert quiz.lacks == "Nothing of this kind can be asked about fork: what is ready."


def test_what_a_trace_lacks_is_said(stored: Mapping[str, Story]) -> None:
    """A trace that is cut off is asked about, and the sheet says first that it is cut off."""
    whole = stored["fork"].trace
    cut = replay(msgspec.structs.replace(whole, records=whole.records[:60]))
    quiz = quiz_of({"a": cut, "b": stored["thread"]}, ENGLISH, 1, (), None)
    assert quiz.asked
    assert "! a: The recording was cut off" in text(quiz, Surface(100), key=False)
