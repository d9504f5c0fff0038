"""The blanks that questions make: where what they leave out would stand, there is a label."""

from collections.abc import Mapping, Sequence
from string import ascii_lowercase

from echotrace.story.quiz.nouns import Asked, Field
from echotrace.views.document.runs import Blank
from echotrace.views.texts import Texts

_LEAST_WIDTH = 2


def labels(asked: Sequence[Asked]) -> tuple[str, ...]:
    """The label of each question's blank: a, b, c …; empty for one that leaves nothing out."""
    free = iter((*ascii_lowercase, *(f"a{letter}" for letter in ascii_lowercase)))
    return tuple(next(free, "?") if question.hidden else "" for question in asked)


def blanks(
    asked: Sequence[Asked], sides: Sequence[str], texts: Texts, *, key: bool
) -> Mapping[tuple[str, int, Field], Blank]:
    """The blanks by side, event number and field, as `Annotations` has them.

    `sides` are the names of the stories that were asked about; with `key` the blanks are filled.
    """
    return {
        (sides[hidden.side], hidden.seq, hidden.field): blank(question, label, texts, key=key)
        for question, label in zip(asked, labels(asked), strict=True)
        for hidden in question.hidden
    }


def blank(question: Asked, label: str, texts: Texts, *, key: bool) -> Blank:
    """The blank of a question; its width does not tell the answer."""
    ways = [said(each, texts) for each in (question.choices or (question.answer,))]
    width = max(_LEAST_WIDTH, *(len(way) for way in ways))
    return Blank(label, width, said(question.answer, texts) if key else None)


def said(answer: str, texts: Texts) -> str:
    """An answer or a choice in words: names and numbers stay as they are."""
    return texts.entries.get(f"quiz.word.{answer}", answer)
