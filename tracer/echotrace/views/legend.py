"""What stands below a timeline: what its marks and names mean, what is hidden, how it ended."""

from collections.abc import Iterator

from echotrace.story.nouns import Story
from echotrace.views import words
from echotrace.views.cells import WAIT, cell_phrase, fit, waited_long
from echotrace.views.layout import Layout
from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.phrases import INJECTED


def legend(story: Story, layout: Layout, surface: Surface) -> Iterator[list[Piece]]:
    """What the marks mean, the kernel's names of the calls, and how much is not shown."""
    for sentence in sentences(story, layout):
        for line in fit(glyphs(sentence, surface), surface.width):
            yield [Piece(line, "dim")]


def sentences(story: Story, layout: Layout, waiting: str = WAIT) -> Iterator[str]:
    """The same as sentences; `waiting` is the mark of those who wait."""
    yield from meanings(story, layout, waiting)
    if layout.hidden:
        files = f"{words.count(layout.hidden, 'event')} of files, streams and signals hidden"
        yield f"{files}: --all shows them"
    end = story.trace.end
    if end is not None and end.reason is None:
        yield _ending(story)


def meanings(story: Story, layout: Layout, waiting: str = WAIT) -> Iterator[str]:
    """What the marks mean, and the kernel's names of the calls."""
    if any(row.cell.part == "begin" for row in layout.rows):
        yield f"{waiting} waits; such a call stands where it began and where it returned"
    if any(row.cell.part == "whole" and waited_long(row.cell) for row in layout.rows):
        yield "after … ms: with nothing in between, a call that waited stands once"
    if any(getattr(row.event.record, "injected", None) for row in layout.rows):
        yield f"({INJECTED}) is echotrace's doing, as --inject asked, not the kernel's"
    yield from _system_calls(story, layout)


def _system_calls(story: Story, layout: Layout) -> Iterator[str]:
    names: dict[str, dict[str, None]] = {}
    for said in (cell_phrase(story, row.cell) for row in layout.rows):
        if said.kernel:
            names.setdefault(said.head.partition("(")[0], {})[said.kernel] = None
    if names:
        pairs = ", ".join(f"{name}() → {' and '.join(calls)}" for name, calls in names.items())
        yield f"C function → system call: {pairs}"


def _ending(story: Story) -> str:
    """How the server came to its end in a recording that ended as meant."""
    if not set(story.roles.names) - story.links.ends.keys():
        return "The server ended by itself."
    header = story.trace.header
    if header.attached is not None:
        return "At the end echotrace let go of the program."
    if header.load is not None:
        return "After the last client had closed echotrace ended the server."
    when = "After the last step" if header.script else "At the end of the recording"
    return f"{when} echotrace ended the server."
