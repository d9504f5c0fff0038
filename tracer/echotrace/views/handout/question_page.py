"""The first page: the question, what is run, the sources, and a box for predictions."""

from collections.abc import Iterator

from echotrace.trace import Header
from echotrace.views import heading, words
from echotrace.views.document.nouns import Block, Group, Heading, Item, Line, Paragraph, Table
from echotrace.views.document.runs import Code
from echotrace.views.handout import predictions, script
from echotrace.views.handout.nouns import Making
from echotrace.views.handout.reproduction import command
from echotrace.views.handout.sources import sources


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    yield Heading(making.texts.say("heading.question"))
    yield Paragraph(predictions.question(making))
    yield from script.blocks(making)
    yield _commands(making)
    yield from _machines(making)
    yield sources(making)
    yield predictions.box(making)


def _commands(making: Making) -> Table:
    """How each side is recorded again."""
    head = tuple(making.texts.say(f"commands.{each}") for each in ("server", "language", "command"))
    groups = []
    for name, story in making.stories.items():
        header = story.trace.header
        items = (Item(heading.language(header)), Item((Code(command(header)),)))
        groups.append(Group(words.safe(name), (Line(items),)))
    return Table(making.texts.say("commands.caption"), head, tuple(groups))


def _machines(making: Making) -> Iterator[Paragraph]:
    """On what the sides were recorded; once for all where it is the same."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, story in making.stories.items():
        found.setdefault(_machine(story.trace.header), []).append(name)
    for (kernel, machine, libc, tool), names in found.items():
        text = making.texts.runs(
            "machine.all" if len(found) == 1 else "machine.some",
            names=", ".join(map(words.safe, names)),
            kernel=kernel, machine=machine, libc=libc, tool=tool,
        )  # fmt: skip
        yield Paragraph(text)


def _machine(header: Header) -> tuple[str, ...]:
    return tuple(map(words.safe, (header.kernel, header.machine, header.libc, header.tool)))
