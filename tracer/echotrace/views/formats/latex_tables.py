"""Tables in LaTeX, in tabulate's booktabs form, over several pages if need be."""

from collections.abc import Iterator, Sequence

from tabulate import tabulate

from echotrace.views.document.nouns import Item, Kind, Table
from echotrace.views.document.runs import Blank, plain, runs
from echotrace.views.formats.latex_text import call, inline, text

_FIRST = 0xF0000  # of the characters for private use, which stand for cells
_ADVANCE = 5.2  # points: a character of a cell, on the safe side
_GAP = 10.0  # points between columns: twice \tabcolsep
_MARK = 14.0


def table(block: Table, width: float) -> Iterator[str]:
    """The table, in a width (points); its head stands on each page."""
    labelled = block.labelled
    rows = [
        ([Item(group.label if number == 0 else "")] if labelled else []) + list(line.items)
        for group in block.groups
        for number, line in enumerate(group.lines)
    ]
    head = [Item(word) for word in block.head]
    cells = [[_head(item) for item in head], *([_cell(item) for item in row] for row in rows)]
    # Tabulate escapes cells that are text: each goes through it as a character of its own.
    stand_ins: dict[int, str] = {}
    for row in cells:
        for place, cell in enumerate(row):
            number = _FIRST + len(stand_ins)
            stand_ins[number] = cell
            row[place] = chr(number)
    made = tabulate(cells[1:], cells[0], tablefmt="latex_booktabs", disable_numparse=True)
    lines = made.translate(stand_ins).splitlines()
    columns = _columns(block, [head, *rows], width)
    if block.caption.strip():
        yield f"\\headed{{{text(block.caption)}}}"
    yield f"\\begin{{longtable}}{{{columns}}}"
    for line in lines[1:-1]:
        yield "\\midrule\\endhead" if line == "\\midrule" else line
    yield "\\end{longtable}"


def _head(item: Item) -> str:
    return f"\\textbf{{{inline(item.text)}}}"


def _cell(item: Item) -> str:
    if item.kind is not Kind.CALL:
        return inline(item.text)
    number = "" if item.event is None else f"{item.event} "
    return number + call(item.text)


def _columns(block: Table, rows: Sequence[Sequence[Item]], width: float) -> str:
    """As wide as they need, or what there is shared among those that need more."""
    needed = [
        _MARK
        if place in block.marks
        else max(_needed(row[place]) for row in rows if place < len(row))
        for place in range(len(block.head))
    ]
    room = width - _GAP * len(needed)
    given = _shared(needed, room)
    numbers = (Kind.NUMBER, Kind.EVENT)
    return "".join(
        f">{{\\{'raggedleft' if rows[-1][place].kind in numbers else 'raggedright'}"
        f"\\arraybackslash}}p{{{each:.1f}bp}}"
        for place, each in enumerate(given)
    )


def _needed(item: Item) -> float:
    number = 0 if item.event is None or item.kind is not Kind.CALL else len(str(item.event)) + 1
    room = sum(run.width for run in runs(item.text) if isinstance(run, Blank))
    return (len(plain(item.text)) + number + room + 1) * _ADVANCE


def _shared(needed: Sequence[float], room: float) -> Sequence[float]:
    """Who needs less than a fair share gets that, and the others share what is left."""
    most = room
    wanting = sorted(needed)
    for number, each in enumerate(wanting):
        most = (room - sum(wanting[:number])) / (len(wanting) - number)
        if each > most:
            break
    return [min(each, most) for each in needed]
