"""The conversation of a quiz: somebody answers, and there is no terminal."""

from collections.abc import Iterator, Mapping

import pytest

from echotrace.commands.quizzing import Console, Outcome, Played, play
from echotrace.story.nouns import Story
from echotrace.views.paint import Surface
from echotrace.views.quiz.quiz import Quiz, quiz_of
from echotrace.views.texts import texts

RIGHT, WRONG, SKIPPED = Outcome.RIGHT, Outcome.WRONG, Outcome.SKIPPED


@pytest.fixture
def quiz(stored: Mapping[str, Story]) -> Quiz:
    """Three questions: two with choices, and one between them without."""
    kinds = ("count", "result")
    for seed in range(20):
        made = quiz_of({"fork": stored["fork"]}, texts("en"), seed, kinds, 3)
        if [bool(each.choices) for each in made.asked] == [True, False, True]:
            return made
    raise AssertionError("no seed gives such questions")


class Talk:
    """A quiz to which somebody says some lines, and leaves by Ctrl-D, or by Ctrl-C."""

    def __init__(self, quiz: Quiz, *said: str, by: type[BaseException] | None = None) -> None:
        self.written: list[str] = []
        self._lines: Iterator[str] = iter(said)
        self._by = by
        self.played: Played = play(quiz, Console(self._read, self.written.append, Surface(80)))

    def _read(self) -> str | None:
        line = next(self._lines, None)
        if line is None and self._by is not None:
            raise self._by
        return line

    @property
    def text(self) -> str:
        """All that was said to the one who answers."""
        return "".join(self.written)


def test_all_right(quiz: Quiz) -> None:
    """Whoever gives the answers of the model has all of them right."""
    talk = Talk(quiz, *(each.answer for each in quiz.asked))
    assert talk.played == Played((RIGHT, RIGHT, RIGHT))
    assert talk.written[-1].split() == ["3", "of", "3", "right."]


def test_answer_is_shown_only_when_there_is_one_to_judge(quiz: Quiz) -> None:
    """Before somebody answers nothing of the answer is said, and then why and which events."""
    talk = Talk(quiz)
    assert "Why:" not in talk.text
    assert "Answer:" not in talk.text
    told = quiz.questions(key=True)[0].answer
    assert told is not None
    talk = Talk(quiz, "no such thing", quiz.asked[0].answer)
    assert talk.text.count("Why:") == 1
    assert f"Events: {', '.join(map(str, quiz.asked[0].evidence))}" in talk.text


def test_wrong_skipped_and_left(quiz: Quiz) -> None:
    """A wrong answer, an empty line and q: each is told by the number of its question."""
    wrong = next(each for each in quiz.asked[0].choices if each != quiz.asked[0].answer)
    talk = Talk(quiz, wrong, "", " Q ", "never read")
    assert talk.played == Played((WRONG, SKIPPED))
    assert "0 of 3 right. Not right: 1. Not answered: 2, 3." in talk.written[-1]


def test_help_gives_the_choices_or_the_form(quiz: Quiz) -> None:
    """? shows the choices again, or what an answer looks like; the question is still open then."""
    talk = Talk(quiz, "?", "a", "?")
    assert talk.text.count(") ") >= 2 * len(quiz.asked[0].choices)
    assert talk.text.count("What the call returns, as it stands in the timeline") == 2
    assert len(talk.played.outcomes) == 1


def test_no_choice_is_asked_again(quiz: Quiz) -> None:
    """What is none of the choices is no answer: it is asked again, and nothing is lost."""
    talk = Talk(quiz, "zebra", quiz.asked[0].answer)
    assert "none of the choices" in talk.text
    assert talk.played.outcomes == (RIGHT,)


def test_a_letter_without_choices_is_asked_again(quiz: Quiz) -> None:
    """Where there are no choices and a number is wanted, a letter is not counted as wrong."""
    talk = Talk(quiz, "", "b", quiz.asked[1].answer)
    assert "A number, please" in talk.text
    assert talk.played.outcomes == (SKIPPED, RIGHT)


def test_interrupted_keeps_what_was_answered(quiz: Quiz) -> None:
    """Ctrl-C ends the quiz with the result so far."""
    talk = Talk(quiz, quiz.asked[0].answer, by=KeyboardInterrupt)
    assert talk.played == Played((RIGHT,), interrupted=True)
    assert "1 of 3 right. Not answered: 2, 3." in talk.written[-1]


def test_typed_escapes_are_not_said_back(quiz: Quiz) -> None:
    """Nothing that was typed is repeated, so that it cannot steer the terminal."""
    talk = Talk(quiz, "\x1b[2J", "", "\x1b]0;title\x07", "\x1b[2J")
    assert "\x1b" not in talk.text
