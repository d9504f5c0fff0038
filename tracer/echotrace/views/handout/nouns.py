"""What a handout is made from, and how it was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Asked
from echotrace.views.annotations import Annotations
from echotrace.views.paper import A4, Paper
from echotrace.views.quiz.own import Own
from echotrace.views.texts import Texts

MOST_SIDES = 4
#: The connections that are told of first, if there is no room for more.
FIRST = (1, 2)


def crowded(stories: Mapping[str, Story]) -> bool:
    """Whether any has more connections than a handout has room to tell of each."""
    return any(len(story.connections) > len(FIRST) for story in stories.values())


class Edition(StrEnum):
    """For whom it is: students fill in what the key for teachers has."""

    STUDENT = "student"
    KEY = "key"


@dataclass(frozen=True)
class Wish:
    """How a handout is to be.

    `connection` shows that one only; `max_rows` (of a timeline) at most so many, and says what it
    leaves out; `seed` chooses among the questions; `paper` is what it is printed on;
    `own` are the lecturer's own questions.
    """

    texts: Texts
    edition: Edition = Edition.STUDENT
    title: str = ""
    course: str = ""
    connection: int | None = None
    max_rows: int | None = None
    seed: int = 1
    paper: Paper = A4
    own: tuple[Own, ...] = ()


@dataclass(frozen=True)
class Making:
    """A handout in the making: its stories by the names of their sides, laid against each other.

    `compared` is None of a single one. `asked` are the questions, None where one of the lecturer's
    own takes the place.
    """

    stories: Mapping[str, Story]
    compared: Comparison | None
    wish: Wish
    annotations: Annotations
    asked: Sequence[Asked | None] = ()

    @property
    def texts(self) -> Texts:
        """The words of its language."""
        return self.wish.texts

    @property
    def key(self) -> bool:
        """Whether answers are shown."""
        return self.wish.edition is Edition.KEY
