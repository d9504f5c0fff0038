"""Why two sides differ, in words, each with the events that show it.

A rule says something only where the events of both sides bear it out; where they do not, the rows
of the comparison stand for themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from echotrace.functions import called
from echotrace.story.align import DIFFERENT, LEFT_ONLY, RIGHT_ONLY, Alignment, Pair
from echotrace.story.nouns import Story, StoryEvent
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


@dataclass(frozen=True)
class _Side:
    """One story, its name in sentences, and its calls in one pair of connections."""

    story: Story
    name: str
    calls: tuple[StoryEvent, ...]

    def at(self, event: StoryEvent) -> str:
        """Where to look: the two sides number their events each for themselves."""
        return f"event {event.seq} of {self.name}"

    def first(self, kind: str) -> StoryEvent | None:
        """The first call of a kind that succeeded."""
        found = (e for e in self.calls if logical_event(_call(e).name) == kind)
        return next((event for event in found if _call(event).errno is None), None)


_Rule = Callable[[_Side, _Side, Sequence[Pair]], Iterator[str]]


def reasons(left: Story, right: Story, alignments: Sequence[Alignment]) -> list[str]:
    """The differences that have a reason we know, most telling first; each rule speaks once."""
    told: list[str] = []
    for rule in _RULES:
        for alignment in alignments:
            one, other = _sides(left, right, alignment.pairs)
            sentences = list(rule(one, other, alignment.pairs))
            if sentences:
                told.extend(sentences)
                break
    return told


def flags_of(event: StoryEvent | None) -> tuple[str, ...]:
    """The flags of an event that makes a task, as given; none for fork, and where unknown."""
    record = event.record if event else None
    if not isinstance(record, Syscall) or logical_event(record.name) != "spawn":
        return ()
    return tuple(flag for flag in str(record.args.get("flags") or "").split("|") if flag)


def _sides(left: Story, right: Story, pairs: Sequence[Pair]) -> tuple[_Side, _Side]:
    one, other = left.trace.header.server, right.trace.header.server
    if one == other:
        one, other = "the left", "the right"
    return (
        _Side(left, one, tuple(p.left for p in pairs if p.left and _is_call(p.left))),
        _Side(right, other, tuple(p.right for p in pairs if p.right and _is_call(p.right))),
    )


def _is_call(event: StoryEvent) -> bool:
    return isinstance(event.record, Syscall)


def _call(event: StoryEvent) -> Syscall:
    assert isinstance(event.record, Syscall)
    return event.record


def _spawns(one: _Side, other: _Side, pairs: Sequence[Pair]) -> Iterator[str]:
    mine, your = one.first("spawn"), other.first("spawn")
    if (
        mine is None
        or your is None
        or not any(p.left is mine and p.mark == DIFFERENT for p in pairs)
    ):
        return
    made = [_what_is_made(side, event) for side, event in ((one, mine), (other, your))]
    if all(made):
        yield "; ".join(made)


def _what_is_made(side: _Side, event: StoryEvent) -> str:
    call = _call(event)
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


def _kept_copies(one: _Side, other: _Side, pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs:
        event = pair.left if pair.mark == LEFT_ONLY else pair.right
        side, across = (one, other) if pair.mark == LEFT_ONLY else (other, one)
        if pair.mark not in (LEFT_ONLY, RIGHT_ONLY) or event is None or event.touch is None:
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
        yield sentence
        return


def _exits(one: _Side, other: _Side, _pairs: Sequence[Pair]) -> Iterator[str]:
    ends = [(side, side.first("exit")) for side in (one, other)]
    said = [_how_it_ends(side, event) for side, event in ends if event is not None]
    names = {_call(event).name for _, event in ends if event is not None}
    if len(said) == len(names) == 2 and all(said):
        yield "; ".join(said)


def _how_it_ends(side: _Side, event: StoryEvent) -> str:
    """What the end of the task did, by the descriptors that its Exit gave up."""
    end = next(
        (e for e in side.story.events if isinstance(e.record, Exit) and e.actor == event.actor),
        None,
    )
    if end is None:
        return ""
    thread = event.actor in side.story.roles.leaders
    what = "the whole process" if _call(event).name == "exit_group" else "one thread"
    if what == "one thread" and not thread:
        return ""
    closes = bool(end.touch and end.touch.freed)
    consequence = "and closes all its descriptors" if closes else "and closes nothing"
    return (
        f"{event.actor} ends with {_call(event).name} ({side.at(event)}), "
        f"which ends {what} {consequence}"
    )


def _ends_of_all(one: _Side, other: _Side, _pairs: Sequence[Pair]) -> Iterator[str]:
    for side in (one, other):
        event = side.first("exit")
        if event is None or _call(event).name != "exit_group":
            continue
        if event.actor in side.story.roles.leaders:
            process = side.story.roles.process(event.actor)
            yield (
                f"{event.actor}, a thread, calls exit_group ({side.at(event)}): that ends "
                f"{process} with all its threads, and every connection they serve"
            )


def _shutdowns(one: _Side, other: _Side, _pairs: Sequence[Pair]) -> Iterator[str]:
    for side, across in ((one, other), (other, one)):
        event = side.first("shutdown")
        if event is None or across.first("shutdown") or _call(event).args.get("how") == "SHUT_RD":
            continue
        closing = [e for e in across.calls if e.touch and any(f.left == 0 for f in e.touch.freed)]
        if closing:
            yield (
                f"{event.actor} sends the end of its data with shutdown before it closes "
                f"({side.at(event)}); on the other side the last close does that "
                f"({across.at(closing[0])})"
            )


_RULES: tuple[_Rule, ...] = (_spawns, _kept_copies, _exits, _ends_of_all, _shutdowns)
