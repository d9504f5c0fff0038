"""The kinds of questions, in the order in which they are asked."""

from collections.abc import Callable, Iterator, Mapping

from echotrace.story.quiz import counts, results
from echotrace.story.quiz.ground import Ground
from echotrace.story.quiz.nouns import Asked

Candidates = Callable[[Ground], Iterator[Asked]]

#: All questions of a kind that there are, by its name.
KINDS: Mapping[str, Candidates] = {
    "result": results.candidates,
    "count": counts.candidates,
}
