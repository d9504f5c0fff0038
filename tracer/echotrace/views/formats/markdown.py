"""A document as Markdown with tables (GitHub Flavored Markdown, sections 4.10 and 6.1).

Calls are code spans, in which nothing is markup; all other text is escaped. In a table a bar ends
a cell even within a code span, unless there is a backslash before it.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from echotrace.views.document.nouns import (
    Block,
    Document,
    Item,
    Kind,
    Listing,
    Paragraph,
    Picture,
    Table,
)
from echotrace.views.document.runs import Blank, Code, Marker, Run, Strong, Text, runs
from echotrace.views.words import safe

_MARKUP = re.compile(r"([\\`*_\[\]#|~$!@])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
#: What GitHub would make a link of, and what begins a block.
_LINK = re.compile(r"(?i)(?<=http)s?:|(?<=ftp):|(?<=www)\.")
_BLOCK = re.compile(r"^([-+]|[0-9]+(?=[.)]))")
_FENCES = re.compile(r"`+")


def markdown(document: Document) -> str:
    """The text, ended by a newline."""
    blocks = "\n\n".join("\n".join(_DRAWN[type(block)](block)) for block in document.blocks)
    return f"**{text(document.title)}**\n\n{blocks}\n"


def text(plain: str) -> str:
    """Text in which nothing is markup."""
    entities = "".join(_ENTITIES.get(character, character) for character in safe(plain).strip())
    escaped = _MARKUP.sub(r"\\\1", entities)
    return _BLOCK.sub(_referred, _LINK.sub(_referred, escaped))


def _referred(found: re.Match[str]) -> str:
    """The characters as numeric references, which are never markup."""
    return "".join(f"&#{ord(character)};" for character in found[0])


def code(plain: str) -> str:
    r"""A code span for a table's cell.

    A backslash before a bar would be ambiguous: there the bar is written as in a payload, `\x7c`.
    """
    shown = safe(plain).replace("\\|", "\\\\x7c").replace("|", "\\|")
    fence = "`" * (max((len(run) for run in _FENCES.findall(shown)), default=0) + 1)
    edge = " " if shown[:1] in ("`", " ") or shown[-1:] in ("`", " ") else ""
    return f"{fence}{edge}{shown}{edge}{fence}" if shown.strip() else ""


def inline(told: Text) -> str:
    """The runs of a text."""
    return "".join(map(_run, runs(told)))


def _run(run: Run) -> str:
    match run:
        case str():
            return text(run)
        case Code(text=plain):
            return code(plain)
        case Strong(text=plain):
            return f"**{text(plain)}**"
        case Marker(number=number):
            return f"({number})"
        case Blank(label=label, width=width, answer=answer):
            return f"({text(label)}) " + ("\\_" * width if answer is None else text(answer))


def _table(table: Table) -> Iterator[str]:
    yield f"**{text(table.caption)}**"
    yield ""
    yield _row(map(text, table.head))
    yield _row("---" for _ in table.head)
    for group in table.groups:
        label = text(group.label)
        for line in group.lines:
            cells = map(_item, line.items)
            yield _row((label, *cells) if table.labelled else tuple(cells))
            label = ""


def _row(cells: "Iterator[str] | tuple[str, ...] | map[str]") -> str:
    return f"| {' | '.join(cells)} |"


def _item(item: Item) -> str:
    if item.kind is not Kind.CALL:
        return inline(item.text)
    number = "" if item.event is None else f"{item.event} "
    return number + (code(item.text) if isinstance(item.text, str) else inline(item.text))


def _paragraph(paragraph: Paragraph) -> Iterator[str]:
    yield f"**{inline(paragraph.text)}**" if paragraph.warning else inline(paragraph.text)


def _listing(listing: Listing) -> Iterator[str]:
    yield f"**{text(listing.heading)}**"
    yield ""
    for number, sentence in enumerate(listing.sentences, start=1):
        yield f"{number}. {inline(sentence)}"


def _picture(picture: Picture) -> Iterator[str]:
    """An indented code block ends with its indentation, whatever is in it."""
    if picture.caption:
        yield f"**{text(picture.caption)}**"
        yield ""
    yield from (f"    {safe(line)}" for line in picture.lines)


_DRAWN: Mapping[type[Block], Callable[..., Iterator[str]]] = {
    Table: _table,
    Paragraph: _paragraph,
    Listing: _listing,
    Picture: _picture,
}
