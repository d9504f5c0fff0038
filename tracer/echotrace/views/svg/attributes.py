"""Attributes of SVG's elements, spelt alike for the same drawing on every machine; in points."""

_DIGITS = 2  # to a hundredth


def number(value: float) -> str:
    """A number to a hundredth."""
    return f"{round(value, _DIGITS) + 0:.{_DIGITS}f}".rstrip("0").rstrip(".")  # + 0: no minus zero


def point(x: float, y: float) -> str:
    """A place on a path."""
    return f"{number(x)} {number(y)}"


def place(x: float, y: float) -> str:
    """Where an element begins."""
    return f'x="{number(x)}" y="{number(y)}"'


def size(width: float, height: float, unit: str = "") -> str:
    """How wide and high an element is, in the drawing's unit unless another is named."""
    return f'width="{number(width)}{unit}" height="{number(height)}{unit}"'


def extent(x: float, y: float, width: float, height: float) -> str:
    """Where a rectangle begins, and its size; it ends where what begins there does."""
    wide, high = (
        round(at + long, _DIGITS) - round(at, _DIGITS) for at, long in ((x, width), (y, height))
    )
    return f"{place(x, y)} {size(wide, high)}"


def stroke(colour: str, thick: float, *, dashed: bool) -> str:
    """How an outline or a line looks, behind the other attributes."""
    dashes = ' stroke-dasharray="3 2"' if dashed else ""
    return f' stroke="{colour}" stroke-width="{number(thick)}"{dashes}'
