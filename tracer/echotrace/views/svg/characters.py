"""The characters that drawings have: those of the one font that is always there.

A PDF for all readers (PDF/UA-1) must not have a character that its fonts cannot show, and those of
other fonts have other widths: what DejaVu Sans Mono lacks is escaped, as control characters are.
"""

from echotrace.views.words import safe

#: Latin, Greek, Cyrillic; punctuation, arrows, signs of mathematics, lines, blocks, shapes.
_DRAWN = (
    range(0x20, 0x180), range(0x384, 0x3CF), range(0x400, 0x460), range(0x2010, 0x2023),
    range(0x2026, 0x2027), range(0x2190, 0x2200), range(0x2260, 0x2266), range(0x2500, 0x2600),
    range(0x2212, 0x2213),
)  # fmt: skip


def drawable(text: object) -> str:
    """Text from outside, or what stands in its place, with all that cannot be drawn escaped."""
    return "".join(
        c if any(ord(c) in each for each in _DRAWN) else f"\\u{ord(c):04x}" for c in safe(text)
    )
