"""What differs in the tasks that serve: how they are made, what they share, how they end."""

from collections.abc import Iterator, Sequence

from echotrace.functions import called
from echotrace.story.compare.nouns import Difference, Mark
from echotrace.story.compare.sides import Pair, Side, call_of, difference
from echotrace.story.nouns import StoryEvent
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Syscall

#: What a new task shares with its maker, by the flag that says so (clone(2)).
_SHARED = {
    "CLONE_VM": "memory",
    "CLONE_FILES": "descriptor table",
    "CLONE_FS": "working directory",
    "CLONE_SIGHAND": "signal handlers",
    "CLONE_THREAD": "process id",
}


def flags_of(event: StoryEvent | None) -> tuple[str, ...]:
    """The flags of an event that makes a task, as given; none for fork, and where unknown."""
    record = event.record if event else None
    if not isinstance(record, Syscall) or logical_event(record.name) != "spawn":
        return ()
    return tuple(flag for flag in str(record.args.get("flags") or "").split("|") if flag)


def spawns(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Both make a task for the connection, in different ways."""
    mine, your = one.first("spawn"), other.first("spawn")
    if (
        mine is None
        or your is None
        or not any(p.left is mine and p.mark == Mark.DIFFERENT for p in pairs)
    ):
        return
    made = [_what_is_made(side, event) for side, event in ((one, mine), (other, your))]
    if all(made):
        yield difference("task", "; ".join(made), (one, mine), (other, your))


def _what_is_made(side: Side, event: StoryEvent) -> str:
    call = call_of(event)
    flags = flags_of(event)
    role = side.story.roles.of(call.result or 0, event.end or 0)
    if role is None or (call.name.startswith("clone") and not flags):
        return ""
    function = called(call)
    name = function if function == call.name else f"{function}() → {call.name}"
    kind = "thread" if "CLONE_THREAD" in flags else "process"
    shared = [what for flag, what in _SHARED.items() if flag in flags]
    if call.name == "vfork":
        shared = ["memory until it calls exec"]
    how = (
        f"which shares {', '.join(shared)}"
        if shared
        else "with copies of memory and descriptor table"
    )
    return f"{name} makes a {kind}, {role}, {how} ({side.at(event)})"


def one_hands_over(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """A task is made for the connection on one side only; on the other who accepts also serves."""
    for side, across in ((one, other), (other, one)):
        spawn, accept, served = side.first("spawn"), across.first("accept"), across.first("recv")
        made = _what_is_made(side, spawn) if spawn and not across.first("spawn") else ""
        if made and spawn and accept and served and accept.actor == served.actor:
            yield difference(
                "task",
                f"{made}; on the other side {served.actor}, which accepted the connection, serves "
                f"it too ({across.at(served)})",
                (side, spawn),
                (across, served),
            )


def kept_copies(one: Side, other: Side, pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who hands a connection on closes its own copy; on the other side nobody has to."""
    for pair in pairs:
        event = pair.left if pair.mark == Mark.FIRST_ONLY else pair.right
        side, across = (one, other) if pair.mark == Mark.FIRST_ONLY else (other, one)
        if (
            pair.mark not in (Mark.FIRST_ONLY, Mark.ONLY_HERE)
            or event is None
            or event.touch is None
        ):
            continue
        freed = [slot for slot in event.touch.freed if slot.holders]
        spawn = side.first("spawn")
        if not freed or spawn is None or "CLONE_FILES" in flags_of(spawn):
            continue
        keeper = side.story.roles.of(freed[0].holders[0], event.start) or "another process"
        sentence = (
            f"{event.actor} closes its copy of fd {freed[0].fd} ({side.at(event)}): the new "
            f"process got a copy of the descriptor table, so {keeper} keeps the connection; "
            f"without this close it would stay open after {keeper}'s"
        )
        if "CLONE_FILES" in flags_of(across.first("spawn")):
            sentence += "; threads share one table, where a single close ends the connection"
        closing = next((e for e in across.calls if e.touch and e.touch.freed), None)
        yield difference(
            "parents-close", sentence, (side, event), *([(across, closing)] if closing else [])
        )
        return


def exits(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """Who served ends by another call."""
    ends = [(side, side.first("exit")) for side in (one, other)]
    said = [_how_it_ends(side, event) for side, event in ends if event is not None]
    names = {call_of(event).name for _, event in ends if event is not None}
    if len(said) == len(names) == 2 and all(said):
        shown = [(side, event) for side, event in ends if event is not None]
        yield difference("exit", "; ".join(said), *shown)


def _how_it_ends(side: Side, event: StoryEvent) -> str:
    """What the end of the task did, by the descriptors that its Exit gave up."""
    end = next(
        (e for e in side.story.events if isinstance(e.record, Exit) and e.actor == event.actor),
        None,
    )
    if end is None:
        return ""
    thread = event.actor in side.story.roles.leaders
    what = "the whole process" if call_of(event).name == "exit_group" else "one thread"
    if what == "one thread" and not thread:
        return ""
    closes = bool(end.touch and end.touch.freed)
    consequence = "and closes all its descriptors" if closes else "and closes nothing"
    return (
        f"{event.actor} ends with {call_of(event).name} ({side.at(event)}), "
        f"which ends {what} {consequence}"
    )


def ends_of_all(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """A thread ends the whole process."""
    for side in (one, other):
        event = side.first("exit")
        if event is None or call_of(event).name != "exit_group":
            continue
        if event.actor in side.story.roles.leaders:
            process = side.story.roles.process(event.actor)
            yield difference(
                "exit-of-all",
                f"{event.actor}, a thread, calls exit_group ({side.at(event)}): that ends "
                f"{process} with all its threads, and every connection they serve",
                (side, event),
            )


def shutdowns(one: Side, other: Side, _pairs: Sequence[Pair]) -> Iterator[Difference]:
    """One sends the end of its data before it closes."""
    for side, across in ((one, other), (other, one)):
        event = side.first("shutdown")
        if event is None or across.first("shutdown") or call_of(event).args.get("how") == "SHUT_RD":
            continue
        closing = [e for e in across.calls if e.touch and any(f.left == 0 for f in e.touch.freed)]
        if closing:
            yield difference(
                "shutdown",
                f"{event.actor} sends the end of its data with shutdown before it closes "
                f"({side.at(event)}); on the other side the last close does that "
                f"({across.at(closing[0])})",
                (side, event),
                (across, closing[0]),
            )
