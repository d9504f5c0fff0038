"""What a question is before it has words: what it asks of which event, and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Field(StrEnum):
    """What of an event, or of the state just after it, a question leaves out."""

    RESULT = "result"
    DESCRIPTOR = "descriptor"
    ACTOR = "actor"
    COUNT = "count"  # how many descriptors refer to the open file description
    HOLDERS = "holders"  # which tasks' tables they are in
    WIRE = "wire"  # what the kernel sends


@dataclass(frozen=True)
class Hidden:
    """What is left out: a field of the event `seq` of a side (its position)."""

    side: int
    seq: int
    field: Field


@dataclass(frozen=True)
class Asked:
    """A question of a `kind`, whose words are the texts of that name.

    `facts` are what these words need: names, numbers, calls as a view shows them. `answer` is
    derived from the model, `accepted` are other ways to say it; of `choices`, if there are any, it
    is one. `hidden` is what must not be seen before it is answered; `evidence` are the numbers of
    the events that prove the answer, of the side `side` (its position).
    """

    kind: str
    side: int
    answer: str
    facts: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    evidence: tuple[int, ...] = ()
