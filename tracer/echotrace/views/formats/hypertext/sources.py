"""Sources in HTML: ordered lists of lines, whose numbers are not selected with them."""

from collections.abc import Iterator
from itertools import groupby

from echotrace.views.document.nouns import Source, SourceLine, Sources
from echotrace.views.formats.hypertext.setting import Setting, escaped
from echotrace.views.formats.style import DEEPEST, STEP


def sources(block: Sources, setting: Setting) -> Iterator[str]:
    """All of them, beside each other where there is room."""
    yield '<div class="sources">'
    for source in block.sources:
        yield from _source(source, setting)
    yield "</div>"


def _source(source: Source, setting: Setting) -> Iterator[str]:
    yield '<section class="source">'
    file = f" <code>{escaped(source.file)}</code>" if source.file else ""
    yield setting.heading(f"{escaped(source.side)}{file}")
    if source.problem:
        yield f'<p class="warning">{escaped(source.problem)}</p>'
    for region, lines in groupby(source.lines, lambda line: line.region):
        if region:
            yield f'<p class="region">{escaped(region)}</p>'
        yield f'<ol class="lines{" in-region" if region else ""}">'
        yield from (_line(line, setting) for line in lines)
        yield "</ol>"
    yield "</section>"


def _line(line: SourceLine, setting: Setting) -> str:
    marker = setting.marker(line.marker) if line.marker is not None else ""
    if line.number is None:
        return f'<li class="left-out">{escaped(line.text)}</li>'
    indent = len(line.text) - len(line.text.lstrip(" "))
    step = min(indent // STEP, DEEPEST)
    code = f'<code class="step-{step}">{escaped(line.text)}</code>'
    return f'<li value="{line.number}">{marker}{code}</li>'
