"""A document as an HTML fragment: one section with its own style, no script, nothing from outside.

It reads without its style, too: what a colour or a hatch says stands there as a mark or a word.
Every text passes `escaped`; no attribute has text from a trace in it.
"""

from collections.abc import Callable, Iterator, Mapping
from html import escape

from echotrace.story.compare.nouns import Mark
from echotrace.views.document.nouns import (
    Block,
    Document,
    Group,
    Item,
    Kind,
    Line,
    Listing,
    Paragraph,
    Picture,
    Table,
)
from echotrace.views.document.runs import Blank, Code, Marker, Run, Strong, Text, runs
from echotrace.views.formats.style import style
from echotrace.views.words import safe

_MEANINGS = {
    "=": "the same",
    "≠": "not the same",
    "<": "only in the first",
    ">": "not in the first",
    "~": "moved",
}


def fragment(document: Document) -> str:
    """The fragment, of class `echotrace-comparison` or `echotrace-timeline`."""
    name = f"echotrace-{document.kind}"
    blocks = (line for block in document.blocks for line in _DRAWN[type(block)](block))
    return "\n".join((
        f'<section class="{name}" lang="en">',
        f"<style>{style(name)}</style>",
        f'<p class="title">{escaped(document.title)}</p>',
        *blocks,
        "</section>\n",
    ))  # fmt: skip


def escaped(text: str) -> str:
    """Text in which nothing is markup, and nothing steers the reader's eye."""
    return escape(safe(text), quote=True)


def inline(text: Text) -> str:
    """The runs of a text, each in its own element."""
    return "".join(map(_run, runs(text)))


def _run(run: Run) -> str:
    match run:
        case str():
            return escaped(run)
        case Code(text=text):
            return f"<code>{escaped(text)}</code>"
        case Strong(text=text):
            return f"<strong>{escaped(text)}</strong>"
        case Marker(number=number):
            return f'<span class="marker">{number}</span>'
        case Blank(label=label, width=width, answer=answer):
            room = escaped(answer) if answer is not None else "_" * width
            return f'<span class="blank">({escaped(label)}) {room}</span>'


def _table(table: Table) -> Iterator[str]:
    yield '<div class="wide" tabindex="0">'
    yield f'<table class="sides of-{table.sides}">' if table.sides else "<table>"
    yield f"<caption>{escaped(table.caption)}</caption>"
    heads = "".join(_heading(title, mark=n in table.marks) for n, title in enumerate(table.head))
    yield f"<thead><tr>{heads}</tr></thead>"
    for group in table.groups:
        yield from _group(group)
    yield "</table>"
    yield "</div>"


def _heading(title: str, *, mark: bool) -> str:
    kind = ' class="mark"' if mark else ""
    return f'<th scope="col"{kind}>{escaped(title)}</th>'


def _group(group: Group) -> Iterator[str]:
    """The lines of a group in a body of their own, headed by its label."""
    span = f'scope="rowgroup" rowspan="{len(group.lines)}"'
    label = f"<th {span}>{escaped(group.label)}</th>" if group.label else ""
    yield "<tbody>"
    for line in group.lines:
        yield _line(line, label)
        label = ""
    yield "</tbody>"


def _line(line: Line, label: str) -> str:
    return f"<tr>{label}{''.join(map(_item, line.items))}</tr>"


def _item(item: Item) -> str:
    text = inline(item.text)
    match item.kind:
        case Kind.EVENT:
            return f'<th scope="row" class="seq" data-event="{item.event}">{text}</th>'
        case Kind.CALL if item.event is None:
            return f'<td class="call"><code>{text}</code></td>'
        case Kind.CALL:
            number = f'<span class="seq">{item.event}</span>'
            return f'<td class="call" data-event="{item.event}">{number} <code>{text}</code></td>'
        case Kind.MARK if item.text in _MEANINGS:
            differs = "" if item.text == Mark.SAME else " differs"
            return f'<td class="mark{differs}" title="{_MEANINGS[item.text]}">{text}</td>'
        case _:
            return f'<td class="{item.kind}">{text}</td>'


def _paragraph(paragraph: Paragraph) -> Iterator[str]:
    kind = "warning" if paragraph.warning else "note"
    yield f'<p class="{kind}">{inline(paragraph.text)}</p>'


def _listing(listing: Listing) -> Iterator[str]:
    yield f'<p class="heading">{escaped(listing.heading)}</p>'
    yield "<ol>"
    yield from (f"<li>{inline(sentence)}</li>" for sentence in listing.sentences)
    yield "</ol>"


def _picture(picture: Picture) -> Iterator[str]:
    if picture.caption:
        yield f'<p class="heading">{escaped(picture.caption)}</p>'
    lines = "\n".join(map(escaped, picture.lines))
    yield f"<pre>{lines}</pre>"


_DRAWN: Mapping[type[Block], Callable[..., Iterator[str]]] = {
    Table: _table,
    Paragraph: _paragraph,
    Listing: _listing,
    Picture: _picture,
}
