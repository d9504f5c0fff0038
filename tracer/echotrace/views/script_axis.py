"""The steps of a script as columns: named, numbered or, where there are many, several in one."""

from collections.abc import Sequence

from echotrace.story.costs.blocked import Lane
from echotrace.story.costs.moments import Moment
from echotrace.story.roles import client_role
from echotrace.views.cells import WAIT

THERE = "─"
#: The least room, in characters.
LEAST_ROOM = 8
_WIDEST = 6  # of a numbered column
#: Up to so many steps are listed by their numbers.
_MOST_LISTED = 24


class ScriptAxis:
    """Columns for some moments in `room` characters, or a few more where that is too little.

    `heads` are the lines above them; `steps` says below what the numbers in the heads stand for.
    """

    def __init__(self, moments: Sequence[Moment], room: int) -> None:
        self._each = 1  # steps a column
        self.steps = ""
        room = max(LEAST_ROOM, room)
        named = [(_who(moment), moment.action) for moment in moments]
        numbered = len(str(len(moments))) + 1
        widths = [max(map(len, name)) + 1 for name in named]
        if sum(widths) <= room:
            self._widths = widths
            self.heads = [_line([name[at] for name in named], widths) for at in (0, 1)]
        elif numbered * len(moments) <= room:
            self._widths = [max(numbered, min(_WIDEST, room // len(moments)))] * len(moments)
            self.heads = [_line([str(n + 1) for n in range(len(moments))], self._widths)]
            if len(moments) <= _MOST_LISTED:
                self.steps = "Steps: " + ", ".join(
                    f"{n} {who} {action}" for n, (who, action) in enumerate(named, 1)
                )
        else:
            self._each = -(-len(moments) // room)
            self._widths = [1] * -(-len(moments) // self._each)
            each = "a step" if self._each == 1 else f"{self._each:,} steps"
            self.heads = [f"steps 1 to {len(moments):,}, {each} a character"]

    def drawn(self, lane: Lane, known: int) -> str:
        """A client's line; only so many steps are `known`, for there the trace ends."""
        there, waits = lane.present, [span for span, _ in lane.waits]
        cells = []
        for column, width in enumerate(self._widths):
            steps = range(column * self._each, min((column + 1) * self._each, known))
            mark = WAIT if _meet(steps, waits) else THERE if _meet(steps, there) else " "
            cells.append(mark * width)
        return "".join(cells)


def _meet(steps: range, spans: Sequence[range]) -> bool:
    return any(max(steps.start, span.start) < min(steps.stop, span.stop) for span in spans)


def _who(moment: Moment) -> str:
    first, last = client_role(moment.clients[0]), client_role(moment.clients[-1])
    if len(moment.clients) == 1:
        return first
    return f"{first},{last}" if len(moment.clients) == 2 else f"{first}..{last}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True))
