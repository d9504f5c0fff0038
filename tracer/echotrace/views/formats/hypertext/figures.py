"""Drawings in HTML: the SVG stands in the page, with no name that another one could have, too."""

import re
from collections.abc import Iterator

from echotrace.views.document.nouns import Figure
from echotrace.views.drawing import Drawing
from echotrace.views.formats.hypertext.setting import Setting, escaped

_NAMES = re.compile(r' (?:id|role|aria-labelledby)="[^"]*"')


def figure(block: Figure, setting: Setting) -> Iterator[str]:
    """Each drawing with the caption, and which of them it is."""
    count = len(block.drawings)
    for number, drawing in enumerate(block.drawings, start=1):
        part = " " + setting.say("part", number=str(number), count=str(count)) if count > 1 else ""
        yield "<figure>"
        yield f'<div class="wide" tabindex="0">{_inline(drawing)}</div>'
        yield f"<figcaption>{escaped(block.caption)}{part}</figcaption>"
        yield "</figure>"


def _inline(drawing: Drawing) -> str:
    named = f'<svg role="img" aria-label="{escaped(drawing.title)}" '
    return _NAMES.sub("", drawing.svg).replace("<svg ", named, 1).strip()
