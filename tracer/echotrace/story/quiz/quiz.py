"""Chooses questions: the same stories and the same seed give the same ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random

from echotrace.pauses import no_garbage_collection
from echotrace.story.nouns import Story
from echotrace.story.quiz.ground import Ground, Spot
from echotrace.story.quiz.kinds import AT_LARGE, KINDS, READ_OFF
from echotrace.story.quiz.nouns import Asked
from echotrace.story.sight import out_of_sight


def asked(
    stories: Sequence[Story],
    seed: int,
    kinds: Sequence[str] | None = None,
    count: int | None = None,
    *,
    connection: int | None = None,
) -> tuple[Asked, ...]:
    """So many questions of some kinds (one of each, of all kinds, unless told otherwise).

    They are in the order of their kinds. None gives away what another one asks. There are fewer
    where the stories give no more: `shortage` says why. Those of a `connection` are about events of
    it, and the server at large. KeyError for a kind that there is not.
    """
    names = tuple(KINDS if kinds is None else kinds)
    wanted = len(names) if count is None else count
    return planned(stories, seed, [(names, wanted)], connection=connection)


@no_garbage_collection()
def planned(
    stories: Sequence[Story],
    seed: int,
    plan: Sequence[tuple[Sequence[str], int]],
    *,
    connection: int | None = None,
    teaches_less: Callable[[Asked], bool] | None = None,
) -> tuple[Asked, ...]:
    """Questions group by group: of each so many, of kinds that take turns; else as `asked`.

    What `teaches_less` is asked only where its kind has nothing else to ask.
    """
    ground, chooser = Ground(stories), Random(seed)  # noqa: S311 -- a choice, no secret
    chosen: list[Asked] = []
    for kinds, wanted in plan:
        pools = {kind: _pool(ground, kind, connection, chooser) for kind in kinds}
        for pool in pools.values():
            _order(pool, chooser)
            if teaches_less is not None:
                pool.sort(key=teaches_less, reverse=True)
        own = _taken_in_turns(list(pools.values()), wanted, chosen, chooser)
        chosen += sorted(own, key=lambda question: list(kinds).index(question.kind))
    return tuple(chosen)


def shortage(stories: Sequence[Story]) -> tuple[tuple[int, str], ...]:
    """Why each side gives few questions, as the name of a text of `quiz.short`, by its position."""
    return tuple((side, _reason(story)) for side, story in enumerate(stories))


def _reason(story: Story) -> str:
    end = story.trace.end
    if out_of_sight(story):
        return "out_of_sight"
    if end is None or end.reason is not None:
        return "cut_off"
    if not story.connections:
        return "no_connections"
    return "datagrams" if all(each.datagram for each in story.connections) else "few"


def _pool(ground: Ground, kind: str, connection: int | None, chooser: Random) -> list[Asked]:
    """All questions of a kind, in any order."""
    found = [each for each in KINDS[kind](ground) if _is_about(ground, each, connection)]
    chooser.shuffle(found)
    return found


def _order(pool: list[Asked], chooser: Random) -> None:
    """The last one comes first: of the most merit, and of the same merit another answer each."""
    before = Counter[tuple[int, str]]()
    turns: dict[int, int] = {}
    for question in pool:
        same = (question.merit, question.answer)
        turns[id(question)] = before[same]
        before[same] += 1
    chooser.shuffle(pool)  # an answer that many questions have is not among the first for that
    pool.sort(key=lambda question: (question.merit, -turns[id(question)]))


def _is_about(ground: Ground, question: Asked, connection: int | None) -> bool:
    if connection is None:
        return True
    if question.kind in AT_LARGE:
        return True
    number = ground.stories[question.side].event(question.event).place.connection
    return number in (None, connection)


def _taken_in_turns(
    pools: list[list[Asked]], wanted: int, before: Sequence[Asked], chooser: Random
) -> list[Asked]:
    """So many questions that go with each other and with those before."""
    taken: list[Asked] = []
    chooser.shuffle(pools)
    while any(pools) and len(taken) < wanted:
        for pool in pools:
            question = _next(pool, [*before, *taken])
            if question is not None and len(taken) < wanted:
                taken.append(question)
    return taken


def _next(pool: list[Asked], chosen: Sequence[Asked]) -> Asked | None:
    """The next one that goes with those chosen; those before it are dropped."""
    while pool:
        question = pool.pop()
        if not any(_give_away(question, other) for other in chosen):
            return question
    return None


def _give_away(one: Asked, other: Asked) -> bool:
    """Whether one question tells the answer of the other, or is the same but for a number."""
    if one.kind == other.kind == "design":
        return one.side == other.side
    return bool(
        _left_out(one) & {*_left_out(other), *_told(other)} or _left_out(other) & set(_told(one))
    )


def _left_out(question: Asked) -> set[Spot]:
    return {(each.side, each.seq) for each in question.hidden}


def _told(question: Asked) -> Iterator[Spot]:
    """The events that the question is about, or whose rows have to be seen for the answer."""
    if question.kind not in AT_LARGE:
        yield question.side, question.event
    for seq in question.evidence if question.kind in READ_OFF else ():
        yield question.side, seq
