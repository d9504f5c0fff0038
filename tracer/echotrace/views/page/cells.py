"""What stands in a cell, as the fields of one text."""

import re

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.kernel.readiness import as_it_began
from echotrace.story.nouns import Story
from echotrace.story.quiz.fields import result
from echotrace.syscalls import logical_event
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.cells import actor, cell_phrase
from echotrace.views.layout import Cell
from echotrace.views.page.texts import INNER, MARK, Texts
from echotrace.views.phrases import c_call
from echotrace.views.side_cells import wait

_PAYLOAD_WIDTH = 120
#: The first argument of a call, where it is a number: the descriptor it is about.
_FIRST = re.compile(r"(?<=\()[0-9]+(?=[,)])")


def cell(story: Story, shown: Cell, by: str, texts: Texts) -> int:
    """The cell's text: actor, head, kernel, outcome, data, note, answers, begun, wait.

    In the head MARK stands around the descriptor that the call is about. `answers` are what the
    call returned, in all its spellings, the kernel's first; `begun` is the head without what the
    call has written into its arguments, if that is another one. `wait` is what ended the waiting of
    a call that returns.
    """
    said = cell_phrase(story, shown)
    data = "" if said.data is None else words.quoted(said.data, said.size, _PAYLOAD_WIDTH)
    waited = wait(story, shown.event) if shown.part == "return" else None
    called = (said.head, _begun(shown, said.head))
    head, begun = (_marked(words.safe(text), shown) for text in called)
    who, kernel, outcome, note, woken = map(
        words.safe, (actor(shown, by), said.kernel or "", said.outcome, said.note, waited or "")
    )
    answers = INNER.join(map(words.safe, _answers(story, shown, said.outcome)))
    return texts.fields(
        who, head, kernel, outcome, data, note, answers, "" if begun == head else begun, woken
    )


def _marked(head: str, shown: Cell) -> str:
    record = shown.event.record
    if not isinstance(record, Syscall) or not isinstance(record.args.get("fd"), int):
        return head
    return _FIRST.sub(lambda found: f"{MARK}{found[0]}{MARK}", head, count=1)


def _begun(shown: Cell, head: str) -> str:
    record = shown.event.record
    return c_call(as_it_began(record)) if isinstance(record, Syscall) else head


def _answers(story: Story, shown: Cell, outcome: str) -> list[str]:
    """What a quiz takes for the return value: none where the cell has none.

    A call that replaces the program does not return (execve(2)), and whether the program sees
    that a signal has interrupted a call depends on how it handles that signal (signal(7)).
    """
    call = shown.event.record
    if shown.part == "begin" or not isinstance(call, Syscall) or call.result is None:
        return []
    if logical_event(call.name) == "exec" and not call.errno:
        return []
    if (call.errno or "").startswith("ERESTART"):
        return []
    kernel = [f"-1 {call.errno}", call.errno] if call.errno else [str(call.result)]
    told = outcome.removeprefix("= ")
    ended = told.partition(",")[0] if logical_event(call.name) == "wait" else ""
    none = "none" if logical_event(call.name) in WAITS_FOR_READINESS and not call.result else ""
    others = (result(story, shown.event) or "", told, ended, none)
    return list(dict.fromkeys((*kernel, *(each for each in others if each))))
