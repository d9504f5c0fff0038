"""Whether what somebody said is the answer: it need not be spelt as the timeline spells it."""

import re
from collections.abc import Sequence
from string import ascii_uppercase

from echotrace.story.quiz.nouns import Asked
from echotrace.views.quiz.blanks import said
from echotrace.views.texts import Texts

#: Between the parts of an answer: `P0, P1`, `P0 and P1`.
_BETWEEN = re.compile(r"[\s,;.]+|\band\b")
_NUMBER = re.compile(r"-?\d+")
_ROLE = re.compile(r"[a-z]\d+")
#: What may stand before or behind a number, and is no part of the answer.
_UNIT = re.compile(r"\bfd\s*(?=\d)|(?<=\d)\s*(?:tasks?|descriptors?|bytes?)\b")


def is_answer(question: Asked, typed: str, texts: Texts) -> bool:
    """Whether it can be meant as an answer: one of the choices, or a number where one is wanted."""
    if question.choices:
        return _choice(question, typed, texts) is not None
    return not wants_number(question) or any(map(_NUMBER.fullmatch, _normal(typed)))


def wants_number(question: Asked) -> bool:
    """Whether the answer is a number, and not one of some choices."""
    return not question.choices and all(map(_NUMBER.fullmatch, _normal(question.answer)))


def is_right(question: Asked, typed: str, texts: Texts) -> bool:
    """Whether it is the answer, in any of its spellings, or the letter of the right choice."""
    if question.choices:
        return _choice(question, typed, texts) == question.answer
    ways = _ways((question.answer, *question.accepted), texts)
    return _normal(typed) in ways


def letter_of(place: int) -> str:
    """The letter of the choice at a place, counted from 0."""
    return ascii_uppercase[place]


def _choice(question: Asked, typed: str, texts: Texts) -> str | None:
    """The choice that is meant: by its words first, then by its letter."""
    words = _normal(typed)
    if words in _ways((question.answer, *question.accepted), texts):
        return question.answer
    for choice in question.choices:
        if words in _ways((choice,), texts):
            return choice
    place = ascii_uppercase.find(typed.strip().upper().rstrip(").") or "?")
    return question.choices[place] if 0 <= place < len(question.choices) else None


def _ways(answers: Sequence[str], texts: Texts) -> set[tuple[str, ...]]:
    """Each as it is named, and in the words that it is shown in."""
    return {_normal(way) for answer in answers for way in (answer, said(answer, texts))}


def _normal(text: str) -> tuple[str, ...]:
    """The parts of an answer, whatever the case and the space between; of tasks in any order."""
    plain = _UNIT.sub("", text.casefold().replace("\N{MINUS SIGN}", "-"))
    parts = [part for part in _BETWEEN.split(plain) if part]
    return tuple(sorted(parts) if all(map(_ROLE.fullmatch, parts)) else parts)
