"""The kinds of questions, in the order in which they are asked."""

from collections.abc import Callable, Iterator, Mapping

from echotrace.story.quiz import (
    actors,
    bugs,
    counts,
    descriptors,
    design,
    holders,
    readies,
    results,
    what_if,
    wires,
)
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.nouns import Asked

Candidates = Callable[[Ground], Iterator[Asked]]

#: All questions of a kind that there are, by its name.
KINDS: Mapping[str, Candidates] = {
    "result": results.candidates,
    "descriptor": descriptors.candidates,
    "ready": readies.candidates,
    "actor": actors.candidates,
    "count": counts.candidates,
    "holders": holders.candidates,
    "wire": wires.candidates,
    "what_if": what_if.candidates,
    "bug": bugs.candidates,
    "design": design.candidates,
}
#: Kinds that are about a server at large, whatever event they begin with.
AT_LARGE = frozenset({"bug", "design"})
#: Kinds whose answers are read off the rows of their evidence: these must not be blank.
READ_OFF = frozenset({"result", "descriptor", "ready", "actor"})
