"""What a drawing is, whoever drew it: SVG that stands alone, and its size."""

from msgspec import Struct


class Drawing(Struct, frozen=True):
    """An SVG document with real text, so many points (1/72 inch) wide and high.

    `title` and `description` say what it shows for those who cannot see it; both are in it, too.
    """

    svg: str
    width: float
    height: float
    title: str
    description: str
