"""Every two sides in the page's data: the rows, marks and sentences of the comparison."""

from collections.abc import Mapping
from itertools import combinations

import pytest

from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.views import comparison_words as told
from echotrace.views.costs import NOTE, cost_rows
from echotrace.views.page import nouns
from echotrace.views.page.pairs import pairs
from echotrace.views.page.side import side
from echotrace.views.page.texts import HOLE
from echotrace.views.parts import lay_out
from echotrace.views.side_by_side import elsewhere
from echotrace.views.side_cells import said
from opened_page import unpacked


@pytest.fixture(scope="module")
def packed(stored: Mapping[str, Story]) -> Mapping[str, nouns.Side]:
    """The ten servers as the page's data."""
    return {name: side(name, story, "connection") for name, story in stored.items()}


@pytest.fixture(scope="module")
def sides(packed: Mapping[str, nouns.Side]) -> Mapping[str, nouns.Side]:
    """The same with their numbers as they are."""
    return {name: unpacked(each) for name, each in packed.items()}


@pytest.fixture(scope="module")
def found(stored: Mapping[str, Story], packed: Mapping[str, nouns.Side]) -> nouns.Pairs:
    """All pairs of the ten servers."""
    return pairs(stored, list(packed.values()))


def _text(found: nouns.Pairs, number: int) -> str:
    """A text unpacked."""
    pattern, *numbers = found.texts[number]
    first, *others = found.patterns[pattern].split(HOLE)
    return first + "".join(f"{n}{piece}" for n, piece in zip(numbers, others, strict=True))


def test_rows_are_those_of_the_comparison(
    stored: Mapping[str, Story], sides: Mapping[str, nouns.Side], found: nouns.Pairs
) -> None:
    """Of any two servers every row has the section, events, texts and mark that compare gives."""
    names = list(stored)
    assert [each.sides for each in found.pairs] == [
        list(two) for two in combinations(range(len(names)), 2)
    ]
    for pair in found.pairs:
        own = [names[number] for number in pair.sides]
        compared = compare([stored[name] for name in own], names=own)
        parts = lay_out(compared)
        assert [(part.title, part.rows) for part in pair.parts] == [
            (part.title, len(part.layout.rows)) for part in parts
        ]
        rows = [row for part in parts for row in part.layout.rows]
        assert [pair.sections[number] for number in pair.rows.section] == [r.section for r in rows]
        assert [pair.marks[number] for number in pair.rows.mark] == [r.marks[1] for r in rows]
        for which, (name, numbers) in enumerate(
            zip(own, (pair.rows.left, pair.rows.right), strict=True)
        ):
            cells = [row.at(name) for row in rows]
            assert [sides[name].rows.seq[n] if n >= 0 else None for n in numbers] == [
                cell and cell.event.seq for cell in cells
            ]
            assert [_text(found, number) for number in pair.rows.said[which::2]] == [
                said(stored[name], cell).text if cell else elsewhere(at) if at else ""
                for cell, at in zip(cells, (row.moved[which] for row in rows), strict=True)
            ]


def test_differences_are_those_of_compare(stored: Mapping[str, Story], found: nouns.Pairs) -> None:
    """Of any two servers the differences, the notes and the legend's marks are those of compare."""
    names = list(stored)
    for pair in found.pairs:
        own = [names[number] for number in pair.sides]
        compared = compare([stored[name] for name in own], names=own)
        assert [(each.sentence, each.events) for each in pair.differences] == [
            (each.sentence, list(map(list, each.events))) for each in compared.differences[0]
        ]
        assert pair.notes == list(told.notes(compared))
        used = {pair.marks[number] for number in pair.rows.mark}
        assert used <= {sign.partition(" ")[0] for sign in pair.legend}


def test_costs_are_those_of_compare(stored: Mapping[str, Story], found: nouns.Pairs) -> None:
    """Of any two servers the table of costs is that below their comparison, with its note."""
    names = list(stored)
    for pair in found.pairs:
        own = [stored[names[number]] for number in pair.sides]
        assert [tuple(_text(found, number) for number in row) for row in pair.costs] == list(
            cost_rows(own)
        )
        assert pair.costs_note == NOTE


def test_without_marks_both_sides_are_left(
    stored: Mapping[str, Story], sides: Mapping[str, nouns.Side], found: nouns.Pairs
) -> None:
    """Gaps and marks left out, each course of a pair is that of its side: all steps, in order."""
    names = list(stored)
    for pair in found.pairs:
        for number, rows in zip(pair.sides, (pair.rows.left, pair.rows.right), strict=True):
            name = names[number]
            alone = compare([stored[name], stored[name]], names=[name, "again"])
            steps = [event.seq for each in alone.alignments for event in each.events(0)]
            own = [sides[name].rows.seq[row] for row in rows if row >= 0]
            assert sorted(own) == sorted(steps)
            first = 0
            for part in pair.parts:
                course = [row for row in rows[first : first + part.rows] if row >= 0]
                assert [sides[name].rows.seq[row] for row in course] == sorted(
                    sides[name].rows.seq[row] for row in course
                )
                first += part.rows


def test_a_row_is_at_the_return_of_a_call_that_waited(
    sides: Mapping[str, nouns.Side], found: nouns.Pairs
) -> None:
    """A cell of a call that waited and returned refers to the return, whose state is the later."""
    names = list(sides)
    begin, returned = 1, 2
    for pair in found.pairs:
        for number, rows in zip(pair.sides, (pair.rows.left, pair.rows.right), strict=True):
            own = sides[names[number]].rows
            returning = {
                seq for seq, part in zip(own.seq, own.part, strict=True) if part == returned
            }
            for row in rows:
                assert row < 0 or own.part[row] != begin or own.seq[row] not in returning


def test_one_side_has_no_pair(stored: Mapping[str, Story]) -> None:
    """A page of one trace compares nothing."""
    assert pairs({"fork": stored["fork"]}, [side("fork", stored["fork"], "connection")]).pairs == []
