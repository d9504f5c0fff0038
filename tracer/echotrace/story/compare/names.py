"""What the sides of a comparison are called, in headings and in sentences."""

from collections.abc import Sequence
from string import ascii_uppercase

from echotrace.story.nouns import Story

_LONGEST = 80  # characters


def names_of(stories: Sequence[Story], titles: Sequence[str] = ()) -> tuple[str, ...]:
    """A name for each side, all different: the shortest kind that tells it from the others.

    The server (`fork`); its language too (`fork:python`); the side's title, as `yesterday.jsonl`;
    or a letter (`fork:c A`, `fork:c B`). `titles` are what the caller knows the sides by. Of what
    is long the beginning stands for it.
    """
    headers = [story.trace.header for story in stories]
    titles = [_short(title) for title in titles]
    servers = [_short(header.server) or "server" for header in headers]
    long = [
        f"{server}:{_short(header.language)}" if header.language else server
        for server, header in zip(servers, headers, strict=True)
    ]
    kinds = [servers, long, titles] if len(titles) == len(stories) else [servers, long]
    lettered = [f"{name} {letter}" for name, letter in zip(long, ascii_uppercase, strict=False)]
    names = [
        next((kind[side] for kind in kinds if list(kind).count(kind[side]) == 1), lettered[side])
        for side in range(len(stories))
    ]
    return tuple(names if len(set(names)) == len(names) else lettered)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
