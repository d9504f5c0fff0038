"""A document with a block of every kind, in both editions, of plain or of hostile words."""

from echotrace.views.document.nouns import (
    Answer,
    Block,
    Box,
    Definitions,
    Document,
    Figure,
    Group,
    Heading,
    Item,
    Kind,
    Line,
    Listing,
    Paragraph,
    Picture,
    Question,
    Source,
    SourceLine,
    Sources,
    Table,
)
from echotrace.views.document.runs import Blank, Code, Marker, Strong
from echotrace.views.drawing import Drawing
from echotrace.views.texts import texts

#: Markup of every format, and what steers terminals and readers.
HOSTILE = (
    '</script><img src=x onerror="alert(1)"> & &amp; #panic() *b* _i_ `c` $m$ \\input{x} % '
    "{n} ~ ^ | [l](http://e.x) <!-- ]]> \x1b[31m \u202e \0 'q' \"q\" @ref //c /*d*/ #let x"
)
_LABELS = texts("en").table("label")
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200pt" height="40pt"\nviewBox="0 0 200 40"\n'
    'role="img" aria-labelledby="t1 d1">\n'
    '<title id="t1">Two lines</title><desc id="d1">accept, then recv</desc>'
    '<text x="4" y="16" font-family="DejaVu Sans Mono, monospace" font-size="9">P0 accept(3) = 4'
    "</text></svg>"
)


def document(*blocks: Block, title: str = "A title") -> Document:
    """A document of these blocks alone."""
    return Document("handout", title, blocks, labels=_LABELS)


def sample(said: str = "fork copies the table", *, key: bool = False) -> Document:
    """The document; `said` stands wherever words from a trace could."""
    return Document(
        kind="handout",
        title=f"fork and thread: {said}",
        blocks=tuple(_blocks(said, key=key)),
        course="Operating systems 1",
        edition="key for teachers" if key else "for students",
        trail="fork 0f1e2d3c, thread 4b5a6978",
        labels=_LABELS,
    )


def wide() -> list[Block]:
    """Blocks for a page that lies: a drawing that is too wide for one that stands."""
    drawing = Drawing(
        _SVG.replace("200pt", "757pt").replace("0 200 ", "0 757 "),
        757,
        40,
        "Wide",
        "as wide as A4 lying",
    )
    return [Heading("On its side"), Figure("wide", "A wide drawing", (drawing,))]


def _blocks(said: str, *, key: bool) -> list[Block]:
    answer = Answer((said,), ("It is ", Code(said)), said) if key else None
    blank = Blank("a", 6, said if key else None)
    line = Line((Item(said, Kind.CALL, 7), Item("≠", Kind.MARK), Item((blank,), Kind.CALL, 9)))
    return [
        Heading("The question"),
        Paragraph((said, " says ", Code(said), ", ", Strong(said), Marker("fork", 3))),
        Paragraph(said, warning=True),
        Sources((
            Source("fork", "fork.c", (
                SourceLine(1, "int main(void)"),
                SourceLine(2, f'    write(1, "{said}", 3);', 1, "echo"),
                SourceLine(3, "", None, "echo"),
            )),
            Source("thread", "thread.c", problem=said),
        )),
        Box("Before you turn the page", (said, ("Who closes ", Code("fd 4"), "?")), lines=3),
        Heading("What happened"),
        Figure("timeline", said, (Drawing(_SVG, 200, 40, "Two lines", said),) * 2),
        Table(said, ("section", "fork", "vs", "thread"), (Group("echo", (line,) * 2),), sides=2),
        Table(said, ("call", "fork"), (Group("", (Line((Item(said), Item("2", Kind.NUMBER))),)),)),
        Picture(said, ("C1 ░░░ ", f"C2 {said}")),
        Heading("Differences", level=2),
        Listing("Why", (said, ("Threads share ", Code("the table"), "."))),
        Definitions("Glossary", (((Code("close()"),), said), (said, "what it means"))),
        Question(1, "blank", ("Fill in ", blank, "."), excerpt=(f"P0 accept(3) = {said}",),
                 answer=answer),
        Question(2, "prediction", said, choices=("P0", (Code(said),)), lines=2, answer=answer),
    ]  # fmt: skip
