"""Comparisons and timelines as JSON: what the other formats show, for programs, and never folded.

Both objects have `format` (the number below), `kind` (`comparison` or `timeline`) and `notes`
(sentences). Headers are those of the traces' files. Numbers of events are those in every other
view; times are in nanoseconds since the start of the trace. Payload (`data`) is as the trace has
it: one character a byte, cut at the snapshot length.

A comparison has `names` and `headers` (one a side), `same`, `alignments`, `differences`, `costs`
and `supplements`. An alignment has its `kind` (`set-up`, `connection`, `between`, `tear-down`),
`title`, `connections` (the number of each side's, or null) and `rows`; a row has its `section`,
`marks` (one a side; the first side's is empty) and `cells`, one a side: null where the side has
nothing, `{"moved": {"event": 20, "above": true}}` where it does the same in another row, else
`event`, `actor`, `call` (the system call; null for another event), `function` (the C function),
`flags` (of a call that makes a task, all of them), `text`, `data`, `woken_by` (the event that ended
the waiting), `start`, `end`. `differences` has a list for each further side, each with `kind`,
`sentence` and `events` (of the first side, of the other). `costs` has the numbers of each side, as
`story.costs.costs.Costs` says what they are. Supplements are what is shown of them, in words:
tables, with `title`, `head` and `rows`, or pictures, with `lines`; and a `note`.

A timeline has its `header`, `by`, `columns` (`key`, `title`, `subtitle`), `rows` and `hidden` (how
many events are not shown); a row has `time`, `column`, `part` (`whole`, `begin` or `return`),
`waiting` (the columns in which somebody waits) and what a cell has.
"""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from echotrace.functions import called
from echotrace.story.compare.nouns import Alignment, Comparison
from echotrace.story.costs.costs import costs
from echotrace.story.nouns import Story
from echotrace.trace import Syscall
from echotrace.views import comparison_words
from echotrace.views.lanes import lay_out as lay_out_story
from echotrace.views.layout import Cell, Row
from echotrace.views.parts import Part, lay_out
from echotrace.views.shortcomings import shortcomings
from echotrace.views.side_cells import said
from echotrace.views.supplements import supplements

#: Raised whenever a field changes its meaning or goes. 1: the first.
FORMAT = 1

_Object = dict[str, Any]


def comparison(compared: Comparison) -> str:
    """The object of a comparison, ended by a newline."""
    return _written({
        "format": FORMAT,
        "kind": "comparison",
        "names": compared.names,
        "headers": [_header(story) for story in compared.stories],
        "same": compared.same,
        "notes": list(comparison_words.notes(compared)),
        "alignments": [_alignment(compared, part) for part in lay_out(compared)],
        "differences": [
            [
                {"kind": each.kind, "sentence": each.sentence, "events": each.events}
                for each in told
            ]
            for told in compared.differences
        ],
        "supplements": [
            {
                "title": each.title,
                "head": each.head,
                "rows": each.rows,
                "lines": each.lines,
                "note": each.note,
            }
            for each in supplements(compared)
        ],
        "costs": [msgspec.to_builtins(costs(story)) for story in compared.stories],
    })  # fmt: skip


def timeline(story: Story, *, by: str, everything: bool) -> str:
    """The object of a timeline, ended by a newline."""
    layout = lay_out_story(story, by=by, everything=everything)
    return _written({
        "format": FORMAT,
        "kind": "timeline",
        "header": _header(story),
        "notes": shortcomings(story),
        "by": layout.by,
        "columns": [
            {"key": column.key, "title": column.title, "subtitle": column.subtitle}
            for column in layout.columns
        ],
        "rows": [
            {
                "time": row.time,
                "column": row.column,
                "part": row.cell.part,
                "waiting": sorted(row.waiting),
                **_cell(story, row.cell),
            }
            for row in layout.rows
        ],
        "hidden": layout.hidden,
    })  # fmt: skip


def _written(whole: _Object) -> str:
    """Keys stay in the order above; ASCII, so that any reader takes it."""
    return json.dumps(whole, indent=1) + "\n"


def _header(story: Story) -> Any:  # noqa: ANN401 -- what msgspec makes of a record
    return msgspec.to_builtins(story.trace.header)


def _alignment(compared: Comparison, part: Part) -> _Object:
    alignment: Alignment = part.alignment
    keys = [column.key for column in part.layout.columns]
    return {
        "kind": alignment.kind,
        "title": part.title,
        "connections": [own.number if own else None for own in alignment.connections],
        "rows": [
            {
                "section": row.section,
                "marks": row.marks,
                "cells": list(_cells(compared.stories, keys, row)),
            }
            for row in part.layout.rows
        ],
    }


def _cells(stories: Iterable[Story], keys: Iterable[str], row: Row) -> Iterable[_Object | None]:
    for story, key, place in zip(stories, keys, row.moved, strict=True):
        cell = row.at(key)
        if cell is not None:
            yield _cell(story, cell)
        elif place is not None:
            yield {"moved": {"event": place.seq, "above": place.above}}
        else:
            yield None


def _cell(story: Story, cell: Cell) -> _Object:
    event, told = cell.event, said(story, cell)
    call = event.record if isinstance(event.record, Syscall) else None
    return {
        "event": event.seq,
        "actor": event.actor,
        "call": call.name if call else None,
        "function": called(call) if call else None,
        "text": told.text,
        "flags": told.flags,
        "data": getattr(event.record, "data", None) or getattr(event.record, "text", None),
        "woken_by": event.woken_by,
        "start": event.start,
        "end": event.end,
    }
