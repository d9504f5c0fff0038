"""Bands one below the other on as many drawings as it takes: none is cut in two."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from echotrace.views.svg.canvas import Canvas

_UNEVEN = 4.0  # points of height that drawings need not share


@dataclass(frozen=True)
class Band:
    """Something as wide as the drawing and so high (points), drawn at a height.

    One that `leads` is not the last on its drawing. `seqs` are the numbers of its events; `waits`
    has for each column whether somebody waits there above, and below the middle of the first line.
    `context` stands above it where it is the first on a drawing.
    """

    height: float
    draw: Callable[[Canvas, float], None]
    leads: bool = False
    seqs: tuple[int, ...] = ()
    waits: tuple[tuple[bool, bool], ...] = ()
    context: "Band | None" = None


@dataclass(frozen=True)
class Placed:
    """A band and the height at which it stands."""

    band: Band
    top: float

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.top + self.band.height


def _nothing(_canvas: Canvas, _bands: Sequence[Placed]) -> None:
    """Draw nothing behind the bands."""


@dataclass(frozen=True)
class Section:
    """Bands under a head, which is repeated; `behind` draws what spans several of them."""

    head: Band
    bands: Sequence[Band]
    behind: Callable[[Canvas, Sequence[Placed]], None] = _nothing


@dataclass
class Page:
    """A drawing to be: what stands on it, and how high that is."""

    height: float = 0
    parts: list[tuple[Section, list[Placed]]] = field(default_factory=list)

    def place(self, section: Section, bands: Sequence[Band]) -> None:
        """Put bands below those that are there."""
        if not self.parts or self.parts[-1][0] is not section:
            self.height += _between(self)
            self.parts.append((section, [Placed(section.head, self.height)]))
            self.height += section.head.height
        for band in bands:
            self.parts[-1][1].append(Placed(band, self.height))
            self.height += band.height

    def room_for(self, section: Section, bands: Sequence[Band], most: float) -> bool:
        """Whether the bands have room on a drawing of that height."""
        new = not self.parts or self.parts[-1][0] is not section
        head = section.head.height + _between(self) if new else 0
        return self.height + head + sum(band.height for band in bands) <= most

    @property
    def seqs(self) -> list[int]:
        """The numbers of the events on it, in order."""
        return sorted({seq for _, bands in self.parts for each in bands for seq in each.band.seqs})

    def draw(self, canvas: Canvas) -> None:
        """All of it."""
        for section, bands in self.parts:
            section.behind(canvas, bands[1:])
            for each in bands:
                each.band.draw(canvas, each.top)


def _between(page: Page) -> float:
    return 8 if page.parts else 0


def pages(sections: Sequence[Section], most: float) -> list[Page]:
    """The bands of all sections on drawings at most that high."""
    found = [Page()]
    for section in sections:
        for together in list(_together(section.bands)) or [[]]:
            bands = together
            if found[-1].parts and not found[-1].room_for(section, bands, most):
                found.append(Page())
                context = bands[0].context
                bands = [context, *bands] if context else bands
            found[-1].place(section, bands)
    return found


def even_pages(sections: Sequence[Section], most: float) -> list[Page]:
    """The same on as few drawings, none of which is far less full than the others."""
    found = pages(sections, most)
    if len(found) == 1:
        return found
    low, high = 0.0, most
    while high - low > _UNEVEN:
        middle = (low + high) / 2
        tried = pages(sections, middle)
        if len(tried) > len(found):
            low = middle
        else:
            found, high = tried, middle
    return found


def _together(bands: Sequence[Band]) -> Iterator[list[Band]]:
    """Each band with those that lead to it."""
    leading: list[Band] = []
    for band in bands:
        leading.append(band)
        if not band.leads:
            yield leading
            leading = []
    if leading:
        yield leading
