"""The third page: descriptor tables and processes at three moments, and figures."""

from collections.abc import Iterator

from echotrace.story.nouns import Story
from echotrace.story.turning_points import turning_points
from echotrace.views import words
from echotrace.views.document.nouns import Block, Figure, Heading, Paragraph
from echotrace.views.handout import figures_table, flags_table
from echotrace.views.handout.nouns import Making
from echotrace.views.paper import SLIDE, Paper
from echotrace.views.svg import states

#: Points: of a page of paper each side has so much for its pictures, in the smallest text.
_HEIGHT, _TEXT = 165, 8
#: Points that the title and the caption of a slide take from its drawing.
_AROUND = 40


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    texts = making.texts
    yield Heading(texts.say("heading.moments"))
    yield Paragraph(texts.say("moments.legend"))
    for place, (side, story) in enumerate(making.stories.items(), 1):
        yield _pictures(making, place, side, story)
    yield from flags_table.blocks(making)
    yield figures_table.table(making)


def _pictures(making: Making, place: int, side: str, story: Story) -> Block:
    """The pictures of a side; a sentence where there are none."""
    texts, number = making.texts, making.wish.connection
    if number is not None and number > len(story.connections):
        said = texts.say("moments.missing", side=words.safe(side), connection=f"#{number}")
        return Paragraph(said)
    points = turning_points(story, number)
    if not points:
        return Paragraph(texts.say("moments.none", side=words.safe(side)))
    peer = story.connection(number or 1).datagram
    caption = texts.say(
        "moments.caption_peer" if peer else "moments.caption",
        side=words.safe(side), connection=f"#{number or 1}", count=str(len(points)),
    )  # fmt: skip
    drawings = states.draw(
        story, points, _room(making.wish.paper),
        annotations=making.annotations, side=side, said=texts,
    )  # fmt: skip
    return Figure(f"moments-{place}", caption, drawings)


def _room(paper: Paper) -> Paper:
    """What a side has of the paper."""
    if paper == SLIDE:
        return Paper(paper.width, paper.height - _AROUND, paper.text)
    return Paper(paper.width, _HEIGHT, _TEXT)
