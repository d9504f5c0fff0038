"""What a question is before it has words: what it asks of which event, and the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from echotrace.story.nouns import Story


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
    """A question of a `kind`, about the event `event` of the side `side` (its position).

    `case` tells which words of its kind fit: `quiz.KIND.CASE` of the texts; a case may have cases
    of its own, as `close.last`. `facts` are what these words need: names and numbers. `answer` is
    derived from the model, `accepted` are other ways to say it; of `choices`, if there are any, it
    is one. What is a word and no name or number (`nothing`, `FIN`) is the name of a text of
    `quiz.word`. `hidden` is what must not be seen before it is answered; `evidence` are the numbers
    of the events that prove the answer. `variant` is the story that all these numbers are of, if
    that is another one than its side's. Of the questions of a kind those of the highest `merit` are
    asked first.
    """

    kind: str
    side: int
    event: int
    case: str
    answer: str
    facts: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    evidence: tuple[int, ...] = ()
    merit: int = 0
    variant: Story | None = field(default=None, compare=False, repr=False)
