"""The blocked-time picture: which clients a server keeps waiting while the script is played."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from echotrace.story.costs.blocked import Lane, Strip, strips
from echotrace.story.costs.client_waits import Wait
from echotrace.story.nouns import Story
from echotrace.story.roles import client_role
from echotrace.views import words
from echotrace.views.cells import WAIT, end_of, fit
from echotrace.views.paint import Surface
from echotrace.views.script_axis import LEAST_ROOM, THERE, ScriptAxis

_GAP = "  "
_MOST_LANES = 4  # of a side
_MOST_NAMED = 2  # for whom a client waits
_WIDEST_NAME = 16
#: How to read it.
NOTE = (
    f"{THERE} connected; {WAIT} kept waiting (the server rests and has not served the client). "
    "Columns are the steps of the script; order, not to scale."
)


def blocked_strip(stories: Sequence[Story], names: Sequence[str], width: int) -> Iterator[str]:
    """The lanes of all sides' clients, as lines; none if no client had to wait for another."""
    found = strips(stories, names)
    if not any(lane.held_up for strip in found for side in strip.sides for lane in side.lanes):
        return
    if len(found) > 1:
        yield from fit("The scripts differ: each side has its own steps.", width)
    for strip in found:
        yield from _strip(strip, width)


def _strip(strip: Strip, width: int) -> Iterator[str]:
    clients = _chosen([lane for side in strip.sides for lane in side.lanes])
    chosen = [
        (side, [lane for lane in side.lanes if lane.client in clients]) for side in strip.sides
    ]
    shown = [lane for _, few in chosen for lane in few]
    names = [words.safe(side.name) for side in strip.sides]
    name_width = min(_WIDEST_NAME, max(map(len, names)))
    client_width = max((len(client_role(lane.client)) for lane in shown), default=0)
    margin = name_width + client_width + 2 * len(_GAP)
    notes = max((len(_note(lane)) for lane in shown), default=0)
    room = width - margin - notes - len(_GAP)
    beside = room >= LEAST_ROOM
    axis = ScriptAxis(strip.moments, room if beside else width - margin)
    yield from ((" " * min(margin, width - len(head)) + head).rstrip() for head in axis.heads)
    for name, (side, few) in zip(names, chosen, strict=True):
        title = end_of(name, name_width, Surface())
        for lane in few:
            label = f"{title:{name_width}}{_GAP}{client_role(lane.client):{client_width}}{_GAP}"
            note = _note(lane)
            drawn = f"{label}{axis.drawn(lane, side.steps)}"
            yield (f"{drawn}{_GAP}{note}" if beside else drawn).rstrip()
            if note and not beside:
                yield from (f"{'':{margin}}{line}" for line in fit(note, width - margin))
            title = ""
        if len(side.lanes) > len(few):
            yield from fit(_others(side.lanes, few), width)
        if side.steps < len(strip.moments):
            steps = f"step {side.steps:,} of {len(strip.moments):,}"
            yield from fit(f"The trace of {name} ends after {steps}.", width)
    yield from fit(axis.steps, width) if axis.steps else ()


def _chosen(lanes: Sequence[Lane]) -> set[int]:
    """The clients to show: of many those that wait longest on any side, and the first holders."""
    held = sorted((lane for lane in lanes if lane.held_up), key=lambda lane: -lane.held_up[0].time)
    longest = list(dict.fromkeys(lane.client for lane in held))
    holders = {name for lane in held[:1] for name in lane.held_up[0].held_by or ()}
    holding = [lane.client for lane in lanes if client_role(lane.client) in holders]
    others = [lane.client for lane in lanes]
    return set(_first([*longest[: _MOST_LANES - 1], *holding, *longest, *others]))


def _first(clients: Iterable[int]) -> Iterable[int]:
    return islice(dict.fromkeys(clients), _MOST_LANES)


def _others(lanes: Sequence[Lane], few: Sequence[Lane]) -> str:
    """What is not shown of a side."""
    waiting = sum(bool(lane.held_up) for lane in lanes) - sum(bool(lane.held_up) for lane in few)
    more = words.count(len(lanes) - len(few), "more client")
    return f"{more}, {waiting:,} of them waiting for another"


def _note(lane: Lane) -> str:
    """For whom a client waits, and how long; of several waits the longest for another client."""
    waits = [wait for _, wait in lane.waits]
    if not waits:
        return ""
    wait = lane.held_up[0] if lane.held_up else max(waits, key=lambda each: each.time)
    more = f", {words.count(len(waits) - 1, 'more wait')}" if len(waits) > 1 else ""
    return f"waits{_for_whom(wait)}, {length(wait)}{more}"


def _for_whom(wait: Wait) -> str:
    held_by = holders(wait)
    return f" for {held_by}" if held_by else ", for no client"


def holders(wait: Wait) -> str:
    """For whom a client waits, the first few; empty if for nobody, or if that is not known."""
    names = wait.held_by or ()
    few = ", ".join(names[:_MOST_NAMED])
    return few if len(names) <= _MOST_NAMED else f"{few} and {len(names) - _MOST_NAMED:,} more"


def length(wait: Wait) -> str:
    """How long a wait was; one that goes on at the end of the trace is longer than that."""
    return words.duration(wait.time) if wait.over else f"over {words.duration(wait.time)}"
