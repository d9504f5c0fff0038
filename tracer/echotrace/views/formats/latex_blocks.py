"""The drawers of all kinds of blocks in LaTeX; each gives lines."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_uppercase

from echotrace.views.document import nouns
from echotrace.views.document.nouns import Block
from echotrace.views.document.runs import Text, plain
from echotrace.views.formats import setting
from echotrace.views.formats.latex_sources import sources
from echotrace.views.formats.latex_tables import table
from echotrace.views.formats.latex_text import code, inline, text

_LINE, _LETTER = 100, 6  # characters of a line of text, and about as many as a letter takes
_HEADINGS = ("section", "subsection", "subsubsection")


@dataclass(frozen=True)
class Setting(setting.Setting):
    """Also the names of the files of figures, and the room (points).

    `level` is that of the heading that the block is, or is below.
    """

    files: Mapping[nouns.Figure, Sequence[str]] = field(kw_only=True)
    width: float = field(kw_only=True)
    height: float = field(kw_only=True)

    shown = staticmethod(text)

    def heading(self, inner: str, below: int = 1) -> str:
        """A heading of what is LaTeX already, so many levels below."""
        command = _HEADINGS[min(max((self.level or 1) - 1, 0) + below, len(_HEADINGS) - 1)]
        return f"\\{command}*{{{inner}}}"


def drawn(block: Block, setting: Setting) -> Iterator[str]:
    """The lines of a block."""
    return _DRAWERS[type(block)](block, setting)


def _heading(heading: nouns.Heading, setting: Setting) -> Iterator[str]:
    yield setting.heading(text(heading.text), below=0)


def _paragraph(paragraph: nouns.Paragraph, _setting: Setting) -> Iterator[str]:
    inner = inline(paragraph.text)
    yield f"\\warning{{{inner}}}" if paragraph.warning else f"{inner}\\par"


def _table(block: nouns.Table, setting: Setting) -> Iterator[str]:
    return table(block, setting.width)


def _listing(listing: nouns.Listing, setting: Setting) -> Iterator[str]:
    yield from _headed(listing.heading, setting)
    for number, sentence in enumerate(listing.sentences, start=1):
        yield f"\\point{{{number}.}}{{{inline(sentence)}}}"


def _definitions(definitions: nouns.Definitions, setting: Setting) -> Iterator[str]:
    yield "\\begin{together}"
    yield from _headed(definitions.heading, setting)
    yield "\\begin{multicols}{2}"
    for term, meaning in definitions.entries:
        yield f"\\definition{{{inline(term)}}}{{{inline(meaning)}}}"
    yield "\\end{multicols}"
    yield "\\end{together}"


def _headed(words: str, setting: Setting) -> Iterator[str]:
    if words:
        yield setting.heading(text(words))


def _picture(picture: nouns.Picture, _setting: Setting) -> Iterator[str]:
    if picture.caption:
        yield f"\\headed{{{text(picture.caption)}}}"
    yield from (f"\\verbatimline{{{code(line)}}}" for line in picture.lines)


def _figure(figure: nouns.Figure, setting: Setting) -> Iterator[str]:
    """Each drawing in its own size, if there is room for it, above the caption."""
    names = setting.files[figure]
    for number, (drawing, name) in enumerate(zip(figure.drawings, names, strict=True), start=1):
        scale = min(1, setting.width / drawing.width, setting.height / drawing.height)
        size = f"width={drawing.width * scale:.2f}bp,height={drawing.height * scale:.2f}bp"
        part = setting.say("part", number=str(number), count=str(len(names)))
        caption = text(figure.caption) + (f" {part}" if len(names) > 1 else "")
        yield f"\\drawing{{{size}}}{{{name}.pdf}}{{{caption}}}"


def _sources(block: nouns.Sources, setting: Setting) -> Iterator[str]:
    return sources(block, setting.width, setting.height)


def _box(box: nouns.Box, setting: Setting) -> Iterator[str]:
    yield "\\begin{framed}"
    yield f"\\textbf{{{text(box.title)}}}\\par"
    for sentence, answer in box.answered:
        yield f"{inline(sentence)}\\par"
        if answer is None:
            yield from _room(box.lines)
        else:
            yield f"\\answer{{{setting.say('answer')}}}{{{inline(answer)}}}"
    yield "\\end{framed}"


def _question(question: nouns.Question, setting: Setting) -> Iterator[str]:
    yield "\\begin{together}"
    number = setting.say("question", number=str(question.number))
    title = f"\\textbf{{{number}}} \\emph{{{text(question.kind)}}}"
    yield f"{title}\\quad {inline(question.stem)}\\par"
    yield from (f"\\verbatimline{{{code(line)}}}" for line in question.excerpt)
    yield from _choices(question.choices)
    if question.answer is None:
        yield from _room(question.lines)
    else:
        yield from _answer(question.answer, setting)
    yield "\\end{together}"


def _choices(choices: Sequence[Text]) -> Iterator[str]:
    """Each with its letter, as many beside each other as a line has room for."""
    if not choices:
        return
    beside = min(_LINE // max(len(plain(choice)) + _LETTER for choice in choices), len(choices))
    lettered = zip(ascii_uppercase, map(inline, choices), strict=False)
    for place, (letter, choice) in enumerate(lettered):
        if beside > 1:
            end = "\\par" if place % beside == beside - 1 or place == len(choices) - 1 else "%"
            width = f"{1 / beside:.3f}\\linewidth"
            yield f"\\makebox[{width}][l]{{{letter}\\quad {choice}}}{end}"
        else:
            yield f"\\point{{{letter}}}{{{choice}}}"


def _answer(answer: nouns.Answer, setting: Setting) -> Iterator[str]:
    yield "\\begin{framed}"
    for name, said in answer.parts:
        yield f"\\answer{{{setting.say(name)}}}{{{inline(said)}}}"
    yield "\\end{framed}"


def _room(lines: int) -> Iterator[str]:
    return ("\\writingline" for _ in range(lines))


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
