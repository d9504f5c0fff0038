"""What to ask before anything is told: from what differs between the sides, or what one side is.

Each question is answered by what comes later in the document.
"""

from collections.abc import Callable, Sequence

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.nouns import Story
from echotrace.syscalls import ROWS
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.document.nouns import Box
from echotrace.views.document.runs import Run
from echotrace.views.handout import script
from echotrace.views.handout.nouns import Making

_MOST = 3  # questions
_ROOM = 2  # lines to write on


def question(making: Making) -> tuple[Run, ...]:
    """What the handout is about, in a sentence or two."""
    texts = making.texts
    names = [words.safe(name) for name in making.stories]
    if making.compared is None:
        return texts.runs("question.one", name=names[0])
    listed = texts.say("question.names", first=", ".join(names[:-1]), last=names[-1])
    alike = len({script.played(story) for story in making.stories.values()}) == 1
    opening = texts.runs("question.many" if alike else "question.unlike", names=listed)
    kinds = _kinds(making)
    if not kinds:
        same = "question.same" if making.compared.same else "question.rows"
        return (*opening, " ", *texts.runs(same))
    return (*opening, " ", *texts.runs(_about(making, kinds[0])))


def box(making: Making) -> Box:
    """The questions whose answers are to be predicted, and room for them."""
    texts, stories = making.texts, list(making.stories.values())
    own = [f"predict.{name}" for name, suits in _OF_SIDES if any(map(suits, stories))]
    further = [_about(making, kind) for kind in _kinds(making)[1 : _MOST - 1]]
    keys = dict.fromkeys([*own[: _MOST - len(further)], *further])
    asked = tuple(map(texts.runs, keys))
    return Box(texts.say("predict.title"), asked, _ROOM)


def _kinds(making: Making) -> Sequence[str]:
    """The kinds of difference between the first side and any other, most telling first."""
    sides = making.compared.differences if making.compared else ()
    ranks: dict[str, int] = {}
    for told in sides:
        for rank, each in enumerate(told):
            ranks[each.kind] = min(rank, ranks.get(each.kind, rank))
    return sorted(ranks, key=lambda kind: ranks[kind])


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
