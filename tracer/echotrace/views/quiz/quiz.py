"""A quiz: what is asked about some stories, and what has to be said of these first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.story.nouns import Story
from echotrace.story.quiz.kinds import KINDS
from echotrace.story.quiz.nouns import Asked
from echotrace.story.quiz.quiz import asked
from echotrace.views.document.nouns import Question
from echotrace.views.quiz.questions import questions
from echotrace.views.shortcomings import shortcomings
from echotrace.views.texts import Texts

#: How many questions there are at least, unless a number is given.
_USUAL = 6


@dataclass(frozen=True)
class Quiz:
    """Questions about stories, by the names of their sides, in the words of `texts`.

    `seed` chose them; `wanted` is how many were asked for, None if no number was given; `kinds` are
    the only ones that were asked for, none if all were.
    """

    stories: Mapping[str, Story]
    asked: tuple[Asked, ...]
    seed: int
    texts: Texts
    wanted: int | None = None
    kinds: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is about."""
        return self.texts.say("sheet.title", names=", ".join(self.stories))

    @property
    def about(self) -> str:
        """How many questions there are, and the seed that gives the same ones."""
        return self.texts.say("sheet.about", count=str(len(self.asked)), seed=str(self.seed))

    @property
    def lacks(self) -> str:
        """Why there is no question, or fewer than were wanted; empty if there are enough."""
        names = ", ".join(self.stories)
        if not self.asked and self.kinds and any(s.connections for s in self.stories.values()):
            kinds = ", ".join(self.texts.say(f"quiz.kind.{kind}") for kind in self.kinds)
            return self.texts.say("sheet.nothing_of_kind", names=names, kinds=kinds)
        if not self.asked:
            return self.texts.say("sheet.nothing", names=names)
        if self.wanted is not None and len(self.asked) < self.wanted:
            found, wanted = str(len(self.asked)), str(self.wanted)
            return self.texts.say("sheet.fewer", count=found, wanted=wanted)
        return ""

    @property
    def notes(self) -> Iterator[str]:
        """What a reader has to know first, a sentence each."""
        for name, story in self.stories.items():
            for sentence in shortcomings(story):
                yield f"{name}: {sentence}" if len(self.stories) > 1 else sentence
        if self.lacks:
            yield self.lacks

    def questions(self, *, key: bool) -> tuple[Question, ...]:
        """The questions in words, with their answers in the `key`."""
        return questions(self.asked, self.stories, self.texts, key=key)


def quiz_of(
    stories: Mapping[str, Story], texts: Texts, seed: int, kinds: Sequence[str], count: int | None
) -> Quiz:
    """A quiz of so many questions, of some kinds; of each kind one, unless told otherwise."""
    chosen = tuple(dict.fromkeys(kinds)) or tuple(KINDS)
    number = max(_USUAL, len(chosen)) if count is None else count
    found = asked(tuple(stories.values()), seed, chosen, number)
    return Quiz(stories, found, seed, texts, count, tuple(dict.fromkeys(kinds)))
