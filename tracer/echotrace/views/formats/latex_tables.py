"""Tables in LaTeX, in tabulate's booktabs form, over several pages if need be."""

import re
from collections.abc import Iterator, Sequence

from tabulate import tabulate

from echotrace.views.document.nouns import Item, Kind, Table
from echotrace.views.document.runs import Blank, Code, plain, runs
from echotrace.views.formats.latex_text import WHOLE, call, inline, text

_FIRST = 0xF0000  # of the characters for private use, which stand for cells
_CODE, _TEXT = 4.8, 4.2  # points: a character of a call, and of words, on the safe side
_CAPITAL = 6.9
_GAP = 10.0  # points between columns: twice \tabcolsep
_MARK = 14.0
_SHORT = 24  # rows of a table that stays on one page
_NAME = re.compile(r"\w+")


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
    short = len(rows) <= _SHORT
    name, head_end = ("tabular", "\\midrule") if short else ("longtable", "\\midrule\\endhead")
    yield from ["\\begin{together}"] if short else []
    if block.caption.strip():
        title = text(block.caption)
        yield f"\\textbf{{{title}}}\\par" if short else f"\\headed{{{title}}}"
    yield f"{{\\small\\begin{{{name}}}{{{columns}}}"
    for line in lines[1:-1]:
        yield head_end if line == "\\midrule" else line
    yield f"\\end{{{name}}}}}"
    yield from ["\\end{together}"] if short else []


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
        _MARK if place in block.marks else max(_needed(row[place]) for row in rows if row[place:])
        for place in range(len(block.head))
    ]
    room = width - _GAP * len(needed)
    least = [
        each if place in block.marks else max(_longest(row[place]) for row in rows if row[place:])
        for place, each in enumerate(needed)
    ]
    given = _shared(needed, least, room)
    numbers = (Kind.NUMBER, Kind.EVENT)
    return "".join(
        f">{{\\{'raggedleft' if rows[-1][place].kind in numbers else 'raggedright'}"
        f"\\arraybackslash}}p{{{each:.1f}bp}}"
        for place, each in enumerate(given)
    )


def _needed(item: Item) -> float:
    number = 0 if item.event is None or item.kind is not Kind.CALL else len(str(item.event)) + 1
    room = sum(run.width for run in runs(item.text) if isinstance(run, Blank))
    return max((len(plain(item.text)) + number + room + 1) * _advance(item), _longest(item))


def _longest(item: Item) -> float:
    """The room of its longest name, which is not broken."""
    names = [name for name in _NAME.findall(plain(item.text)) if len(name) <= WHOLE]
    return max((_width(name) for name in names), default=0) + _TEXT


def _width(name: str) -> float:
    """How wide it is at most; capital letters are wider than others."""
    return sum(_CAPITAL if each.isupper() else _CODE for each in name)


def _advance(item: Item) -> float:
    """How wide a character is at most, if there are more than a few."""
    code = item.kind is Kind.CALL or any(isinstance(run, Code | Blank) for run in runs(item.text))
    return _CODE if code else _TEXT


def _shared(needed: Sequence[float], least: Sequence[float], room: float) -> Sequence[float]:
    """Who needs less than a fair share gets that, and the others share what is left.

    Nobody gets less than the `least`, if there is room for that.
    """
    if sum(least) > room:
        least = [0.0] * len(needed)
    given = dict(enumerate(least))
    left = room - sum(least)
    wanting = sorted(given, key=lambda place: needed[place] - least[place])
    for number, place in enumerate(wanting):
        more = min(needed[place] - least[place], left / (len(wanting) - number))
        given[place] += more
        left -= more
    return list(given.values())
