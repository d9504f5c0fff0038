"""The third page: descriptor tables and processes at three moments, and figures."""

from collections.abc import Iterator, Sequence

from echotrace.story.nouns import Story
from echotrace.story.turning_points import turning_points
from echotrace.views import words
from echotrace.views.document.nouns import Block, Figure, Heading, Paragraph, Table
from echotrace.views.handout import figures_table, flags_table
from echotrace.views.handout.nouns import Making
from echotrace.views.paper import SLIDE, Paper
from echotrace.views.svg import states

#: Points: with tables on their page pictures of a side are at least so high, they are at most so
#: high, and have so small a text.
_LEAST, _MOST, _TEXT = 140, 330, 8
#: Points that other things on a page take: heading and sentences, a table, a row of it, a caption.
_SENTENCES, _TABLE, _ROW, _CAPTION = 90, 36, 10.6, 18
#: Points that the title and the caption of a slide take from its drawing.
_AROUND = 40


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    texts = making.texts
    yield Heading(texts.say("heading.moments"))
    yield Paragraph(texts.say("moments.legend"))
    tables = (*flags_table.blocks(making), figures_table.table(making))
    room = _room(making, tables)
    for place, (side, story) in enumerate(making.stories.items(), 1):
        yield _pictures(making, place, side, story, room)
    yield from tables
    yield Paragraph(texts.say("figures.counts"))


def _pictures(making: Making, place: int, side: str, story: Story, room: Paper) -> Block:
    """The pictures of a side; a sentence where there are none."""
    texts, number = making.texts, making.wish.connection
    if number is not None and number > len(story.connections):
        said = texts.say("moments.missing", side=words.safe(side), connection=f"#{number}")
        return Paragraph(said)
    points = turning_points(story, number)
    if not points:
        return Paragraph(texts.say("moments.none", side=words.safe(side)))
    peer = story.connection(number or 1).datagram
    many = "one" if len(points) == 1 else "many"
    moments = texts.say(f"moments.count_{many}", count=str(len(points)))
    caption = texts.say(
        "moments.caption_peer" if peer else "moments.caption",
        side=words.safe(side), connection=f"#{number or 1}", moments=moments,
    )  # fmt: skip
    drawings = states.draw(
        story, points, room,
        annotations=making.annotations, side=side, said=texts,
    )  # fmt: skip
    return Figure(f"moments-{place}", caption, drawings)


def _room(making: Making, tables: Sequence[Block]) -> Paper:
    """What the pictures of a side have of the paper: a share of what the tables leave of a page.

    If that is too little, the tables go to the next page.
    """
    paper = making.wish.paper
    if paper == SLIDE:
        return Paper(paper.width, paper.height - _AROUND, paper.text)
    rows = [len(block.groups) for block in tables if isinstance(block, Table)]
    whole = paper.height - _SENTENCES
    left = whole - _TABLE * len(rows) - _ROW * sum(rows)
    beside, alone = (height / len(making.stories) - _CAPTION for height in (left, whole))
    return Paper(paper.width, min(beside if beside >= _LEAST else alone, _MOST), _TEXT)
