"""What a newcomer to the page has to know: what was recorded, what names and marks mean."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from echotrace.story.nouns import Story
from echotrace.views import heading
from echotrace.views.legend import meanings
from echotrace.views.steps import Filter, Steps
from echotrace.views.words import safe

#: The rows of which marks and calls are explained: a long trace begins as it goes on.
_MOST_ROWS = 2_000


def guide(story: Story, steps: Steps) -> list[str]:
    """The sentences, what was recorded first."""
    layout = steps.layout(Filter())
    beginning = replace(layout, rows=layout.rows[:_MOST_ROWS])
    told = [
        _recorded(story), *_names(story, steps.actors(Filter())),
        *meanings(story, beginning, waiting="hatched:"),
    ]  # fmt: skip
    return list(map(safe, told))


def _recorded(story: Story) -> str:
    header = story.trace.header
    machine = " ".join(filter(None, (header.kernel, header.machine)))
    return " · ".join((*heading.recorded(header), machine))


def _names(story: Story, actors: Sequence[str]) -> Iterator[str]:
    """What the names of tasks, clients and connections stand for, as far as there are some."""
    letters = [actor[:1] for actor in actors]
    if "P" in letters:
        children = ", P1 and so on the processes made after it" if letters.count("P") > 1 else ""
        yield f"P0 is the server's first process{children}"
    if "T" in letters:
        yield "T1 and so on are its further threads"
    if "C" in letters:
        yield "C1 and so on are the clients"
    if story.connections:
        datagrams = any(listener.datagram for listener in story.listeners)
        numbered = "the peers" if datagrams else "the connections in the order of accept"
        yield f"#1 and so on are {numbered}"
