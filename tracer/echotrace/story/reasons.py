"""Why two connections differ, in words, each with the events that show it."""

from collections.abc import Callable, Sequence

from echotrace.story.align import DIFFERENT, LEFT_ONLY, Alignment, Pair
from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import c_function, logical_event
from echotrace.trace import Syscall

#: The flags that decide whether a new task is a process or a thread (clone(2)).
_TELLING = {
    "CLONE_VM": "memory",
    "CLONE_FILES": "descriptor table",
    "CLONE_FS": "working directory",
    "CLONE_SIGHAND": "signal handlers",
    "CLONE_THREAD": "process id",
}


def reasons(left: Story, right: Story, alignment: Alignment) -> list[str]:
    """The differences of one pair of connections that have a reason we know, most telling first."""
    found = [rule(left, right, alignment.pairs) for rule in _RULES]
    return [sentence for sentence in found if sentence]


def flags_of(event: StoryEvent | None) -> frozenset[str]:
    """The clone flags of an event; none for fork and vfork."""
    record = event.record if event else None
    if not isinstance(record, Syscall):
        return frozenset()
    return frozenset(str(record.args.get("flags", "")).split("|")) - {""}


def _at(story: Story, event: StoryEvent) -> str:
    """Where to look: the two sides number their events each for themselves."""
    return f"event {event.seq} of {story.trace.header.server}"


def _name(event: StoryEvent) -> str:
    record = event.record
    return record.name if isinstance(record, Syscall) else ""


def _pair_of(pairs: Sequence[Pair], kind: str) -> Pair | None:
    for pair in pairs:
        event = pair.left or pair.right
        if event is not None and logical_event(_name(event)) == kind:
            return pair
    return None


def _spawns(left: Story, right: Story, pairs: Sequence[Pair]) -> str | None:
    pair = _pair_of(pairs, "spawn")
    if pair is None or pair.mark != DIFFERENT or pair.left is None or pair.right is None:
        return None
    return "; ".join(
        f"{_what_is_made(story, event)} ({_at(story, event)})"
        for story, event in ((left, pair.left), (right, pair.right))
    )


def _what_is_made(story: Story, event: StoryEvent) -> str:
    record = event.record
    assert isinstance(record, Syscall)
    shared = [what for flag, what in _TELLING.items() if flag in flags_of(event)]
    made = story.roles.of(record.result or 0, event.end or 0) or "a task"
    name = f"{c_function(record.name, record.args)}() → {record.name}"
    if not shared:
        return f"{name} makes a process, {made}, with copies of memory and descriptor table"
    return f"{name} makes a thread, {made}, which shares {', '.join(shared)}"


def _closes(left: Story, right: Story, pairs: Sequence[Pair]) -> str | None:
    for pair in pairs:
        event, story = (pair.left, left) if pair.mark == LEFT_ONLY else (pair.right, right)
        if pair.mark in (DIFFERENT, "=") or event is None or _name(event) != "close":
            continue
        freed = event.touch.freed if event.touch else ()
        if not freed or not freed[0].holders:
            continue
        keeper = story.roles.of(freed[0].holders[0], event.start) or "another process"
        sentence = (
            f"{event.actor} closes its copy of fd {freed[0].fd} ({_at(story, event)}): fork copied "
            f"the descriptor table, so {keeper} keeps the connection open"
        )
        spawn = _pair_of(pairs, "spawn")
        other = None if spawn is None else spawn.right if story is left else spawn.left
        if "CLONE_FILES" not in flags_of(other):
            return sentence
        return f"{sentence}; threads share one table, where a single close ends the connection"
    return None


def _shutdowns(left: Story, right: Story, pairs: Sequence[Pair]) -> str | None:
    pair = _pair_of(pairs, "shutdown")
    if pair is None or (pair.left is not None and pair.right is not None):
        return None
    event, story = (pair.left, left) if pair.left else (pair.right, right)
    assert event is not None
    return (
        f"{event.actor} sends the end of its data with shutdown before it closes "
        f"({_at(story, event)}); on the other side close alone does both"
    )


def _exits(left: Story, right: Story, pairs: Sequence[Pair]) -> str | None:
    pair = _pair_of(pairs, "exit")
    if pair is None or pair.mark != DIFFERENT or pair.left is None or pair.right is None:
        return None
    return "; ".join(
        f"{event.actor} ends with {_name(event)} ({_at(story, event)}), {_EXITS[_name(event)]}"
        for story, event in ((left, pair.left), (right, pair.right))
    )


_EXITS = {
    "exit_group": "which ends a process and closes all its descriptors",
    "exit": "which ends one thread and closes nothing",
}
_Rule = Callable[[Story, Story, Sequence[Pair]], str | None]
_RULES: tuple[_Rule, ...] = (_spawns, _closes, _exits, _shutdowns)
