"""A quiz as lines of text: on paper all questions, on a terminal one after the other."""

import textwrap
from collections.abc import Iterator, Sequence

from echotrace.story.quiz.nouns import Asked
from echotrace.views.document.nouns import Answer, Question
from echotrace.views.document.runs import Blank, Text, plain, runs
from echotrace.views.paint import Piece, Surface, glyphs, paint
from echotrace.views.quiz.checking import letter_of
from echotrace.views.quiz.quiz import Quiz
from echotrace.views.texts import Texts

_GAP = "____"
_INDENT = "   "
#: Before the lines of the timeline, and before what is left of one that is too long.
_EXCERPT, _FURTHER = " " * 5, " " * 12
_WIDEST = 120  # columns: longer lines are hard to read

_Line = Sequence[Piece]


def text(quiz: Quiz, surface: Surface, *, key: bool) -> str:
    """All questions; with the answers if it is the `key`."""
    return paint(_sheet(quiz, surface, key), surface)


def opening(quiz: Quiz, surface: Surface) -> str:
    """What stands above the questions: what the quiz is about, and what to know first."""
    return paint(_opening(quiz, surface), surface)


def question(asked: Question, surface: Surface) -> str:
    """One question."""
    return paint(_question(asked, surface), surface)


def choices(asked: Question, surface: Surface) -> str:
    """The choices of a question, if it has any."""
    return paint(_choices(asked, surface), surface)


def answer(asked: Asked, told: Question, surface: Surface, texts: Texts) -> str:
    """The answer to a question of the key, and why."""
    return paint(_answer(asked, told, surface, texts), surface)


def sentence(words: str, surface: Surface, style: str = "plain") -> str:
    """A sentence of our own, in lines."""
    return paint(_wrapped(words, surface, _INDENT, _INDENT, style), surface)


def words_of(stem: Text) -> str:
    """A text in which a line stands for each blank, whether its answer is known or not."""
    return "".join(_GAP if isinstance(run, Blank) else plain((run,)) for run in runs(stem))


def _sheet(quiz: Quiz, surface: Surface, key: bool) -> Iterator[_Line]:
    yield from _opening(quiz, surface)
    told = quiz.questions(key=key)
    for asked, each in zip(quiz.asked, told, strict=True):
        yield ()
        yield from _question(each, surface)
        if key:
            yield ()
        yield from _answer(asked, each, surface, quiz.texts)


def _opening(quiz: Quiz, surface: Surface) -> Iterator[_Line]:
    yield from _wrapped(quiz.title, surface, "", "", "bold")
    yield from _wrapped(quiz.about, surface)
    for note in quiz.notes:
        yield from _wrapped(note, surface, "! ", "  ", "differs")


def _question(asked: Question, surface: Surface) -> Iterator[_Line]:
    yield from _wrapped(f"{asked.number}. {asked.kind}", surface, "", _INDENT, "bold")
    yield from _wrapped(words_of(asked.stem), surface, _INDENT, _INDENT)
    if asked.excerpt:
        yield ()
    for line in asked.excerpt:
        yield from _wrapped(line, surface, _EXCERPT, _FURTHER)
    if asked.choices:
        yield ()
    yield from _choices(asked, surface)


def _choices(asked: Question, surface: Surface) -> Iterator[_Line]:
    for place, choice in enumerate(asked.choices):
        first = f"{_INDENT}{letter_of(place)}) "
        yield from _wrapped(plain(choice), surface, first, " " * len(first))


def _answer(asked: Asked, told: Question, surface: Surface, texts: Texts) -> Iterator[_Line]:
    for name, words in _parts(asked, told.answer):
        label = f"{_INDENT}{texts.say(name)}: "
        yield from _wrapped(words, surface, label, _INDENT)


def _parts(asked: Asked, told: Answer | None) -> Iterator[tuple[str, str]]:
    """What an answer consists of: the name of each part's label, and its words."""
    if told is None:
        return
    letter = ""
    if asked.answer in asked.choices:
        letter = f"{letter_of(asked.choices.index(asked.answer))}) "
    yield "label.answer", letter + plain(told.text)
    yield "label.why", plain(told.why)
    if misconception := plain(told.misconception):
        yield "label.misconception", misconception
    yield "sheet.events", ", ".join(map(str, asked.evidence))


def _wrapped(
    words: str, surface: Surface, first: str = "", further: str = "", style: str = "plain"
) -> Iterator[_Line]:
    """Words in lines as wide as the surface; nothing in them steers a terminal."""
    lines = textwrap.wrap(
        glyphs(words, surface),
        min(surface.width, _WIDEST),
        initial_indent=glyphs(first, surface),
        subsequent_indent=further,
        break_on_hyphens=False,
    )
    return ((Piece(line, style),) for line in lines)
