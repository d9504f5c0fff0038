"""The table of costs: what is measured as rows, the sides as columns."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from tabulate import tabulate

from echotrace.story.compare.costs import Costs, Made, Spread, costs
from echotrace.story.nouns import Story
from echotrace.story.roles import client_role
from echotrace.views import words
from echotrace.views.blocked import holders, length
from echotrace.views.cells import end_of, fit
from echotrace.views.paint import Piece, Surface, glyphs

_NONE = "-"
_GAP = 2  # between the columns of a table
_LEAST_CELL = 9
#: Characters that mean something in Markdown, where a backslash takes that from them.
_MARKS = re.compile(r"[\\`*_{}\[\]<>()#+!|~&-]")
_LEGEND = (
    "median (least-most) over the connections, with the waits for readiness that led to their "
    "calls; an echo is a client's send and all of it back; descriptors in one process (in all); "
    "times have the tracer's stops in them"
)


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return ""
    if spread.least == spread.most:
        return f"{spread.median:,}"
    return f"{spread.median:,} ({spread.least:,}-{spread.most:,})"


def _mean(number: float | None) -> str:
    return "" if number is None else f"{number:,.1f}".removesuffix(".0")


def _made(made: Made) -> str:
    processes = f"{made.processes:,} process{'' if made.processes == 1 else 'es'}"
    said = [processes if made.processes else "",
            words.count(made.threads, "thread") if made.threads else ""]  # fmt: skip
    return ", ".join(filter(None, said))


def _most_open(own: Costs) -> str:
    most = own.most_open
    if most is None:
        return ""
    apart = f" ({most.in_all:,})" if most.in_all != most.in_one else ""
    return f"{most.in_one:,}{apart}"


def _longest_wait(own: Costs) -> str:
    wait = own.longest_wait
    if wait is None:
        return ""
    held_by = holders(wait)
    return f"{client_role(wait.client)} {length(wait)}{f' for {held_by}' if held_by else ''}"


#: What is measured; a row in which no side has anything to show is left out.
_MEASURES: Mapping[str, Callable[[Costs], str]] = {
    "calls per connection": lambda own: _spread(own.calls_per_connection),
    "calls per echo": lambda own: _mean(own.calls_per_echo),
    "bytes per call": lambda own: _mean(own.bytes_per_call),
    "made before clients": lambda own: _made(own.made_before),
    "made for clients": lambda own: _made(own.made_serving),
    "most descriptors": _most_open,
    "longest wait": _longest_wait,
}


def costs_text(stories: Sequence[Story], names: Sequence[str], surface: Surface) -> list[list[Piece]]:
    """The table as lines, and what its measures mean; empty if nothing could be measured."""
    head, *rows = _rows(stories, names, _NONE)
    if not rows:
        return []
    label = max(len(row[0]) for row in rows)
    cell = max(_LEAST_CELL, (surface.width - label) // len(names) - _GAP)
    told = [[glyphs(text, surface) for text in row] for row in rows]
    table = tabulate(
        told,
        headers=[head[0], *(end_of(glyphs(name, surface), cell, surface) for name in head[1:])],
        tablefmt="simple",
        disable_numparse=True,
        maxcolwidths=[None, *([cell] * len(names))],
    )
    bold, *lines = table.splitlines()
    legend = fit(glyphs(_LEGEND, surface), surface.width)
    return [
        [Piece(bold, "bold")],
        *([Piece(line)] for line in lines),
        *([Piece(line, "dim")] for line in legend),
    ]


def costs_markup(stories: Sequence[Story], names: Sequence[str], form: str) -> str:
    """The table as `markdown` or `html`, and what its measures mean; empty without measures."""
    head, *rows = _rows(stories, names, "")
    if not rows:
        return ""
    escape = _in_markdown if form == "markdown" else words.safe  # tabulate escapes HTML itself
    table = tabulate(
        [[escape(text) for text in row] for row in rows],
        headers=[escape(text) for text in head],
        tablefmt={"markdown": "github"}.get(form, form),
        disable_numparse=True,
    )
    legend = f"<p>{html.escape(_LEGEND)}</p>" if form == "html" else f"\n{_LEGEND}"
    return f"{table}\n{legend}\n"


def costs_data(story: Story) -> dict[str, Any]:
    """The costs of one story for JSON: the fields of `Costs`, times in ns, None as null."""
    data = asdict(costs(story))
    data["most_open"] = own._asdict() if (own := story.history.most_open) else None
    return data


def _rows(stories: Sequence[Story], names: Sequence[str], nothing: str) -> Iterator[list[str]]:
    """The heading, and a row for each measure that a side has a value of."""
    yield ["", *names]
    measured = [costs(story) for story in stories]
    for label, measure in _MEASURES.items():
        cells = [measure(own) for own in measured]
        if any(cells):
            yield [label, *(cell or nothing for cell in cells)]


def _in_markdown(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\g<0>", words.safe(text))
