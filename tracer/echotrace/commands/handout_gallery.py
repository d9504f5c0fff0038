"""Handouts of the pairs that a lecture begins with, from the stored traces, and how they look."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from echotrace import servers
from echotrace.commands import output
from echotrace.errors import SystemRefused
from echotrace.story.compare.names import names_of
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.formats import pdf
from echotrace.views.handout.handout import handout
from echotrace.views.handout.nouns import Edition, Wish

#: The sides of each handout, as TARGETs are named.
GALLERY: Sequence[Sequence[str]] = (
    ("fork", "thread"),
    ("iterative", "epoll"),
    ("select", "poll", "epoll"),
    ("fork", "fork:python"),
)
_PAGES_SHOWN = 2  # as pictures: the question, and what happened


def write(folder: Path, wishes: Sequence[Wish], *, overwrite: bool) -> list[Path]:
    """Write each handout as each wish says, and its first pages as pictures, into a folder.

    The paths of all files. UserError if one exists and must stay.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SystemRefused(f"cannot make '{folder}': {error.strerror}") from error
    paths = []
    for sides in GALLERY:
        for name, content in _files(sides, wishes):
            output.write(content, folder / name, overwrite=overwrite)
            paths.append(folder / name)
    return paths


def _files(sides: Sequence[str], wishes: Sequence[Wish]) -> Iterator[tuple[str, bytes]]:
    stem = "-".join(side.replace(":", "_") for side in sides)
    stories = _stories(sides)
    for wish in wishes:
        document = handout(stories, wish)
        if wish.edition is Edition.KEY:
            yield f"{stem}-key.pdf", pdf.pdf(document)
        else:
            yield f"{stem}.pdf", pdf.pdf(document)
            for number, picture in enumerate(pdf.pictures(document, _PAGES_SHOWN), start=1):
                yield f"{stem}-{number}.png", picture


def _stories(sides: Sequence[str]) -> Mapping[str, Story]:
    found = [replay(load(_trace(side))) for side in sides]
    return dict(zip(names_of(found, sides), found, strict=True))


def _trace(side: str) -> Path:
    server, _, language = side.partition(":")
    return servers.traces_dir() / language / f"{server}-interleaved.jsonl"
