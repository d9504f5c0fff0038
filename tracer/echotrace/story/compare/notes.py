"""What makes stories unlike before anything is compared: other scripts, machines, ways to record.

What the clients did comes first. How a trace was recorded is told only where rows differ, which it
may be the reason of.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from echotrace.story.compare.nouns import Alignment
from echotrace.story.nouns import Story
from echotrace.syscalls import FOREIGN, ON_REQUEST, ROWS
from echotrace.trace import Header

_LANGUAGES: Mapping[str, str] = {"c": "C", "python": "Python"}

#: What rows may differ for besides the server: what it is, what a header says of it, and why.
_CIRCUMSTANCES: tuple[tuple[str, Callable[[Header], str], str], ...] = (
    ("languages", lambda header: _LANGUAGES.get(header.language, header.language),
     "an interpreter makes calls of its own"),
    ("injected faults", lambda header: ", ".join(header.injections) or "none",
     "what follows a fault differs too"),
    ("architectures", lambda header: header.machine,
     "where one has an old call, another may have only its successor"),
    ("kernels", lambda header: _release(header.kernel),
     "a program may do without a call that an older one lacks"),
    ("C libraries", lambda header: _release(header.libc),
     "the same function may make other calls"),
    ("versions of echotrace", lambda header: header.tool,
     "one may record what another does not"),
)  # fmt: skip
_RELEASE = re.compile(r"\D*\d+\.\d+")


def notes(
    stories: Sequence[Story], names: Sequence[str], alignments: Sequence[Alignment]
) -> tuple[str, ...]:
    """One sentence each, the first thing that a view says."""
    told = [*_of_clients(stories, names), *_of_datagrams(stories, names)]
    if not all(alignment.same for alignment in alignments):
        told += _of_circumstances(stories, names)
        told += _of_detail(stories, names)
    return tuple(told)


def _of_clients(stories: Sequence[Story], names: Sequence[str]) -> Iterator[str]:
    """What the clients were to do, how many there are, and a side that served none of them."""
    headers = [story.trace.header for story in stories]
    scripts = [header.script or "none" for header in headers]
    clients = [header.clients for header in headers]
    if len(set(scripts)) > 1:
        yield f"The scripts differ: {_each(names, scripts)}."
    if len(set(clients)) > 1:
        yield f"The numbers of clients differ: {_each(names, clients)}."
    elif len(set(scripts)) == 1 and any(_played(h) != _played(headers[0]) for h in headers):
        yield f"The scripts differ in their steps, though all are called {scripts[0]}."
    if any(story.connections for story in stories):
        for story, name in zip(stories, names, strict=True):
            if not story.connections:
                so_far = ", as far as its trace goes" if story.trace.end is None else ""
                yield f"{name} {_served_none(story)}{so_far}."


def _served_none(story: Story) -> str:
    return "receives no datagram" if story.receivers else "accepts no connection"


def _played(header: Header) -> tuple[object, ...]:
    return header.steps, header.load


def _of_datagrams(stories: Sequence[Story], names: Sequence[str]) -> Iterator[str]:
    if all(story.receivers for story in stories):
        return
    for story, name in zip(stories, names, strict=True):
        if story.receivers:
            yield (
                f"{name}: UDP has no connections; # is a peer, an address whose datagrams were "
                "received, and what TCP does to begin and end a connection has no counterpart."
            )


def _of_circumstances(stories: Sequence[Story], names: Sequence[str]) -> Iterator[str]:
    for noun, of_header, reason in _CIRCUMSTANCES:
        found = [of_header(story.trace.header) for story in stories]
        if len(set(found)) > 1 and all(found):
            yield f"The {noun} differ: {_each(names, found)}; {reason}."


def _release(version: str) -> str:
    """`Linux 6.18` of `Linux 6.18.44`: what a program can do does not change with the rest."""
    found = _RELEASE.match(version)
    return found[0] if found else version


def _of_detail(stories: Sequence[Story], names: Sequence[str]) -> Iterator[str]:
    """How much the traces hold of what happened."""
    every = [_has_all_calls(story) for story in stories]
    if any(every) and not all(every):
        has = [name for name, has_all in zip(names, every, strict=True) if has_all]
        yield (
            f"Only {' and '.join(has)} {'was' if len(has) == 1 else 'were'} recorded with --all: "
            "a call that only --all records stands on one side alone."
        )
    kept = [_payloads(story) for story in stories]
    cut = [most for most, is_cut in kept if is_cut]
    if cut and min(cut) < max(most for most, _ in kept):
        told = [f"{most} bytes" if is_cut else "all" for most, is_cut in kept]
        yield (
            f"Of payloads not the same is kept (--snaplen): {_each(names, told)}; "
            "the same bytes may look unlike."
        )


def _has_all_calls(story: Story) -> bool:
    names = {call.name for call in story.trace.syscalls()}
    return any(
        name in ON_REQUEST or (name not in ROWS and not name.startswith(FOREIGN)) for name in names
    )


def _payloads(story: Story) -> tuple[int, bool]:
    """The most bytes that are kept of any payload of a call, and whether some are cut."""
    calls = [call for call in story.trace.syscalls() if call.data is not None]
    kept = [(len(call.data or ""), call.result or 0) for call in calls]
    return max((length for length, _ in kept), default=0), any(a < b for a, b in kept)


def _each(names: Sequence[str], values: Sequence[object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(names, values, strict=True))
