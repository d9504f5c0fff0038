"""What differs in the tasks that serve: how they are made, when, and what they share."""

from collections.abc import Iterator, Sequence

from echotrace.functions import called
from echotrace.story.compare.differences.service import Service, flags_of, service
from echotrace.story.compare.differences.sides import Pair, Shown, Side, call_of, difference
from echotrace.story.compare.nouns import Difference
from echotrace.story.nouns import StoryEvent

#: The flags of clone(2) that say most of what a task is.
_TELLING = ("CLONE_VM", "CLONE_VFORK", "CLONE_THREAD")


def makes(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who serves is made in different ways, or only on one side is made for the connection."""
    mine, your = service(one), service(other)
    if mine is None or your is None:
        return
    if mine.maker and your.maker:
        if mine.thread != your.thread or _how(mine) != _how(your):
            told = [_made(each) for each in (mine, your)]
            if all(told):
                events = [(one, mine.maker), (other, your.maker)]
                yield difference("task", "; ".join(told), *events)
        return
    for own, across in ((mine, your), (your, mine)):
        if own.maker is None or own.beforehand or across.maker is not None:
            continue
        made = _made(own)
        if made:
            yield difference(
                "task",
                f"{made}{_ends_with_it(own)}; {_serves_itself(across)}",
                *_shown(own, own.maker, own.ending),
                *_shown(across, across.accept, across.served),
            )


def _how(own: Service) -> tuple[str, frozenset[str]]:
    maker = own.maker
    return (call_of(maker).name if maker else "", frozenset(flags_of(maker)))


def _made(own: Service) -> str:
    """The sentence of a task that is made; empty where the flags are not known."""
    assert own.maker is not None
    call, flags = call_of(own.maker), flags_of(own.maker)
    if call.name.startswith("clone") and not flags:
        return ""
    function = called(call)
    name = function if function == call.name else f"{function}() → {call.name}"
    names = _TELLING if own.thread else (*_TELLING, "CLONE_FILES")
    telling = "|".join(flag for flag in names if flag in flags)
    with_flags = f" with {telling}" if telling else " without CLONE_VM" if flags else ""
    what = f"thread of {own.process}, in its memory" if own.thread else "process"
    return f"{own.who} is a new {what}: {name}{with_flags} ({own.side.at(own.maker)})"


def _ends_with_it(own: Service) -> str:
    return f" and ends with {own.whose} ({own.side.at(own.ending)})" if own.ending else ""


def _shown(own: Service, *events: StoryEvent | None) -> list[Shown]:
    return [(own.side, event) for event in events if event is not None]


def _serves_itself(own: Service) -> str:
    if own.accept is None:
        return f"in {own.side.name} {own.who} serves all peers ({own.side.at(own.served)})"
    events = (own.accept, own.served)
    return (
        f"in {own.side.name} {own.who} accepts {own.whose} and serves it too "
        f"({own.side.at(*events)})"
    )


def made_before(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who serves was there before its client on one side only."""
    mine, your = service(one), service(other)
    if mine is None or your is None or mine.beforehand == your.beforehand:
        return
    for own, across in ((mine, your), (your, mine)):
        if not own.beforehand or own.maker is None or own.accept is None:
            continue
        kind = "thread" if own.thread else "process"
        yield difference(
            "made-before",
            f"{own.who}, a {kind}, is made before accept returns {own.whose} "
            f"({own.side.at(own.maker, own.accept)}), so no task is made while a client waits; "
            f"{_made_afterwards(across)}",
            *_shown(own, own.maker, own.accept),
            *_shown(across, *_afterwards(across)),
        )


def _made_afterwards(own: Service) -> str:
    """What the side does where no task was there before its client."""
    if own.maker is None:
        return _serves_itself(own)
    made = f"in {own.side.name} {own.who} is made for {own.whose} ({own.side.at(own.maker)})"
    return f"{made}{_ends_with_it(own)}"


def _afterwards(own: Service) -> tuple[StoryEvent | None, ...]:
    """The events that this sentence names."""
    return (own.accept, own.served) if own.maker is None else (own.maker, own.ending)


def tables(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who serves has a copy of the descriptor table, or shares one."""
    mine, your = service(one), service(other)
    if mine is None or your is None or mine.shares_table == your.shares_table:
        return
    if mine.maker and your.maker and _known(mine) and _known(your):
        yield difference(
            "table", f"{_table(mine)}; {_table(your)}", (one, mine.maker), (other, your.maker)
        )


def _known(own: Service) -> bool:
    """Whether it is known what the task shares; clone without flags that were read is not."""
    assert own.maker is not None
    return bool(flags_of(own.maker)) or call_of(own.maker).name in ("fork", "vfork")


def _table(own: Service) -> str:
    assert own.maker is not None
    at = own.side.at(own.maker)
    if own.shares_table:
        last = [slot.left for _, slot in own.side.given_up]
        so = "what either closes is closed for both"
        if last in ([], [0]):
            so = f"one close, by either, ends {own.whose}"
        return f"{own.who} shares the table of {own.maker.actor} (CLONE_FILES), so {so} ({at})"
    copied = own.maker.touch.copied if own.maker.touch else ()
    connection = own.side.connection
    references = next(
        (c.references for c in copied if connection and c.description.id == connection.description),
        None,
    )
    if references is None:
        so = f"what it accepts later is in its own alone ({at})"
        if own.handed:
            so = f"what either opens later, the other does not have ({at})"
    else:
        so = (
            f"{own.whose} has {references} references and {own.maker.actor} has to close its "
            f"own ({at})"
        )
    return f"{own.who} gets a copy of the descriptor table, so {so}"
