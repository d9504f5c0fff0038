"""The handout as a document: four pages, each of which asks before it tells."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from echotrace.story.compare.choice import Choice
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.views.annotations import Annotations
from echotrace.views.document.nouns import Block, Document
from echotrace.views.handout import moments_page, question_page, questions_page, timeline_page
from echotrace.views.handout.markers import markers
from echotrace.views.handout.nouns import Making, Wish

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
        blocks=tuple(block for page in _PAGES for block in page(making)),
        course=wish.course,
        edition=texts.say(f"edition.{wish.edition}"),
        language=texts.language,
    )


def _title(making: Making) -> str:
    names = tuple(making.stories)
    if len(names) == 1:
        return making.texts.say("handout.title_one", first=names[0])
    return making.texts.say("handout.title_many", all=", ".join(names))
