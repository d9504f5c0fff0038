"""The drawers of all kinds of blocks in Markdown with tables; each gives lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from string import ascii_uppercase
from urllib.parse import quote

from echotrace.views.document import nouns
from echotrace.views.document.nouns import Block, Kind
from echotrace.views.document.runs import Code
from echotrace.views.formats.markdown_text import Setting, fence_of, text
from echotrace.views.words import safe

_RULE = "___"  # a line to write on


def drawn(block: Block, setting: Setting) -> Iterator[str]:
    """The lines of a block."""
    return _DRAWERS[type(block)](block, setting)


def _heading(heading: nouns.Heading, setting: Setting) -> Iterator[str]:
    yield setting.heading(text(heading.text))


def _paragraph(paragraph: nouns.Paragraph, setting: Setting) -> Iterator[str]:
    inline = setting.inline(paragraph.text)
    yield f"**{inline}**" if paragraph.warning else inline


def _table(table: nouns.Table, setting: Setting) -> Iterator[str]:
    yield from _captioned(table.caption)
    yield _row(map(text, table.head))
    yield _row("---" for _ in table.head)
    cell = replace(setting, cell=True)
    for group in table.groups:
        label = text(group.label)
        for line in group.lines:
            cells = [_item(item, cell) for item in line.items]
            yield _row([label, *cells] if table.labelled else cells)
            label = ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _item(item: nouns.Item, setting: Setting) -> str:
    if item.kind is not Kind.CALL:
        return setting.inline(item.text)
    number = "" if item.event is None else f"{item.event} "
    return number + setting.call(item.text)


def _captioned(caption: str) -> Iterator[str]:
    if caption.strip():
        yield from (f"**{text(caption)}**", "")


def _figure(figure: nouns.Figure, setting: Setting) -> Iterator[str]:
    """Each drawing below what it shows."""
    files = setting.files[figure]
    count = len(files)
    for number, (drawing, file) in enumerate(zip(figure.drawings, files, strict=True), start=1):
        part = setting.say("part", number=str(number), count=str(count)) if count > 1 else ""
        yield from (f"**{text(figure.caption)}** {part}".rstrip(), "")
        place = quote(file, errors="surrogateescape")
        yield f"![{text(drawing.title)}: {text(drawing.description)}]({place})"
        yield ""


def _listing(listing: nouns.Listing, setting: Setting) -> Iterator[str]:
    yield from _headed(listing.heading, setting)
    for number, sentence in enumerate(listing.sentences, start=1):
        yield f"{number}. {setting.inline(sentence)}"


def _definitions(definitions: nouns.Definitions, setting: Setting) -> Iterator[str]:
    yield from _headed(definitions.heading, setting)
    for term, meaning in definitions.entries:
        yield f"- **{setting.inline(term)}**: {setting.inline(meaning)}"


def _headed(words: str, setting: Setting) -> Iterator[str]:
    if words:
        yield from (setting.heading(text(words)), "")


def _picture(picture: nouns.Picture, _setting: Setting) -> Iterator[str]:
    yield from _captioned(picture.caption)
    yield from _fenced(picture.lines)


def _fenced(lines: Iterable[str]) -> Iterator[str]:
    """A code block, which ends with the fence that no line of it has."""
    shown = [safe(line).rstrip() for line in lines]
    fence = fence_of("\n".join(shown), 3)
    yield from (fence, *shown, fence)


def _sources(sources: nouns.Sources, setting: Setting) -> Iterator[str]:
    for source in sources.sources:
        file = setting.inline((Code(source.file),)) if source.file else ""
        yield from (setting.heading(f"{text(source.side)} {file}".strip()), "")
        if source.problem:
            yield from (f"**{text(source.problem)}**", "")
        if source.lines:
            yield from (*_fenced(_numbered(source)), "")


def _numbered(source: nouns.Source) -> Iterator[str]:
    """Beside each line its marker and its number; regions are named above and have a bar."""
    markers = max(len(str(line.marker or "")) for line in source.lines) + 2
    numbers = max(len(str(line.number or "")) for line in source.lines)
    for region, lines in groupby(source.lines, lambda line: line.region):
        if region:
            yield f"{'':{markers + numbers}}  ┌ {region}"
        bar = "│" if region else " "
        for line in lines:
            marker = f"({line.marker})" if line.marker is not None else ""
            yield f"{marker:>{markers}} {line.number or '':>{numbers}} {bar} {line.text}"


def _box(box: nouns.Box, setting: Setting) -> Iterator[str]:
    lines = [f"**{text(box.title)}**"]
    for sentence, answer in box.answered:
        lines.append(setting.inline(sentence))
        if answer is None:
            lines += [_RULE] * box.lines
        else:
            lines.append(f"**{setting.say('answer')}:** {setting.inline(answer)}")
    yield from _quoted(lines)


def _quoted(paragraphs: Sequence[str]) -> Iterator[str]:
    """Paragraphs with a bar at their side."""
    for number, paragraph in enumerate(paragraphs):
        yield from (">",) if number else ()
        yield f"> {paragraph}"


def _question(question: nouns.Question, setting: Setting) -> Iterator[str]:
    number = setting.say("question", number=str(question.number))
    kind = f": {text(question.kind)}" if question.kind else ""
    yield from (setting.heading(f"{number}{kind}"), "")
    yield from (setting.inline(question.stem), "")
    if question.excerpt:
        yield from (*_fenced(question.excerpt), "")
    for place, choice in enumerate(question.choices):
        yield f"- {ascii_uppercase[place]}: {setting.inline(choice)}"
    if question.choices:
        yield ""
    if question.answer is not None:
        yield from _answer(question.answer, setting)
    else:
        yield from (line for _ in range(question.lines) for line in (_RULE, ""))


def _answer(answer: nouns.Answer, setting: Setting) -> Iterator[str]:
    yield from _quoted([
        f"**{setting.say(name)}:** {setting.inline(said)}" for name, said in answer.parts
    ])  # fmt: skip


_DRAWERS: Mapping[type[Block], Callable[..., Iterator[str]]] = {
    nouns.Table: _table,
    nouns.Heading: _heading,
    nouns.Paragraph: _paragraph,
    nouns.Listing: _listing,
    nouns.Definitions: _definitions,
    nouns.Picture: _picture,
    nouns.Figure: _figure,
    nouns.Sources: _sources,
    nouns.Box: _box,
    nouns.Question: _question,
}
