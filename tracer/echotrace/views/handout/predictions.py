"""What to ask before anything is told: from what differs between the sides, or what one side is.

Each question is answered by what comes later in the document.
"""

from collections.abc import Callable, Collection, Iterator, Sequence

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import Story
from echotrace.syscalls import ROWS
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.document.nouns import Box
from echotrace.views.document.runs import Run
from echotrace.views.handout import predicted, script
from echotrace.views.handout.nouns import Making

_MOST = 3  # questions
_ROOM = 1  # lines to write on, for each


def question(making: Making) -> tuple[Run, ...]:
    """What the handout is about, in a sentence or two."""
    texts = making.texts
    names = [words.safe(name) for name in making.stories]
    if making.compared is None:
        return texts.runs("question.one", name=names[0])
    listed = texts.say("question.names", first=", ".join(names[:-1]), last=names[-1])
    alike = len({script.played(story) for story in making.stories.values()}) == 1
    opening = texts.runs("question.many" if alike else "question.unlike", names=listed)
    if _is_translation(making):
        return (*opening, " ", *texts.runs("question.languages"))
    kinds = _kinds(making)
    if not kinds:
        same = "question.same" if making.compared.same else "question.rows"
        return (*opening, " ", *texts.runs(same))
    return (*opening, " ", *texts.runs(_about(making, kinds[0])))


def box(making: Making) -> Box:
    """The questions whose answers are to be predicted, and room for them."""
    texts, stories = making.texts, list(making.stories.values())
    own = [name for name, suits in _OF_SIDES if any(map(suits, stories))]
    further = _kinds(making)[0 if _is_translation(making) else 1 :][: _MOST - 2]
    asked = {
        **{f"predict.{name}": _of_sides(making, name) for name in own[: _MOST - len(further)]},
        **{_about(making, kind): _of_difference(making, kind) for kind in further},
    }
    answers = tuple(asked.values()) if making.key else ()
    return Box(texts.say("predict.title"), tuple(map(texts.runs, asked)), _ROOM, answers)


def _is_translation(making: Making) -> bool:
    """Whether all sides are one server, in several languages."""
    headers = [story.trace.header for story in making.stories.values()]
    servers, languages = ({getattr(h, name) for h in headers} for name in ("server", "language"))
    return len(servers) == 1 < len(languages)


def _of_sides(making: Making, name: str) -> str:
    """What each side shows of that."""
    told = making.stories.items()
    return " ".join(
        predicted.answer(name, words.safe(side), story, making.texts) for side, story in told
    )


def _of_difference(making: Making, kind: str) -> str:
    """What differs in that between the first side and each other one."""
    told = dict.fromkeys(each.sentence for _, each in _shown(making) if each.kind == kind)
    return " ".join(f"{words.safe(sentence)}." for sentence in told)


def _kinds(making: Making) -> Sequence[str]:
    """The kinds of difference between the first side and any other, most telling first."""
    ranks: dict[str, int] = {}
    for rank, each in _shown(making):
        ranks[each.kind] = min(rank, ranks.get(each.kind, rank))
    return sorted(ranks, key=lambda kind: ranks[kind])


def _shown(making: Making) -> Iterator[tuple[int, Difference]]:
    """The differences that rows of the comparison show, each with its rank between two sides."""
    compared = making.compared
    if compared is None:
        return
    rows = [
        {event.seq for each in compared.alignments for event in each.events(side)}
        for side in range(len(compared.stories))
    ]
    for side, told in enumerate(compared.differences, start=1):
        for rank, each in enumerate(told):
            ours, theirs = (
                _calls(compared.stories[n], events)
                for n, events in zip((0, side), each.events, strict=True)
            )
            if ours <= rows[0] and theirs <= rows[side]:
                yield rank, each


def _calls(story: Story, events: Collection[int]) -> set[int]:
    """Those that are the server's: what a client does has no row of its own."""
    return {seq for seq in events if isinstance(story.event(seq).record, Syscall)}


def _about(making: Making, kind: str) -> str:
    key = f"question.about.{kind}"
    return key if key in making.texts.entries else "question.about.other"


def _serves(story: Story) -> bool:
    return bool(story.connections)


def _has_tasks(story: Story) -> bool:
    return len(story.roles.names) > 1 and story.trace.header.clients > 0


def _waits_for_many(story: Story) -> bool:
    calls = (event.record for event in story.events if isinstance(event.record, Syscall))
    return any(call.name in ROWS and ROWS[call.name].event in WAITS_FOR_READINESS for call in calls)


def _has_connections(story: Story) -> bool:
    return any(not each.datagram for each in story.connections)


#: Which question suits a side that is like this; in the order in which they are asked.
_OF_SIDES: Sequence[tuple[str, Callable[[Story], bool]]] = (
    ("tasks", _has_tasks),
    ("closes", _has_connections),
    ("ready", _waits_for_many),
    ("waits", _serves),
    ("end", _has_connections),
)
