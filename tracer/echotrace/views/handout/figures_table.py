"""The table of figures: calls, tasks, descriptors, zombies, and who closes which connection."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from echotrace.kernel.state import State
from echotrace.story.closings import Closing, Sent, closings
from echotrace.story.costs.costs import Costs, costs
from echotrace.story.costs.moments import end_of
from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Field
from echotrace.story.roles import is_thread
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.document.nouns import Group, Item, Line, Table
from echotrace.views.document.runs import Run, Text, runs
from echotrace.views.handout.nouns import Making
from echotrace.views.texts import Texts

_MOST_CONNECTIONS, _MOST_CLOSINGS, _MOST_NAMES = 3, 3, 3


def table(making: Making) -> Table:
    """The table: a row for each figure, a column for each side."""
    texts, stories = making.texts, making.stories
    measured = [(story, costs(story)) for story in stories.values()]
    rows = []
    for name, measure in _MEASURES.items():
        cells = [measure(*each, texts) for each in measured]
        if name not in _ONLY_IF_ANY or any(cell != "0" for cell in cells):
            rows.append(_row(texts.say(f"figures.{_label(name, stories.values())}"), cells))
    rows += _closings(making)
    head = (texts.say("figures.measure"), *map(words.safe, stories))
    return Table(texts.say("figures.caption"), head, tuple(rows))


def _label(name: str, stories: Iterable[Story]) -> str:
    """The name of a row's text: of servers that have no connections it is about peers."""
    served = [each for story in stories for each in story.connections]
    peers = bool(served) and all(each.datagram for each in served)
    return "calls_per_peer" if peers and name == "calls_per_connection" else name


def _row(label: str, cells: Sequence[Text]) -> Group:
    return Group(label, (Line(tuple(map(Item, cells))),))


def _calls_per_connection(_story: Story, own: Costs, texts: Texts) -> str:
    spread = own.calls_per_connection
    if spread is None:
        return texts.say("figures.unknown")
    median = f"{spread.median:,.1f}".removesuffix(".0")
    if spread.least == spread.most:
        return median
    least, most = f"{spread.least:,}", f"{spread.most:,}"
    return texts.say("figures.spread", median=median, least=least, most=most)


def _calls(story: Story, _own: Costs, _texts: Texts) -> str:
    return f"{sum(isinstance(event.record, Syscall) for event in story.events):,}"


def _processes(story: Story, _own: Costs, texts: Texts) -> str:
    return _counted([role for role in story.roles.names if not is_thread(role)], texts)


def _threads(story: Story, _own: Costs, texts: Texts) -> str:
    return _counted([role for role in story.roles.names if is_thread(role)], texts)


def _most_open(_story: Story, own: Costs, texts: Texts) -> str:
    most = own.most_open
    if most is None:
        return texts.say("figures.unknown")
    if most.in_one == most.in_all:
        return f"{most.in_one:,}"
    return texts.say("figures.in_all", one=f"{most.in_one:,}", all=f"{most.in_all:,}")


def _zombies(story: Story, _own: Costs, texts: Texts) -> str:
    state = story.history.at(end_of(story))
    return _counted(
        [
            texts.say("figures.ended", name=_role(story, state, each.pid), seq=str(each.exit))
            for each in state.processes
            if each.zombie and each.parent is not None
        ],
        texts,
    )


def _role(story: Story, state: State, pid: int) -> str:
    return story.roles.of(pid, state.time) or f"?{pid}"


def _reaped(story: Story, _own: Costs, texts: Texts) -> str:
    """The children whose end somebody waited for, with the number of the wait."""
    waits = story.links.reapers.items()
    told = [texts.say("figures.ended", name=role, seq=str(seq)) for role, seq in waits]
    return _counted(told, texts)


def _counted(names: Sequence[str], texts: Texts) -> str:
    """How many there are, and which: `2: P0, P1`."""
    if not names:
        return "0"
    told = list(names[:_MOST_NAMES])
    if len(names) > _MOST_NAMES:
        told.append(texts.say("figures.more", count=f"{len(names) - _MOST_NAMES:,}"))
    return texts.say("figures.of_events", count=f"{len(names):,}", names=", ".join(told))


_MEASURES: dict[str, Callable[[Story, Costs, Texts], str]] = {
    "calls_per_connection": _calls_per_connection,
    "calls": _calls,
    "processes": _processes,
    "threads": _threads,
    "most_open": _most_open,
    "zombies": _zombies,
    "reaped": _reaped,
}
#: A row of zeros of these says nothing.
_ONLY_IF_ANY = frozenset({"reaped"})


def _closings(making: Making) -> Iterator[Group]:
    """Who closes each connection; of many, the first ones."""
    texts, stories = making.texts, making.stories
    wanted = making.wish.connection
    most = max((len(story.connections) for story in stories.values()), default=0)
    numbers = range(1, most + 1) if wanted is None else range(wanted, wanted + 1)
    found = {side: closings(story) for side, story in stories.items()}
    for number in islice(numbers, _MOST_CONNECTIONS):
        cells = [
            _closed(making, side, story, number, found[side].get(number, ()))
            for side, story in stories.items()
        ]
        yield _row(texts.say("figures.closes", connection=f"#{number}"), cells)
    if len(numbers) > _MOST_CONNECTIONS:
        rest = [max(0, len(story.connections) - _MOST_CONNECTIONS) for story in stories.values()]
        shown = [
            texts.say("figures.not_shown", count=f"{count:,}") if count else "" for count in rest
        ]
        yield _row(texts.say("figures.closes_more"), shown)


def _closed(
    making: Making, side: str, story: Story, number: int, own: Sequence[Closing]
) -> Text:  # fmt: skip
    texts = making.texts
    if number > len(story.connections):
        return texts.say("figures.no_connection")
    if story.connection(number).datagram:
        return texts.say("figures.peer")
    told = [_closing(making, side, closing, several=len(own) > 1) for closing in own]
    if len(told) > _MOST_CLOSINGS:  # the last one says how the connection ends
        left_out = texts.say("closing.more", count=f"{len(told) - _MOST_CLOSINGS:,}")
        told = [*told[: _MOST_CLOSINGS - 1], (left_out,), told[-1]]
    if not any(closing.last for closing in own):
        told.append((texts.say("closing.open"),))
    joined: list[Run] = []
    for piece in told:
        joined += [", ", *piece] if joined else piece
    return tuple(joined)


def _closing(making: Making, side: str, closing: Closing, *, several: bool) -> tuple[Run, ...]:
    """Who closes: its copy, or the last one, and what the kernel sends then."""
    texts, annotations, seq = making.texts, making.annotations, closing.event.seq
    who = closing.event.actor
    if closing.by_end:
        process = making.stories[side].roles.process(who)
        who = texts.say("closing.by_end", actor=process)
    untold = any(annotations.blank(side, seq, part) for part in (Field.COUNT, Field.HOLDERS))
    kind = "one" if untold or not several else "last" if closing.last else "copy"
    said = texts.runs(f"closing.{kind}", who=who, seq=str(seq))
    blank = annotations.blank(side, seq, Field.WIRE)
    if blank is not None:
        return (*said, ": ", blank)
    if not closing.last or closing.sent is Sent.UNKNOWN:
        return said
    return (*said, ": ", *runs(texts.say(f"sent.{closing.sent}")))
