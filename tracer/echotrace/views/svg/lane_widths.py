"""How wide the columns of a timeline are drawn: so that their cells have the fewest lines."""

from collections.abc import Iterator, Mapping, Sequence

from echotrace.views.svg.inlaid import Inlaid
from echotrace.views.widths import LEAST_COLUMN, LEAST_SERVER, widths

GAP = 3  # characters before each column


def lane_widths(cells: Mapping[str, Sequence[Inlaid]], room: int) -> Mapping[str, int]:
    """The widths, in characters, of columns with these cells."""

    def lines(wide: Mapping[str, int]) -> int:
        return sum(len(cell.lines(wide[key])) for key, own in cells.items() for cell in own)

    return min(_candidates(cells, room), key=lines)


def _candidates(cells: Mapping[str, Sequence[Inlaid]], room: int) -> Iterator[Mapping[str, int]]:
    """Those of the terminal, and others that give the first column more or less."""
    keys = list(cells)
    needs = {key: max((len(cell.text) for cell in cells[key]), default=0) for key in keys}
    yield widths(keys, needs, room - len(keys))
    first, *others = keys
    left = room - GAP * len(keys)
    for width in range(LEAST_SERVER, left - LEAST_COLUMN * len(others) + 1) if others else ():
        yield {first: width} | dict.fromkeys(others, (left - width) // len(others))
