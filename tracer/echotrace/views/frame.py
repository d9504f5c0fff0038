"""What is as wide in all blocks of a timeline, in characters."""

from dataclasses import dataclass

from echotrace.views.layout import Layout


@dataclass(frozen=True)
class Frame:
    """The times and event numbers in the margin, with their heads; what all columns have."""

    time: int
    number: int
    room: int

    @classmethod
    def of(cls, layout: Layout, width: int) -> "Frame":
        """The frame of a timeline that is so wide."""
        last = max(layout.rows, key=lambda row: row.time, default=None)
        time = max(len(last.milliseconds) if last else 0, len("ms"))
        number = max((row.event.seq for row in layout.rows), default=0)
        number = max(len(str(number)), len("event"))
        return cls(time, number, width - time - number - 1)

    @property
    def margin(self) -> int:
        """What stands left of the columns."""
        return self.time + 1 + self.number
