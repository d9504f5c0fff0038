"""Findings about processes and threads: who is made, who is waited for, who was given what."""

from collections.abc import Iterator
from operator import attrgetter

from echotrace.story.findings.calls import MOVES, Call, grouped, number
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding
from echotrace.story.nouns import StoryEvent


def child_never_reaped(evidence: Evidence) -> Iterator[Finding]:
    """Zombies are left, and their parent never asks for any child's end."""
    if evidence.cut_off:
        return  # it might have waited yet
    waits = {evidence.process(call.actor) for call in evidence.of("wait")}
    zombies = (p for p in evidence.final.processes if p.zombie and p.parent is not None)
    alive = {p.pid for p in evidence.final.processes if not p.zombie}
    for pid, children in grouped(zombies, lambda zombie: zombie.parent or 0).items():
        parent = evidence.role(pid)
        if pid not in alive or parent in waits:
            continue
        shown = children[:3]
        names = ", ".join(f"{evidence.role(zombie.pid)} (event {zombie.exit})" for zombie in shown)
        names += " and others" if len(children) > 3 else ""
        births = [evidence.births.get(evidence.role(zombie.pid)) for zombie in shown]
        yield evidence.finding(
            "child-never-reaped",
            f"{parent} never waits for its children, which leaves "
            f"{number(len(children), 'zombie')} at the end of the trace: {names}.",
            *(zombie.exit for zombie in shown), *(birth.seq for birth in births if birth),
        )  # fmt: skip
        return


def thread_never_joined(evidence: Evidence) -> Iterator[Finding]:
    """A new thread gets a new stack although an earlier thread has ended.

    glibc keeps the stack of a thread that ended, and gives it to the next one (pthread_create(3),
    nptl/allocatestack.c); of a joinable thread that nobody has joined it may not, since its result
    might still be asked for.
    """
    if evidence.cut_off or not evidence.story.trace.header.libc.startswith("glibc"):
        return  # cut off: it might have joined it yet
    threads = (call for call in evidence.births.values() if "CLONE_THREAD" in call.flags)
    for spawns in grouped(threads, lambda spawn: evidence.process(spawn.actor)).values():
        found = _first_new_stack(evidence, spawns)
        if found is None:
            continue
        spawn, end = found
        yield evidence.finding(
            "thread-neither-joined-nor-detached",
            f"{end.actor} has ended (event {end.seq}), and its stack is not free for "
            f"{evidence.made(spawn)} (event {spawn.seq}) nor later: nobody has joined {end.actor}, "
            "and it is not detached.",
            end.seq, spawn.seq,
        )  # fmt: skip
        return


def _first_new_stack(evidence: Evidence, spawns: list[Call]) -> tuple[Call, StoryEvent] | None:
    """A thread with a new stack, and the end of one before it whose stack is never used again."""
    last_use = {_stack(spawn): spawn.seq for spawn in spawns}
    last_use.pop(None, None)
    kept = (
        evidence.exits.get(evidence.made(spawn))
        for spawn in spawns
        if last_use.get(_stack(spawn)) == spawn.seq
    )
    end = min((end for end in kept if end is not None), key=attrgetter("start"), default=None)
    if end is None:
        return None
    used: set[str | None] = {None}
    for spawn in spawns:
        stack = _stack(spawn)
        # the kernel gives the stack free a moment after the end: by a client's step it has
        if stack not in used and evidence.client_acts_between(end.start, spawn.event.start):
            return spawn, end
        used.add(stack)
    return None


def _stack(spawn: Call) -> str | None:
    """The address of a new thread's stack, as the trace has it."""
    stack = spawn.record.args.get("stack")
    return stack if isinstance(stack, str) else None


def argument_race(evidence: Evidence) -> Iterator[Finding]:
    """Two threads, made for two connections, work on the same one; the other has nobody."""
    first_use: dict[str, Call] = {}
    for call in evidence.calls:
        if call.kind in MOVES and call.uses in evidence.connection_of:
            first_use.setdefault(call.actor, call)
    for connection in evidence.story.connections:
        made_for = evidence.hand_offs.get(connection.number)
        used = first_use.get(evidence.made(made_for)) if made_for else None
        if made_for is None or used is None or not made_for.makes_a_thread:
            continue
        other = evidence.connection_of[used.uses or 0]
        rightful = evidence.hand_offs.get(other.number)
        theirs = first_use.get(evidence.made(rightful)) if rightful else None
        served = next(evidence.moves(connection), None)
        if other is connection or served or theirs is None or theirs.uses != used.uses:
            continue
        yield evidence.finding(
            "argument-race",
            f"{used.actor}, made in event {made_for.seq} for connection {connection.place.name}, "
            f"works on {other.place.name} (event {used.seq}), as {theirs.actor} does (event "
            f"{theirs.seq}), and nobody serves {connection.place.name}: {used.actor} read its "
            f"argument after {other.place.name} had been accepted (event {other.accepted}).",
            used.seq, theirs.seq, made_for.seq, other.accepted,
        )  # fmt: skip
        return
