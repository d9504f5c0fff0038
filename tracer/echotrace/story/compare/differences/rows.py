"""Which rows that differ are of one kind, and which of them a sentence tells of."""

from dataclasses import dataclass
from typing import TypeAlias

from echotrace.story.compare.differences.sides import Pair, of_datagrams
from echotrace.story.compare.nouns import Difference, Mark, Step
from echotrace.trace import Syscall

#: Sections that are no part of a connection's course.
_APART = frozenset({"set-up", "between", "tear-down"})

Kind: TypeAlias = tuple[object, ...]

#: The kinds of difference that tell of another error, or of a call that does not return.
_OF_OUTCOMES = frozenset({"outcome", "left-waiting"})
#: Those that tell of other flags of a call that moves bytes.
_OF_FLAGS = frozenset({"flags", "outcome"})


def kind_of_row(pair: Pair) -> Kind:
    """Equal for rows that differ alike, whatever bytes they move."""
    left, right = pair.steps
    known = left or right
    if known is None or (left is not None and right is not None):
        both = zip(_brief(left), _brief(right), strict=False)
        differ = tuple((at, a, b) for at, (a, b) in enumerate(both) if a != b)
        return (known and known.key[0], pair.mark, differ, _bytes_differ(pair))
    apart = known.section if known.section in _APART else ""
    return (apart, known.key, pair.mark, left is None, _brief(known))


def _brief(step: Step | None) -> Kind:
    """The call, its error, whether it returns, and what it asks for; without the bytes."""
    if step is None or not isinstance(step.event.record, Syscall):
        return step.essence if step else ()
    name, errno, going_on, _, _, *asked = step.essence
    return (name, errno, going_on, *asked)


def _bytes_differ(pair: Pair) -> bool:
    left, right = pair.left, pair.right
    if left is None or right is None:
        return False
    one, other = left.record, right.record
    if not isinstance(one, Syscall) or not isinstance(other, Syscall):
        return False
    return one.data is not None and (one.data, one.result) != (other.data, other.result)


@dataclass(frozen=True)
class Told:
    """A sentence, by what it is about: its kind, and its events on both sides."""

    kind: str
    events: tuple[frozenset[int], frozenset[int]]

    @classmethod
    def of(cls, difference: Difference) -> "Told":
        """What a difference is about."""
        left, right = map(frozenset, difference.events)
        return cls(difference.kind, (left, right))


def tells(told: Told, pair: Pair) -> bool:
    """Whether a sentence is about a row: it names its events, and says what differs there."""
    named = [
        event.seq in numbers
        for event, numbers in zip((pair.left, pair.right), told.events, strict=True)
        if event is not None
    ]
    if not all(named):
        return False
    if pair.mark is not Mark.DIFFERENT:
        return True
    mine, your = (event.record if event else None for event in (pair.left, pair.right))
    if not isinstance(mine, Syscall) or not isinstance(your, Syscall):
        return True
    if (mine.errno, mine.end is None) != (your.errno, your.end is None):
        return told.kind in _OF_OUTCOMES
    moves = mine.data is not None and mine.name == your.name
    datagrams = any(event is not None and of_datagrams(event) for event in (pair.left, pair.right))
    if moves and not datagrams and mine.args.get("flags") != your.args.get("flags"):
        return told.kind in _OF_FLAGS
    return True
