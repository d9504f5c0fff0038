"""Which answers count as right."""

import pytest

from echotrace.story.quiz.nouns import Asked
from echotrace.views.quiz.checking import is_answer, is_right
from echotrace.views.texts import texts

ENGLISH = texts("en")


def asked(answer: str, *choices: str, accepted: tuple[str, ...] = ()) -> Asked:
    """A question with that answer."""
    return Asked("kind", 0, 1, "case", answer, accepted=accepted, choices=choices)


NUMBER = asked("4")
ERROR = asked("-1 ECONNRESET", accepted=("ECONNRESET",))
TASKS = asked("P0, P1")
CHOSEN = asked("0", "-1 EAGAIN", "0", "2")
NAMED = asked("-1 EPIPE", "-1 EPIPE", "0", accepted=("EPIPE",))
WORDS = asked("FIN", "nothing", "FIN", "RST")


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        (NUMBER, "4\n"), (NUMBER, " fd 4 "), (NUMBER, "FD4"), (NUMBER, "4."), (NUMBER, "4 tasks"),
        (ERROR, "-1 econnreset"), (ERROR, "ECONNRESET"), (ERROR, "\N{MINUS SIGN}1  ECONNRESET"),
        (TASKS, "P0, P1"), (TASKS, "p1 p0"), (TASKS, "P0 and P1"),
        (CHOSEN, "0"), (CHOSEN, "b"), (CHOSEN, "B)"),
        (NAMED, "epipe"), (NAMED, "a"),
        (WORDS, "fin"), (WORDS, "a FIN"), (WORDS, "b"),
    ],
)  # fmt: skip
def test_right_in_any_spelling(question: Asked, typed: str) -> None:
    """Case, space, order of tasks, `fd`, a letter or the words of a choice make no difference."""
    assert is_answer(question, typed, ENGLISH)
    assert is_right(question, typed, ENGLISH)


@pytest.mark.parametrize(
    ("question", "typed"),
    [
        (NUMBER, "3"), (NUMBER, "44"), (NUMBER, "-4"), (NUMBER, "fd"), (NUMBER, "b"),
        (ERROR, "-1"), (ERROR, "EAGAIN"),
        (TASKS, "P0"), (TASKS, "P0, P1, P2"), (TASKS, "P0, P0"),
        (CHOSEN, "2"), (CHOSEN, "a"), (CHOSEN, "EAGAIN -1"), (CHOSEN, "d"), (CHOSEN, ""),
        (CHOSEN, "bb"), (WORDS, "a"), (WORDS, "nothing"), (WORDS, "c"),
    ],
)  # fmt: skip
def test_wrong_is_wrong(question: Asked, typed: str) -> None:
    """Another number, too few or too many tasks, the letter of another choice are not right."""
    assert not is_right(question, typed, ENGLISH)


@pytest.mark.parametrize("typed", ["", "d", "bb", "zz", "7", ")", "\x1b[2J"])
def test_none_of_the_choices_is_no_answer(typed: str) -> None:
    """What is no choice and no letter of one is not taken for an answer."""
    assert not is_answer(CHOSEN, typed, ENGLISH)


@pytest.mark.parametrize("typed", ["b", "A)", "four", "fd", "P0"])
def test_text_is_no_number(typed: str) -> None:
    """Where a number is wanted and there are no choices, letters and words are no answer."""
    assert not is_answer(NUMBER, typed, ENGLISH)
    assert is_answer(NUMBER, "5", ENGLISH)
    assert is_answer(ERROR, typed, ENGLISH)


def test_words_come_before_letters() -> None:
    """A choice that is spelt like the letter of another one is meant by its own words."""
    letters = asked("b", "b", "a")
    assert is_right(letters, "b", ENGLISH)
    assert not is_right(letters, "a", ENGLISH)
