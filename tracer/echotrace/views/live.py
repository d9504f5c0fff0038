"""The timeline as it grows: a row when something has happened, and none is ever taken back.

What will come is not known, so there are no columns side by side: each row says where it belongs.
A call that waits stands where it began, and again where it returned, as in the finished timeline.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import msgspec

from echotrace.story.essentials import is_essential, without_announced_ends
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.unfolding import Unfolding
from echotrace.trace import ClientStep, Header, Record, Syscall
from echotrace.views import heading, words
from echotrace.views.cells import actor, cell_phrase, fit, one_line
from echotrace.views.lanes import Moment, can_wait, moments_of
from echotrace.views.layout import Row
from echotrace.views.paint import Piece, Surface, actor_style, glyphs, paint
from echotrace.views.shortcomings import shortcomings
from echotrace.views.summary import summary

_MARGIN = "{:>9} {:>6}  {:<8}"


class LiveTimeline:
    """Text for the records of a recording, batch after batch, by connection or by task."""

    def __init__(self, header: Header, surface: Surface, *, by: str, everything: bool) -> None:
        self._unfolding = Unfolding(header)
        self._surface = surface
        self._by = by
        self._everything = everything
        #: Calls that were shown when they began; by task, the one that the kernel makes once more.
        self._waiting: set[int] = set()
        self._restarting: dict[str, tuple[int, str]] = {}
        self._announced = 0
        self._latest = 0  # time of a row, in ns

    def opening(self) -> str:
        """What stands above the first row."""
        header = self._unfolding.story.trace.header
        parts = (*heading.recorded(header), words.safe(header.kernel))
        first = "task" if self._by == "task" else "at"
        titles = _MARGIN.format("ms", "event", first)
        lines = [[Piece(glyphs(" · ".join(parts), self._surface), "bold")], [Piece(titles, "dim")]]
        return paint(lines, self._surface)

    def begin(self, calls: Sequence[Syscall]) -> str:
        """The rows for calls that go on and were not shown, if they are of those that wait."""
        return self.grow((), calls)

    def grow(self, records: Sequence[Record], going_on: Sequence[Syscall] = ()) -> str:
        """The rows for what has happened since, in order of time, and a line for each connection.

        Calls that go on come to be known when what happened while they did is known already.
        """
        moments = self._new(records)
        begun = [c for c in going_on if can_wait(c.name) and c.seq not in self._waiting]
        moments = sorted([*moments, *self._new(begun)], key=lambda moment: moment.time)
        rows = [Row((replace(m, column=self._column(m)).cell,), m.time) for m in moments]
        return paint([*self._connections(), *self._lines(rows)], self._surface)

    def _new(self, records: Sequence[Record]) -> list[Moment]:
        events = self._unfolding.take(records)
        if not self._everything:
            events = [event for event in without_announced_ends(events) if is_essential(event)]
        starts = sorted(event.start for event in events)
        return [moment for event in events for moment in self._moments(event, starts)]

    def _column(self, moment: Moment) -> str:
        """Which connection a client's step belongs to is not known before it is accepted."""
        client = isinstance(moment.event.record, ClientStep) and moment.column == "server"
        return moment.event.actor if client else moment.column

    def _moments(self, event: StoryEvent, starts: Sequence[int]) -> Iterator[Moment]:
        """The moments of an event that have not been shown."""
        found = list(moments_of(event, self._by, starts))
        record = event.record
        if not isinstance(record, Syscall):
            yield from found
            return
        first = self._first_attempt(event, record)
        has_begun = first in self._waiting
        restarts = (record.errno or "").startswith("ERESTART")  # no program sees that: it goes on
        if restarts:
            self._restarting[event.actor] = first, record.name
        if event.end is None or restarts:
            self._waiting.add(first)
        else:
            self._waiting.discard(first)
            self._restarting.pop(event.actor, None)
        if not has_begun:
            yield from [replace(found[0], part="begin")] if restarts else found
        elif first not in self._waiting:
            whole = msgspec.structs.replace(event, seq=first)
            yield replace(found[-1], time=event.end or event.start, event=whole, part="return")

    def _first_attempt(self, event: StoryEvent, call: Syscall) -> int:
        """The number of a call, or of its first attempt when the kernel makes it once more."""
        first, name = self._restarting.get(event.actor, (event.seq, call.name))
        if call.name in (name, "restart_syscall"):
            return first
        del self._restarting[event.actor]
        return event.seq

    def _connections(self) -> Iterator[list[Piece]]:
        arrivals = self._unfolding.arrivals
        for number in range(self._announced + 1, len(arrivals) + 1):
            client = self._unfolding.clients.get(number)
            whose = f", client C{client}" if client is not None else ""
            text = f"#{number} is {words.address(arrivals[number - 1].peer)}{whose}"
            yield [Piece(_MARGIN.format("", "", "") + glyphs(text, self._surface), "bold")]
        self._announced = len(arrivals)

    def _lines(self, rows: Sequence[Row]) -> Iterator[list[Piece]]:
        story = self._unfolding.story
        for row in rows:
            said, who = cell_phrase(story, row.cell), actor(row.cell, self._by)
            text, time = (
                one_line(row.cell, said, who, self._surface, kernel=True),
                row.milliseconds,
            )
            if row.time < self._latest:  # known only now: time does not go back
                text, time = f"{text} {glyphs(f'· at {time} ms', self._surface)}", ""
            self._latest = max(self._latest, row.time)
            margin = _MARGIN.format(time, row.event.seq, row.column)
            for index, line in enumerate(fit(text, self._surface.width - len(margin))):
                first = margin if index == 0 else " " * len(margin)
                yield [Piece(first, "dim"), Piece(line, actor_style(row.event.actor))]


def closing(story: Story, surface: Surface) -> str:
    """What stands below the last row: what the trace lacks, and the table of connections."""
    lines = [
        [Piece(line, "differs")]
        for sentence in shortcomings(story)
        for line in fit(glyphs(sentence, surface), surface.width)
    ]
    table = [[Piece(glyphs(line, surface))] for line in summary(story, surface.width).splitlines()]
    return paint([[Piece("")], *lines, *table], surface)
