"""The moves that ask for something first: an event's number, or a text to search for."""

from dataclasses import replace

from echotrace.story.nouns import Story
from echotrace.views import words
from echotrace.views.cells import cell_phrase, one_line
from echotrace.views.layout import Row
from echotrace.views.paint import Surface
from echotrace.views.stepper.moves import Position, index_of, to_index
from echotrace.views.steps import Filter, Steps


def go_to(steps: Steps, here: Position, seq: int) -> Position:
    """The first step of an event; filters that hide it are lifted, and a note says so."""
    try:
        event = steps.story.event(seq)
    except KeyError:
        return replace(here, note=_no_such_event(steps, seq))
    unfiltered = Filter(everything=here.filter.everything)
    tried = (
        (here.filter, ""),
        (unfiltered, f"Event {seq} was filtered out: all connections and tasks are shown now."),
        (Filter(everything=True), f"Event {seq} was hidden: all events are shown now."),
    )
    for wanted, note in tried:
        number = steps.of_event(wanted, event.seq)
        if number is not None and steps.passes(wanted, number):
            return Position(wanted, number, note)
    return replace(here, note=_no_such_event(steps, seq))


def _no_such_event(steps: Steps, seq: int) -> str:
    events = steps.story.events
    known = f" they go from {events[0].seq} to {events[-1].seq}" if events else " there are none"
    return f"There is no event {seq}:{known}."


def search(steps: Steps, here: Position, wanted: str) -> Position:
    """The next step whose text has `wanted` in it, whatever the case; from the end to the start."""
    numbers = steps.chosen(here.filter)
    rows = steps.layout(here.filter).rows
    start, text = index_of(steps, here) + 1, wanted.casefold()
    for index in (index % len(numbers) for index in range(start, start + len(numbers))):
        if text in text_of(steps.story, rows[numbers[index]], Surface()).casefold():
            note = "" if index >= start else "The search went on at the first step."
            return replace(to_index(steps, here, index), note=note)
    return replace(here, note=f'No step shown has "{words.safe(wanted)}" in it.')


def text_of(story: Story, row: Row, surface: Surface) -> str:
    """A row in words, as `P1 recv(4) → recvfrom = 5 "hello"`."""
    text = one_line(row.cell, cell_phrase(story, row.cell), row.event.actor, surface, kernel=True)
    return text.replace("\N{NO-BREAK SPACE}", " ")
