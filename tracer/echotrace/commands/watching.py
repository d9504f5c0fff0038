"""--live: prints the timeline of a recording while it grows."""

import sys
from collections.abc import Sequence

from echotrace.story.replay import replay
from echotrace.trace import Header, Record, Syscall, Trace
from echotrace.views.live import LiveTimeline, closing
from echotrace.views.paint import Surface


class LivePrinter:
    """Writes the rows of a LiveTimeline to standard output at once, also into a pipe."""

    def __init__(self, surface: Surface, *, by: str, everything: bool) -> None:
        self._surface = surface
        self._by = by
        self._everything = everything
        self._timeline: LiveTimeline | None = None
        self._happened: list[Record] = []

    def grow(self, records: Sequence[Record]) -> None:
        """Take what has happened; the first record is the header.

        It is printed with the calls that have come to wait, which are known next: in order of time.
        """
        if self._timeline is None:
            header, *records = records
            assert isinstance(header, Header)
            self._timeline = LiveTimeline(
                header, self._surface, by=self._by, everything=self._everything
            )
            _print(self._timeline.opening())
        self._happened += records

    def begin(self, calls: Sequence[Syscall]) -> None:
        """Print what has happened, and the calls that have come to wait."""
        if self._timeline is not None:
            happened, self._happened = self._happened, []
            _print(self._timeline.grow(happened, calls))

    def close(self, trace: Trace) -> None:
        """Print the rest, and what stands below the timeline when the recording is over."""
        self.begin([])
        _print(closing(replay(trace), self._surface))


def _print(text: str) -> None:
    if text:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
