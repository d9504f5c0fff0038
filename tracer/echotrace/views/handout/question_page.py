"""The first page: the question, what is run, a box for predictions, and the sources."""

from collections.abc import Iterator, Mapping

from echotrace.trace import Header
from echotrace.views import words
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
    yield _recordings(making)
    yield predictions.box(making)
    yield sources(making)


def _recordings(making: Making) -> Table:
    """With which command each side was recorded, and on what: once for all where it is the same."""
    texts = making.texts
    machines = [_machine(story.trace.header) for story in making.stories.values()]
    alike = all(machine == machines[0] for machine in machines)
    caption = texts.say("recorded.on", **machines[0]) if alike else texts.say("recorded.each")
    groups = []
    for (name, story), machine in zip(making.stories.items(), machines, strict=True):
        items = [Item((Code(command(story.trace.header)),))]
        items += [] if alike else [Item(texts.say("recorded.where", **machine))]
        groups.append(Group(words.safe(name), (Line(tuple(items)),)))
    heads = ("server", "command") if alike else ("server", "command", "machine")
    return Table(caption, tuple(texts.say(f"recorded.{each}") for each in heads), tuple(groups))


def _machine(header: Header) -> Mapping[str, str]:
    """What of the machine shapes a trace."""
    return {
        name: words.safe(getattr(header, name)) for name in ("kernel", "machine", "libc", "tool")
    }
