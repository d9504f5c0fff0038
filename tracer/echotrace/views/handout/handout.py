"""The handout as a document: four pages, each of which asks before it tells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from echotrace.story.compare.choice import Choice
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.tracefile import fingerprint
from echotrace.views import words
from echotrace.views.annotations import Annotations
from echotrace.views.document.nouns import Block, Document
from echotrace.views.handout import (
    back_matter,
    moments_page,
    question_page,
    questions_page,
    timeline_page,
)
from echotrace.views.handout.markers import markers
from echotrace.views.handout.nouns import Edition, Making, Wish

_PAGES: Sequence[Callable[[Making], Iterator[Block]]] = (
    question_page.blocks,
    timeline_page.blocks,
    moments_page.blocks,
    questions_page.blocks,
)
#: So many digits of a trace's fingerprint tell it from others.
_FINGERPRINT = 8


def handout(stories: Mapping[str, Story], wish: Wish) -> Document:
    """The handout of one to four stories, by the names of their sides.

    UserError for a connection that no story has.
    """
    names = tuple(stories)
    compared = None
    if len(stories) > 1:
        compared = compare(list(stories.values()), Choice(wish.connection), list(names))
    annotations = Annotations(markers={name: markers(story) for name, story in stories.items()})
    making = Making(stories, compared, wish, annotations)
    texts = wish.texts
    return Document(
        kind="handout",
        title=wish.title or _title(making),
        blocks=tuple(_blocks(making)),
        course=wish.course,
        edition=texts.say(f"edition.{wish.edition}"),
        trail=", ".join(_origin(name, story) for name, story in stories.items()),
        language=texts.language,
    )


def _blocks(making: Making) -> Iterator[Block]:
    pages = list(_pages(making))
    yield from pages
    for_students = replace(making, wish=replace(making.wish, edition=Edition.STUDENT))
    yield from back_matter.blocks(making, _pages(for_students) if making.key else pages)


def _pages(making: Making) -> Iterator[Block]:
    return (block for page in _PAGES for block in page(making))


def _origin(name: str, story: Story) -> str:
    """A side, and how the fingerprint of its trace begins."""
    return f"{words.safe(name)} {fingerprint(story.trace)[:_FINGERPRINT]}"


def _title(making: Making) -> str:
    names = tuple(map(words.safe, making.stories))
    if len(names) == 1:
        return making.texts.say("handout.title_one", first=names[0])
    return making.texts.say("handout.title_many", all=", ".join(names))
