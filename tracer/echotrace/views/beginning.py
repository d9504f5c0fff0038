"""The beginning of the timeline of a free run: what concerns the first of its connections."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice

from echotrace.story.events import takes_whoever_comes
from echotrace.story.nouns import NONE, Place, Story, StoryEvent
from echotrace.views.cells import cell_phrase
from echotrace.views.layout import Column, Layout, Row

_MOST_LINES = 60


def beginning(story: Story, layout: Layout, columns: Sequence[Column]) -> Layout:
    """The first lines of a layout that concern some of its columns."""
    keys = {column.key for column in columns}
    taken = _taken(story) if "server" in keys else {}
    rows = (
        row
        for row in layout.rows
        if row.column in keys and _concerns(story, row.event, keys, taken.get(row.event.seq, ()))
    )
    return replace(
        layout, columns=tuple(columns), rows=tuple(islice(_folded(story, rows), _MOST_LINES))
    )


def _taken(story: Story) -> Mapping[int, Sequence[Place]]:
    """The connections that a task took after each wait, up to its next, by the wait's number."""
    after: dict[int, list[Place]] = {}
    latest: dict[str, list[Place]] = {}
    for event in story.events:
        if event.touch and event.touch.ready:
            latest[event.actor] = after[event.seq] = []
        elif event.actor in latest and _takes(event):
            latest[event.actor].append(event.place)
    return after


def _takes(event: StoryEvent) -> bool:
    name = getattr(event.record, "name", "")
    return event.place.connection is not None and takes_whoever_comes(name, event.touch)


def _concerns(
    story: Story, event: StoryEvent, keys: Collection[str], taken: Sequence[Place]
) -> bool:
    """Whether an event of a server's column is about more than connections that are not shown.

    A wait that found a listening socket ready is about the connections that were `taken` then.
    """
    if "server" not in keys:
        return True
    ready = event.touch.ready if event.touch else ()
    found = [story.places.get(description.id, NONE) for _, description in ready] or [event.place]
    places = [place for place in found if place.connection is not None]
    if len(places) < len(found):
        places += taken or [NONE]
    return any(place.connection is None or place.name in keys for place in places)


def _folded(story: Story, rows: Iterable[Row]) -> Iterator[Row]:
    """The rows, of those alike that follow each other in the server's column only the first."""
    for (server, _), alike in groupby(rows, lambda row: _likeness(story, row)):
        if server:
            first = next(alike)
            more = sum(1 for _ in alike)
            yield replace(first, cells=(replace(first.cell, more=more),))
        else:
            yield from alike


def _likeness(story: Story, row: Row) -> tuple[bool, object]:
    if row.column != "server":
        return False, None
    return True, (row.event.actor, row.cell.part, cell_phrase(story, row.cell))
