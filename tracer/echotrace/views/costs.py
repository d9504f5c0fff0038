"""The table of costs in words: what is measured as rows, the sides as columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from echotrace.story.costs.costs import Costs, Made, Spread, costs
from echotrace.story.nouns import Story
from echotrace.story.roles import client_role
from echotrace.views import words
from echotrace.views.blocked import holders, length

#: What the measures mean, below the table.
NOTE = (
    "Calls, with the waits for readiness that led to them: median (least-most); an echo: a "
    "client's send and all of it back; descriptors: in one process (in all); waits have the "
    "tracer's stops in them"
)
#: In place of a measure that a side has no value of.
_NONE, _UNKNOWN = "none", {"most descriptors": "unknown"}


def cost_rows(stories: Sequence[Story]) -> Iterator[tuple[str, ...]]:
    """A row for each measure that any side has a value of: its name, and a cell for each side."""
    measured = [costs(story) for story in stories]
    for label, measure in _MEASURES.items():
        cells = [measure(own) for own in measured]
        if any(cells):
            yield (label, *(cell or _UNKNOWN.get(label, _NONE) for cell in cells))


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    several = spread.least != spread.most
    return _number(spread.median) + (f" ({spread.least:,}-{spread.most:,})" if several else "")


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:,.1f}".removesuffix(".0")


def _made(made: Made) -> str:
    processes = f"{made.processes:,} process{'' if made.processes == 1 else 'es'}"
    said = [
        processes if made.processes else "",
        words.count(made.threads, "thread") if made.threads else "",
    ]
    return ", ".join(filter(None, said))


def _most_open(own: Costs) -> str:
    most = own.most_open
    if most is None:
        return ""
    return f"{most.in_one:,}" + (f" ({most.in_all:,})" if most.in_all != most.in_one else "")


def _longest_wait(own: Costs) -> str:
    wait = own.longest_wait
    if wait is None:
        return ""
    held_by = holders(wait)
    return f"{client_role(wait.client)} {length(wait)}{f' for {held_by}' if held_by else ''}"


_MEASURES: Mapping[str, Callable[[Costs], str]] = {
    "calls per connection": lambda own: _spread(own.calls_per_connection),
    "calls per echo": lambda own: _number(own.calls_per_echo),
    "bytes per call": lambda own: _number(own.bytes_per_call),
    "made before clients": lambda own: _made(own.made_before),
    "made for clients": lambda own: _made(own.made_serving),
    "most descriptors": _most_open,
    "longest wait": _longest_wait,
}
