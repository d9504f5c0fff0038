"""How a program sends what it received: in a loop until all is sent, or once. From its source.

Either language gives its calls with the loops and functions around them; what that means is decided
here, the same for both. What is not clear is not told: text can be anything.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Sending(StrEnum):
    """How often send is called for what was received."""

    LOOP = "in a loop of its own"
    ONCE = "once"


@dataclass(frozen=True)
class SourceCall:
    """One call in a source.

    `start` and `end` are its place in the text, the arguments included, in any unit. `to_the_end`:
    what is called sends all by itself.
    """

    name: str
    line: int
    start: int
    end: int
    to_the_end: bool = False


@dataclass(frozen=True)
class Span:
    """From where to where in the text a loop or a function goes; a loop has no name."""

    start: int
    end: int
    name: str = ""

    def has(self, call: SourceCall) -> bool:
        """Whether a call stands in it."""
        return self.start <= call.start and call.end <= self.end


@dataclass(frozen=True)
class Program:
    """The calls, loops and functions of a source file.

    `goes_on` tells whether in a loop or function what a call returns changes a name that is among
    its arguments: so a program goes on after a short send.
    """

    calls: Sequence[SourceCall]
    loops: Sequence[Span]
    functions: Sequence[Span]
    goes_on: Callable[[SourceCall, Span], bool]


def sending(
    program: Program, send: tuple[int, frozenset[str]], recv: tuple[int, frozenset[str]]
) -> Sending | None:
    """How a program calls send for what recv gave; None where that is not clear.

    Each is given as its line, and the names by which the source may call it there.
    """
    found = [_only(program, *where) for where in (send, recv)]
    if found[0] is None or found[1] is None:
        return None
    return _of_call(program, found[0], _leading_to(program, found[1].name), frozenset())


def _only(program: Program, line: int, names: frozenset[str]) -> SourceCall | None:
    """The call on a line, if it is the only such."""
    found = [call for call in program.calls if call.line == line and call.name in names]
    return found[0] if len(found) == 1 else None


def _of_call(
    program: Program, send: SourceCall, receiving: frozenset[str], seen: frozenset[str]
) -> Sending | None:
    """The same for a call of send, or of a function that does no more than to call it."""
    if send.to_the_end:
        return Sending.LOOP
    function = _innermost(program.functions, send)
    within = (loop for loop in program.loops if function is None or loop.start > function.start)
    loop = _innermost(list(within), send)
    around = loop or function
    goes_on = around is not None and program.goes_on(send, around)
    fed = loop is not None and _receives(program, loop, receiving)
    if loop is not None and not fed:
        return Sending.LOOP if goes_on else None
    if goes_on or _is_one_of_several(program, send, function):
        return None  # it may send the rest later
    if fed or function is None or function.name in receiving:
        return Sending.ONCE
    if function.name in seen:
        return None
    told = {
        _of_call(program, call, receiving, seen | {function.name})
        for call in program.calls
        if call.name == function.name and not function.has(call)
    }
    return told.pop() if len(told) == 1 else None


def _innermost(spans: Sequence[Span], call: SourceCall) -> Span | None:
    around = [span for span in spans if span.has(call)]
    return max(around, key=lambda span: span.start, default=None)


def _receives(program: Program, span: Span, receiving: frozenset[str]) -> bool:
    return any(span.has(call) and call.name in receiving for call in program.calls)


def _is_one_of_several(program: Program, send: SourceCall, function: Span | None) -> bool:
    alike = (call for call in program.calls if call.name == send.name and call != send)
    return any(_innermost(program.functions, call) == function for call in alike)


def _leading_to(program: Program, name: str) -> frozenset[str]:
    """The function `name` and all that call it, by others too."""
    leading: set[str] = set()
    new = {name}
    while new:
        leading |= new
        callers = (_innermost(program.functions, c) for c in program.calls if c.name in new)
        new = {caller.name for caller in callers if caller and caller.name} - leading
    return frozenset(leading)
