"""What drawings are made of: text, boxes, lines, hatches, in points (1/72 inch) from the top left.

Everything is drawn with presentation attributes and paths: no style sheet, no pattern, so that
several drawings in one page do not touch each other, and all programs draw the same. Text has
characters of one width; places that take text have the top left of a line of it as their place.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from hashlib import sha256
from html import escape

from echotrace.views.document.runs import Blank
from echotrace.views.drawing import Drawing
from echotrace.views.svg import attributes
from echotrace.views.svg.characters import drawable

FONT = "DejaVu Sans Mono, monospace"
#: Advance of a character of DejaVu Sans Mono, in em: 1233 of 2048 units.
ADVANCE = 1233 / 2048
_LEADING = 1.35  # height of a line, in em
_BASELINE = 1.02  # of its text below the top of the line, in em
_HATCH_STEP = 3.0  # points between the lines of a hatch
_HEAD, _THICKER = 2.8, 1.5  # an arrow's head is so many points long, and so much of its thickness


class Colour(StrEnum):
    """Of Okabe and Ito's those in use. No colour says it alone: a letter or a hatch does, too."""

    BLACK = "#000000"  # with BLUE the only ones for text
    BLUE = "#0072B2"
    VERMILLION = "#D55E00"  # lines and fills
    GREY = "#767676"  # lines
    PALE = "#DEDEDE"  # hair lines between rows
    WHITE = "#FFFFFF"
    NONE = "none"


class Style(StrEnum):
    """How text looks."""

    PLAIN = f'fill="{Colour.BLACK}"'
    STRONG = f'fill="{Colour.BLACK}" font-weight="bold"'
    ACCENT = f'fill="{Colour.BLUE}"'
    STRONG_ACCENT = f'fill="{Colour.BLUE}" font-weight="bold"'
    ASIDE = f'fill="{Colour.BLACK}" font-style="italic"'


class Canvas:
    """A drawing in the making, `width` points wide with text of `size` points."""

    def __init__(self, width: float, size: float) -> None:
        self.width = width
        self.size = size
        #: The width of a character, and the height of a line of text.
        self.advance = size * ADVANCE
        self.line_height = size * _LEADING
        self._elements: list[str] = []

    def columns(self, width: float) -> int:
        """How many characters a width has room for."""
        return int(width / self.advance + 1e-6)

    def text(
        self, x: float, y: float, words: str, style: Style = Style.PLAIN, *, anchor: str = "start"
    ) -> float:
        """A line of text that starts at x, or has its middle or end there; gives its width."""
        shown = drawable(words)
        width = len(shown) * self.advance
        if not shown.strip():
            return width
        aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
        spaces = ' xml:space="preserve"' if " ".join(shown.split()) != shown else ""
        self._elements.append(
            f"<text {attributes.place(x, y + self.size * _BASELINE)}{aligned}{spaces} "
            f"{style.value}>{escape(shown)}</text>"
        )
        return width

    def box(  # noqa: PLR0913 -- those of SVG's rect
        self, x: float, y: float, width: float, height: float, *, fill: Colour = Colour.NONE,
        stroke: Colour = Colour.BLACK, thick: float = 0.8, dashed: bool = False, radius: float = 0,
    ) -> None:  # fmt: skip
        """A rectangle, its corners rounded by `radius`."""
        corners = f' rx="{attributes.number(radius)}"' if radius else ""
        look = f'fill="{fill}"{attributes.stroke(stroke, thick, dashed=dashed)}'
        self._elements.append(f"<rect {attributes.extent(x, y, width, height)}{corners} {look}/>")

    def line(
        self, x: float, y: float, to_x: float, to_y: float, *, stroke: Colour = Colour.BLACK,
        thick: float = 0.8, dashed: bool = False,
    ) -> None:  # fmt: skip
        """A straight line."""
        self._path([((x, y), (to_x, to_y))], stroke, thick, dashed=dashed)

    def arrow(
        self, x: float, y: float, to_x: float, to_y: float, *, stroke: Colour = Colour.BLACK,
        thick: float = 0.8, dashed: bool = False,
    ) -> None:  # fmt: skip
        """A line with a head at its end."""
        length = ((to_x - x) ** 2 + (to_y - y) ** 2) ** 0.5 or 1
        head = _HEAD + _THICKER * thick
        along = ((to_x - x) / length * head, (to_y - y) / length * head)
        base = (to_x - along[0], to_y - along[1])
        self.line(x, y, *base, stroke=stroke, thick=thick, dashed=dashed)
        corners = [
            (to_x, to_y),
            (base[0] - along[1] / 2, base[1] + along[0] / 2),
            (base[0] + along[1] / 2, base[1] - along[0] / 2),
        ]
        path = "L".join(attributes.point(*corner) for corner in corners)
        self._elements.append(f'<path d="M{path}Z" fill="{stroke}"/>')

    def hatch(
        self, x: float, y: float, width: float, height: float, *, stroke: Colour = Colour.BLACK
    ) -> None:
        """A rectangle of slanted lines, without an outline."""
        lines = []
        offset = _HATCH_STEP
        while offset < width + height:
            start = (x, y + offset) if offset <= height else (x + offset - height, y + height)
            end = (x + offset, y) if offset <= width else (x + width, y + offset - width)
            lines.append((start, end))
            offset += _HATCH_STEP
        self._path(lines, stroke, 0.6)

    def waiting(self, x: float, y: float, width: float, height: float) -> None:
        """A span of time in which somebody waits: hatched within an outline."""
        self.box(x, y, width, height, fill=Colour.WHITE, thick=0.5)
        self.hatch(x, y, width, height)

    def marker(self, x: float, y: float, number: int) -> float:
        """The number of a source line in a circle; gives the width that it takes."""
        slot = self.marker_columns(number) * self.advance
        height = self.line_height - 1
        wide = max(height, slot)
        self.box(x + (slot - wide) / 2, y + 0.5, wide, height, radius=height / 2, thick=0.6)
        self.text(x + slot / 2, y, str(number), anchor="middle")
        return slot

    @staticmethod
    def marker_columns(number: int) -> int:
        """How many characters a marker takes."""
        return len(str(number)) + 1

    def blank(self, x: float, y: float, blank: Blank) -> float:
        """A box to write in behind its label, in the key with the answer; gives the width."""
        label = f"({blank.label})"
        width = self.blank_columns(blank) * self.advance
        left = x + self.text(x, y, label, Style.ACCENT) + self.advance / 2
        self.box(left, y + 0.5, x + width - left, self.line_height - 1, stroke=Colour.BLUE)
        if blank.answer is not None:
            self.text(left + self.advance / 2, y, blank.answer, Style.STRONG_ACCENT)
        return width

    @staticmethod
    def blank_columns(blank: Blank) -> int:
        """How many characters a blank takes with its label."""
        return (
            len(f"({drawable(blank.label)})")
            + 2
            + max(blank.width, len(drawable(blank.answer or "")))
        )

    def drawing(self, height: float, title: str, description: str) -> Drawing:
        """All of it on white, so many points high."""
        title, description = drawable(title), drawable(description)
        width, height = float(attributes.number(self.width)), float(attributes.number(height))
        named = sha256("\n".join((title, description, *self._elements)).encode()).hexdigest()[:12]
        svg = "\n".join((
            f'<svg xmlns="http://www.w3.org/2000/svg" {attributes.size(width, height, "pt")}',
            f'viewBox="0 0 {attributes.number(width)} {attributes.number(height)}"',
            f'role="img" aria-labelledby="t{named} d{named}"',
            f'font-family="{FONT}" font-size="{attributes.number(self.size)}">',
            f'<title id="t{named}">{escape(title)}</title>',
            f'<desc id="d{named}">{escape(description)}</desc>',
            f'<rect {attributes.size(width, height)} fill="{Colour.WHITE}"/>',
            *self._elements,
            "</svg>\n",
        ))  # fmt: skip
        return Drawing(svg, width, height, title, description)

    def _path(
        self, lines: Iterable[Sequence[tuple[float, float]]], stroke: Colour, thick: float, *,
        dashed: bool = False,
    ) -> None:  # fmt: skip
        path = "".join(
            f"M{attributes.point(*start)}L{attributes.point(*end)}" for start, end in lines
        )
        if path:
            look = attributes.stroke(stroke, thick, dashed=dashed)
            self._elements.append(f'<path d="{path}" fill="none"{look}/>')
