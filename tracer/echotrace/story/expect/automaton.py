"""A pattern as an automaton: its expected steps, and which of them may come after which.

One state for each place in the pattern (Glushkov's construction), sets of states as bits of an
integer: a step is one intersection and the union of what may follow, whatever the pattern.
Reference: V. M. Glushkov, "The abstract theory of automata", 1961.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from echotrace.story.expect.pattern import Chain, Choice, Expected, Pattern, Repeat

#: The state before the first step; expected steps are numbered from 1, as the pattern has them.
START = 0


@dataclass(frozen=True)
class _Span:
    """A part of a pattern: the states that may be first and last in it, and whether it may lack."""

    first: int
    last: int
    optional: bool


@dataclass
class Automaton:
    """The states of a pattern; `end` is the state after its last step."""

    pattern: Pattern
    expected: list[Expected] = field(default_factory=list)
    _follow: list[int] = field(default_factory=lambda: [0])
    _known: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        whole = self._add(self.pattern)
        self.end = len(self._follow)
        self._follow[START] = whole.first
        self._link(whole.last | (whole.optional << START), 1 << self.end)

    def may_end(self, states: int) -> bool:
        """Whether any of some states may be the last."""
        return bool(self.after(states) >> self.end & 1)

    def after(self, states: int) -> int:
        """The states that may come next after any of some."""
        found = self._known.get(states)
        if found is None:
            found = 0
            for state in bits(states):
                found |= self._follow[state]
            self._known[states] = found
        return found

    def follows(self, state: int, other: int) -> bool:
        """Whether `state` may come right after `other`."""
        return bool(self._follow[other] >> state & 1)

    def _add(self, pattern: Pattern) -> _Span:
        match pattern:
            case Expected():
                self.expected.append(pattern)
                self._follow.append(0)
                bit = 1 << len(self.expected)
                return _Span(bit, bit, optional=False)
            case Chain(parts):
                whole = self._add(parts[0])
                for part in parts[1:]:
                    whole = self._joined(whole, self._add(part))
                return whole
            case Choice(parts):
                spans = [self._add(part) for part in parts]
                first = last = 0
                for span in spans:
                    first, last = first | span.first, last | span.last
                return _Span(first, last, optional=any(span.optional for span in spans))
            case Repeat(part, mark):
                span = self._add(part)
                if mark != "?":
                    self._link(span.last, span.first)
                return _Span(span.first, span.last, optional=mark != "+" or span.optional)

    def _joined(self, one: _Span, other: _Span) -> _Span:
        self._link(one.last, other.first)
        return _Span(
            one.first | (other.first if one.optional else 0),
            other.last | (one.last if other.optional else 0),
            optional=one.optional and other.optional,
        )

    def _link(self, last: int, first: int) -> None:
        for state in bits(last):
            self._follow[state] |= first


def bits(states: int) -> Iterator[int]:
    """The numbers of the states of a set, in order."""
    while states:
        lowest = states & -states
        yield lowest.bit_length() - 1
        states ^= lowest
