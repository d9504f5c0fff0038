"""The second page: what happened, side by side; in the key, what differs in words too."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import product

from echotrace.views import comparison_words, words
from echotrace.views.document.nouns import Block, Figure, Heading, Listing, Paragraph
from echotrace.views.drawing import Drawing
from echotrace.views.handout import further_connections
from echotrace.views.handout.nouns import FIRST, Making, crowded
from echotrace.views.paper import A4, A4_LYING, SLIDE, Paper
from echotrace.views.shortcomings import shortcomings
from echotrace.views.svg import comparison, timeline

_MOST_UPRIGHT = 2  # sides that have room beside each other on upright paper
#: Rows of the timeline unless so many are asked for: with more it would take most of the pages.
_MOST_ROWS = 120
#: Of many sides and connections so few that they have room on one sheet.
_FEWER = (40, 32, 25, 20)
#: Points: the size of text that must save a sheet.
_SMALLER = 8
#: Points of height that heading and caption take, and each warning; of so many at most.
_HEADING, _SENTENCE, _MOST_SAID = 30, 28, 5


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    texts = making.texts
    yield Heading(texts.say("heading.timeline"))
    yield from (Paragraph(sentence, warning=True) for sentence in _first(making))
    shown, drawings = _drawn(making)
    yield Figure("timeline", _caption(making, shown), drawings)
    if shown is not None:
        yield from further_connections.blocks(making, shown)
    if _same(making):
        yield Paragraph(texts.say("differences.none"))
    if not turned(making):
        yield from differences(making)


def _caption(making: Making, shown: Collection[int] | None) -> str:
    """What is drawn if not all is, and what the order says; a slide has room for a few words."""
    if making.wish.paper == SLIDE:
        short = "timeline.scale_short" if making.compared is None else "timeline.aligned_short"
        return making.texts.say(short)
    order = making.texts.say("timeline.scale" if making.compared is None else "timeline.aligned")
    return order if shown is None else f"{further_connections.sentence(making, shown)} {order}"


def _first(making: Making) -> Iterator[str]:
    """What makes the sides unlike, and what each trace lacks: said before anything else."""
    if making.compared is not None:
        yield from comparison_words.notes(making.compared)
    else:
        for story in making.stories.values():
            yield from shortcomings(story)


def _drawn(making: Making) -> tuple[Collection[int] | None, tuple[Drawing, ...]]:
    """The drawings, and which connections alone they show; None if they show all.

    Of many connections without room on one sheet the first ones are shown whole: better than the
    beginning and the end of all.
    """
    everything = _fewest(_ways(making, None))
    one = making.compared is None and making.wish.connection is None
    if len(everything) == 1 or not (one and crowded(making.stories)):
        return None, everything
    return FIRST, _fewest(_ways(making, FIRST))


def _fewest(ways: Iterator[tuple[Drawing, ...]]) -> tuple[Drawing, ...]:
    """The drawings on the fewest sheets: with every row if that takes no more, in larger text."""
    found = []
    for drawn in ways:
        found.append(drawn)
        if len(drawn) == 1:
            break
    return min(found, key=len)


def _ways(making: Making, shown: Collection[int] | None) -> Iterator[tuple[Drawing, ...]]:
    """The same in ways that take fewer and fewer sheets: smaller, with rows folded or left out."""
    wish, paper = making.wish, _paper(making)
    most = wish.max_rows or _MOST_ROWS
    papers = (paper, replace(paper, text=_SMALLER)) if wish.paper == A4 else (paper,)
    if making.compared is None:
        ((side, story),) = making.stories.items()
        for each in papers:
            yield timeline.draw(
                story, each, annotations=making.annotations, side=side,
                connections=shown if wish.connection is None else (wish.connection,),
                max_rows=most,
            )  # fmt: skip
        return
    ways = [(whole, each, most) for whole, each in product((True, False), papers)]
    if turned(making) and crowded(making.stories) and wish.max_rows is None:
        ways += [(False, papers[-1], fewer) for fewer in _FEWER]
    for whole, each, rows in ways:
        yield comparison.draw(
            making.compared, each, whole=whole, annotations=making.annotations, max_rows=rows
        )


def _paper(making: Making) -> Paper:
    """The paper as it is wished, A4 turned where many sides stand beside each other.

    The first sheet has a heading, a caption and what has to be said first on it, too.
    """
    paper = making.wish.paper
    if paper != A4:
        return paper
    paper = A4_LYING if turned(making) else A4
    said = sum(1 for _ in _first(making)) + _same(making)
    return replace(paper, height=paper.height - _HEADING - min(said, _MOST_SAID) * _SENTENCE)


def turned(making: Making) -> bool:
    """Whether the page lies on its side, where sentences have little room."""
    return making.wish.paper == A4 and len(making.stories) > _MOST_UPRIGHT


def _same(making: Making) -> bool:
    return making.compared is not None and making.compared.same


def differences(making: Making) -> Iterator[Block]:
    """What differs, for teachers: students are to find it."""
    compared, texts = making.compared, making.texts
    if compared is None or not making.key:
        return
    first, *others = map(words.safe, compared.names)
    for other, told in zip(others, compared.differences, strict=True):
        title = texts.say("differences.against", first=first, other=other)
        if told:
            yield Listing(title, tuple(f"{words.safe(each.sentence)}." for each in told))
