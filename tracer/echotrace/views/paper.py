"""What documents are printed on: the room inside the margins, in points (1/72 inch)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Paper:
    """A sheet: how wide and high a drawing on it may be, and how big its text (points)."""

    width: float
    height: float
    text: float


#: A4 upright and lying (ISO 216): without margins of 15 mm at the sides, 18 mm above and 16 mm
#: below, and without the room of a caption: two lines on the one, one on the other.
A4 = Paper(width=510, height=716, text=8.5)
A4_LYING = Paper(width=757, height=483, text=8.5)
#: A slide of 16 to 9: read from the last row.
SLIDE = Paper(width=680, height=320, text=12)
