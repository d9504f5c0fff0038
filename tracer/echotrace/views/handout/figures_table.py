"""The table of figures: calls, tasks, descriptors, zombies, and who closes which connection."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from echotrace.story.closings import Closing, Sent, closings
from echotrace.story.costs.costs import costs
from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Field
from echotrace.views import words
from echotrace.views.document.nouns import Group, Item, Line, Table
from echotrace.views.document.runs import Run, Text, runs
from echotrace.views.handout.measures import MEASURES, ONLY_IF_ANY
from echotrace.views.handout.nouns import Making

_MOST_CONNECTIONS, _MOST_CLOSINGS = 3, 3


def table(making: Making) -> Table:
    """The table: a row for each figure, a column for each side."""
    texts, stories = making.texts, making.stories
    measured = [(story, costs(story)) for story in stories.values()]
    rows = []
    for name, measure in MEASURES.items():
        cells = [measure(*each, texts) for each in measured]
        if name not in ONLY_IF_ANY or any(cell != "0" for cell in cells):
            rows.append(_row(texts.say(f"figures.{_label(name, stories.values())}"), cells))
    rows += _closings(making)
    head = (texts.say("figures.measure"), *map(words.safe, stories))
    return Table(texts.say("figures.caption"), head, tuple(rows))


def _label(name: str, stories: Iterable[Story]) -> str:
    """The name of a row's text: of servers that have no connections it is about peers."""
    served = [each for story in stories for each in story.connections]
    peers = bool(served) and all(each.datagram for each in served)
    return "calls_per_peer" if peers and name == "calls_per_connection" else name


def _row(label: str, cells: Sequence[Text]) -> Group:
    return Group(label, (Line(tuple(map(Item, cells))),))


def _closings(making: Making) -> Iterator[Group]:
    """Who closes each connection; of many, the first ones."""
    texts, stories = making.texts, making.stories
    wanted = making.wish.connection
    most = max((len(story.connections) for story in stories.values()), default=0)
    numbers = range(1, most + 1) if wanted is None else range(wanted, wanted + 1)
    found = {side: closings(story) for side, story in stories.items()}
    for number in islice(numbers, _MOST_CONNECTIONS):
        cells = [
            _closed(making, side, story, number, found[side].get(number, ()))
            for side, story in stories.items()
        ]
        yield _row(texts.say("figures.closes", connection=f"#{number}"), cells)
    if len(numbers) > _MOST_CONNECTIONS:
        rest = [max(0, len(story.connections) - _MOST_CONNECTIONS) for story in stories.values()]
        shown = [
            texts.say("figures.not_shown", count=f"{count:,}") if count else "" for count in rest
        ]
        yield _row(texts.say("figures.closes_more"), shown)


def _closed(
    making: Making, side: str, story: Story, number: int, own: Sequence[Closing]
) -> Text:  # fmt: skip
    texts = making.texts
    if number > len(story.connections):
        return texts.say("figures.no_connection")
    if story.connection(number).datagram:
        return texts.say("figures.peer")
    told = [_closing(making, side, closing, several=len(own) > 1) for closing in own]
    if len(told) > _MOST_CLOSINGS:  # the last one says how the connection ends
        left_out = texts.say("closing.more", count=f"{len(told) - _MOST_CLOSINGS:,}")
        told = [*told[: _MOST_CLOSINGS - 1], (left_out,), told[-1]]
    if not any(closing.last for closing in own):
        told.append((texts.say("closing.open"),))
    joined: list[Run] = []
    for piece in told:
        joined += [", ", *piece] if joined else piece
    return tuple(joined)


def _closing(making: Making, side: str, closing: Closing, *, several: bool) -> tuple[Run, ...]:
    """Who closes: its copy, or the last one, and what the kernel sends then."""
    texts, annotations, seq = making.texts, making.annotations, closing.event.seq
    who = closing.event.actor
    if closing.by_end:
        process = making.stories[side].roles.process(who)
        who = texts.say("closing.by_end", actor=process)
    untold = any(annotations.blank(side, seq, part) for part in (Field.COUNT, Field.HOLDERS))
    kind = "one" if untold or not several else "last" if closing.last else "copy"
    said = texts.runs(f"closing.{kind}", who=who, seq=str(seq))
    blank = annotations.blank(side, seq, Field.WIRE)
    if blank is not None:
        return (*said, ": ", blank)
    if not closing.last or closing.sent is Sent.UNKNOWN:
        return said
    return (*said, ": ", *runs(texts.say(f"sent.{closing.sent}")))
