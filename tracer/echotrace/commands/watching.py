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

    def grow(self, records: Sequence[Record]) -> None:
        """Print what has happened; the first record is the header."""
        if self._timeline is None:
            header, *records = records
            assert isinstance(header, Header)
            self._timeline = LiveTimeline(
                header, self._surface, by=self._by, everything=self._everything
            )
            _print(self._timeline.opening())
        _print(self._timeline.grow(records))

    def begin(self, calls: Sequence[Syscall]) -> None:
        """Print the calls that have come to wait."""
        if self._timeline is not None:
            _print(self._timeline.begin(calls))

    def close(self, trace: Trace) -> None:
        """Print what stands below the timeline when the recording is over."""
        _print(closing(replay(trace), self._surface))


def _print(text: str) -> None:
    if text:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
