"""The sentence that explains a step: the one place where the stepper asks for it."""

from collections.abc import Mapping

from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import ROWS, c_function, logical_event
from echotrace.trace import ClientStep, Syscall
from echotrace.views import words
from echotrace.views.cells import row_phrase
from echotrace.views.layout import Row

#: What a client does, by the action of the script.
_STEPS: Mapping[str, str] = {
    "connect": "connects to the server",
    "send": "sends bytes to the server",
    "expect": "has read the answer that the script expects",
    "shutdown": "ends its data and can still receive",
    "close": "closes its connection",
    "reset": "resets its connection",
    "wait": "does nothing for a while",
}


def narrate(story: Story, row: Row) -> str:
    """What a step means, in a sentence or two.

    A call that only begins is told without its outcome, which is not known yet at that step.
    """
    record = row.event.record
    if row.part == "begin" and isinstance(record, Syscall):
        return f"{_gloss(row.event, record)} There is nothing to do yet: it waits."
    return _explained(story, row)


def _explained(story: Story, row: Row) -> str:
    """What an event did."""
    record = row.event.record
    if isinstance(record, Syscall):
        return f"{_gloss(row.event, record)}{_outcome(row, record)}"
    said = row_phrase(story, row)
    head = _STEPS.get(said.head, said.head) if isinstance(record, ClientStep) else said.head
    return f"{row.event.actor} {head}{f', {said.note}' if said.note else ''}."


def _gloss(event: StoryEvent, call: Syscall) -> str:
    """What a call is for, by its name."""
    name = f"{event.actor} calls {words.safe(c_function(call.name, call.args))}()"
    return f"{name}, which {ROWS[call.name].gloss}." if call.name in ROWS else f"{name}."


def _outcome(row: Row, call: Syscall) -> str:
    if call.result is None:
        ends = logical_event(call.name) == "exit"
        return "" if ends else " It had not returned when the recording ended."
    if call.errno:
        return f" It fails with {words.safe(call.errno)}."
    return " It has waited until now." if row.part == "return" else ""
