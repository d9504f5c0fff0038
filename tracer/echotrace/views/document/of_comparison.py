"""The document that a comparison is: a table for each part, then what differs in words."""

from collections.abc import Iterator, Mapping
from itertools import groupby

from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story
from echotrace.views import comparison_words as told
from echotrace.views import words
from echotrace.views.cells import WAIT
from echotrace.views.document.nouns import (
    Block,
    Document,
    Group,
    Item,
    Kind,
    Line,
    Listing,
    Paragraph,
    Picture,
    Table,
)
from echotrace.views.folding import Fold, Shown, shown
from echotrace.views.layout import Row
from echotrace.views.parts import lay_out
from echotrace.views.side_by_side import elsewhere
from echotrace.views.side_cells import said
from echotrace.views.supplements import Supplement, supplements


def document(compared: Comparison, *, whole: bool) -> Document:
    """The document; unless `whole` is wanted, what needs no reading is folded."""
    return Document("comparison", told.title(compared), tuple(_blocks(compared, whole=whole)))


def _blocks(compared: Comparison, *, whole: bool) -> Iterator[Block]:
    parts, left_out = shown(lay_out(compared), whole=whole)
    stories = dict(zip(compared.names, compared.stories, strict=True))
    yield from (Paragraph(note, warning=True) for note in told.notes(compared))
    for folded, group in groupby(parts, lambda part: part.folded):
        if folded:
            yield _folded(compared, list(group))
        else:
            yield from (_table(part, stories) for part in group)
    if left_out:
        yield Paragraph(left_out, warning=True)
    rows = [line for part in parts for line in part.lines if isinstance(line, Row)]
    waits = any(
        said(stories[cell.column], cell).wait is not None for row in rows for cell in row.cells
    )
    legend = " · ".join(told.legend(compared, rows, {}, waited=WAIT if waits else ""))
    yield from [Paragraph(legend)] if legend else []
    for answer in told.answers(compared):
        if answer.sentence:
            yield Paragraph(": ".join(filter(None, (answer.heading, answer.sentence))))
        else:
            yield Listing(answer.heading, tuple(f"{each.sentence}." for each in answer.differences))
    for each in supplements(compared):
        yield from _supplement(each)


def _head(titles: tuple[str, ...], label: str) -> tuple[str, ...]:
    first, *others = map(words.safe, titles)
    return (label, first, *(title for other in others for title in ("vs", other)))


def _table(part: Shown, stories: Mapping[str, Story]) -> Table:
    columns = part.part.layout.columns
    titles = tuple(": ".join(filter(None, (each.title, each.subtitle))) for each in columns)
    groups = groupby(part.lines, lambda line: line.section if isinstance(line, Row) else "")
    return Table(
        part.title,
        _head(titles, "section"),
        tuple(
            Group(section or "…", tuple(_line(line, part, stories) for line in lines))
            for section, lines in groups
        ),
        sides=len(columns),
    )


def _folded(compared: Comparison, parts: list[Shown]) -> Table:
    """The parts that are one line each, in one table."""
    groups = tuple(
        Group(part.title, tuple(_line(line, part, {}) for line in part.lines)) for part in parts
    )
    caption = ", ".join(part.title for part in parts[:3]) + (" …" if parts[3:] else "")
    return Table(caption, _head(compared.names, "section"), groups, len(compared.names))


def _line(line: Row | Fold, part: Shown, stories: Mapping[str, Story]) -> Line:
    sides = _texts(line) if isinstance(line, Fold) else list(_sides(line, part, stories))
    items: list[Item] = []
    for side, (item, mark) in enumerate(zip(sides, line.marks, strict=True)):
        items += [Item(mark, Kind.MARK)] if side else []
        items.append(item)
    return Line(tuple(items))


def _texts(fold: Fold) -> list[Item]:
    return [Item(text) if text else Item("", Kind.GAP) for text in fold.texts]


def _sides(row: Row, part: Shown, stories: Mapping[str, Story]) -> Iterator[Item]:
    for column, place in zip(part.part.layout.columns, row.moved, strict=True):
        cell = row.at(column.key)
        if cell is not None:
            yield Item(said(stories[column.key], cell).text, Kind.CALL, cell.event.seq)
        else:
            yield Item(elsewhere(place) if place else "", Kind.GAP)


def _supplement(each: Supplement) -> Iterator[Block]:
    if each.rows:
        groups = (Group(label, (Line(tuple(map(Item, rest))),)) for label, *rest in each.rows)
        yield Table(each.title, each.head, tuple(groups))
    if each.lines:
        yield Picture("" if each.rows else each.title, each.lines)
    if each.note:
        yield Paragraph(each.note)
