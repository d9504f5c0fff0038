"""What makes stories unlike before anything is compared: other scripts, no connections, UDP."""

from collections.abc import Iterator, Sequence

from echotrace.story.nouns import Story
from echotrace.trace import Header


def notes(stories: Sequence[Story], names: Sequence[str]) -> tuple[str, ...]:
    """One sentence each, the first thing that a view says."""
    return tuple(_told(stories, names))


def _told(stories: Sequence[Story], names: Sequence[str]) -> Iterator[str]:
    headers = [story.trace.header for story in stories]
    if any(_played(header) != _played(headers[0]) for header in headers):
        scripts = ", ".join(
            f"{name} {header.script or 'none'}" for name, header in zip(names, headers, strict=True)
        )
        yield f"The scripts differ: {scripts}."
    mixed = not all(story.receivers for story in stories)
    for story, name in zip(stories, names, strict=True):
        if story.receivers and mixed:
            yield (
                f"{name}: UDP has no connections; # is a peer, an address whose datagrams were "
                "received, and what TCP does to begin and end a connection has no counterpart."
            )


def _played(header: Header) -> tuple[object, ...]:
    return header.script, header.steps, header.load
