"""The handout as a document: four pages, each of which asks before it tells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from echotrace.errors import UserError
from echotrace.story.compare.choice import Choice
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Asked
from echotrace.views import words
from echotrace.views.annotations import Annotations
from echotrace.views.document.nouns import Block, Document
from echotrace.views.document.trail import trail
from echotrace.views.handout import (
    back_matter,
    moments_page,
    question_page,
    questions_page,
    timeline_page,
)
from echotrace.views.handout.markers import markers
from echotrace.views.handout.nouns import Edition, Making, Wish, crowded
from echotrace.views.quiz.blanks import blanks

_PAGES: Sequence[Callable[[Making], Iterator[Block]]] = (
    question_page.blocks,
    timeline_page.blocks,
    moments_page.blocks,
    questions_page.blocks,
)


def handout(stories: Mapping[str, Story], wish: Wish) -> Document:
    """The handout of one to four stories, by the names of their sides.

    UserError for a connection that no story has.
    """
    making = _making(stories, wish)
    texts = wish.texts
    return Document(
        kind="handout",
        title=wish.title or _title(making),
        blocks=tuple(_blocks(making)),
        course=wish.course,
        edition=texts.say(f"edition.{wish.edition}"),
        trail=trail(stories),
        language=texts.language,
        labels=texts.table("label"),
    )


def _making(stories: Mapping[str, Story], wish: Wish) -> Making:
    told = list(stories.values())
    compared = None
    if told[1:]:
        compared = compare(told, Choice(wish.connection), list(stories))
    else:
        _check(told[0], wish.connection)
    asked = questions_page.asked(stories, _as_asked(stories, wish))
    return Making(stories, compared, wish, _annotations(stories, wish, asked), asked)


def _check(story: Story, number: int | None) -> None:
    if number is not None and number > len(story.connections):
        known = len(story.connections)
        has = f"only #1 to #{known}" if known > 1 else "only #1" if known else "none"
        raise UserError(f"there is no connection #{number}: the trace has {has}")


def _as_asked(stories: Mapping[str, Story], wish: Wish) -> Wish:
    """Of many connections the first is asked about, so that the others can be told in a line each.

    A row with a blank is drawn, and so are those around it.
    """
    if wish.connection is None and crowded(stories):
        return replace(wish, connection=1)
    return wish


def _annotations(
    stories: Mapping[str, Story], wish: Wish, asked: Sequence[Asked | None]
) -> Annotations:
    """The marks of source lines, and a blank for all that is asked for."""
    own = [each for each in asked if each is not None]
    return Annotations(
        markers={name: markers(story) for name, story in stories.items()},
        blanks=blanks(own, list(stories), wish.texts, key=wish.edition is Edition.KEY),
    )


def _blocks(making: Making) -> Iterator[Block]:
    """The pages, and what the last one has room for."""
    pages = list(_pages(making))
    yield from pages
    if timeline_page.turned(making):
        yield from timeline_page.differences(making)
    yield from back_matter.blocks(making, _pages(_for_students(making)) if making.key else pages)


def _for_students(making: Making) -> Making:
    wish = replace(making.wish, edition=Edition.STUDENT)
    annotations = _annotations(making.stories, wish, making.asked)
    return replace(making, wish=wish, annotations=annotations)


def _pages(making: Making) -> Iterator[Block]:
    return (block for page in _PAGES for block in page(making))


def _title(making: Making) -> str:
    names = tuple(map(words.safe, making.stories))
    if len(names) == 1:
        return making.texts.say("handout.title_one", first=names[0])
    return making.texts.say("handout.title_many", first=", ".join(names[:-1]), last=names[-1])
