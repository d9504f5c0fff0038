"""Chooses questions: the same stories and the same seed give the same ones."""

from collections.abc import Iterable, Iterator, Sequence
from random import Random

from echotrace.pauses import no_garbage_collection
from echotrace.story.nouns import Story
from echotrace.story.quiz.ground import Ground, Spot
from echotrace.story.quiz.kinds import KINDS
from echotrace.story.quiz.nouns import Asked


@no_garbage_collection()
def asked(
    stories: Sequence[Story], seed: int, kinds: Sequence[str] | None = None,
    count: int | None = None,
) -> tuple[Asked, ...]:  # fmt: skip
    """So many questions of some kinds (one of each, of all kinds, unless told otherwise).

    Kinds take turns. None gives away what another one asks. There are fewer where the stories give
    no more. KeyError for a kind that there is not.
    """
    ground, chooser = Ground(stories), Random(seed)  # noqa: S311 -- a choice, no secret
    names = list(KINDS if kinds is None else kinds)
    pools = [_shuffled(KINDS[name](ground), chooser) for name in names]
    wanted = len(names) if count is None else count
    chosen: list[Asked] = []
    while any(pools) and len(chosen) < wanted:
        for pool in pools:
            question = _next(pool, chosen)
            if question is not None and len(chosen) < wanted:
                chosen.append(question)
    return tuple(chosen)


def _shuffled(candidates: Iterable[Asked], chooser: Random) -> list[Asked]:
    found = list(candidates)
    chooser.shuffle(found)
    return found


def _next(pool: list[Asked], chosen: Sequence[Asked]) -> Asked | None:
    """The next one that goes with those chosen; those before it are dropped."""
    while pool:
        question = pool.pop()
        if not any(_give_away(question, other) for other in chosen):
            return question
    return None


def _give_away(one: Asked, other: Asked) -> bool:
    """Whether one question tells the answer of the other."""
    return bool(
        _left_out(one) & {*_left_out(other), *_told(other)} or _left_out(other) & set(_told(one))
    )


def _left_out(question: Asked) -> set[Spot]:
    return {(each.side, each.seq) for each in question.hidden}


def _told(question: Asked) -> Iterator[Spot]:
    yield question.side, question.event
    yield from ((question.side, seq) for seq in question.evidence)
