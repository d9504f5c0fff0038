"""Findings about processes and threads: who is made, who is waited for, who was given what."""

from collections.abc import Iterator

from echotrace.story.findings.evidence import MOVES, Call, Evidence, number
from echotrace.story.findings.nouns import Finding


def child_never_reaped(evidence: Evidence) -> Iterator[Finding]:
    """Zombies are left, and their parent never asks for any child's end."""
    for parent in evidence.final.processes:
        role = evidence.process(evidence.role(parent.pid))
        zombies = [p for p in evidence.final.children(parent.pid) if p.zombie]
        if parent.zombie or not zombies or _waits(evidence, role):
            continue
        names = ", ".join(evidence.role(zombie.pid) for zombie in zombies[:3])
        names += " and others" if len(zombies) > 3 else ""
        yield evidence.finding(
            "child-never-reaped",
            f"{role} never waits for its children: {number(len(zombies), 'zombie')} "
            f"({names}) at the end of the trace.",
            *(zombie.exit for zombie in zombies[:3]),
        )
        return


def _waits(evidence: Evidence, role: str) -> bool:
    return any(evidence.process(call.actor) == role for call in evidence.of("wait"))


def thread_never_joined(evidence: Evidence) -> Iterator[Finding]:
    """A new thread gets a new stack although an earlier thread has ended.

    glibc keeps the stack of a thread that ended, and gives it to the next one (pthread_create(3),
    nptl/allocatestack.c); of a joinable thread that nobody joined it may not, since its result
    might still be asked for.
    """
    if not evidence.story.trace.header.libc.startswith("glibc"):
        return
    made: list[tuple[Call, str, object]] = []
    for spawn in evidence.of("spawn"):
        if "CLONE_THREAD" not in spawn.flags or spawn.failed or not spawn.record.result:
            continue
        stack = spawn.record.args.get("stack")
        ended = [
            (former, end.seq)
            for _, former, used in made
            if (end := evidence.exits.get(former)) and end.start < spawn.event.start
            if used is not None
        ]
        stacks = {used for _, former, used in made if evidence.exits.get(former)}
        if ended and stack is not None and stack not in stacks:
            former, end_seq = ended[0]
            yield evidence.finding(
                "thread-neither-joined-nor-detached",
                f"{former} has ended (event {end_seq}), but its stack is not used again for "
                f"{evidence.made(spawn)} (event {spawn.seq}): nobody joined {former}, and it was "
                "not detached.",
                end_seq, spawn.seq,
            )  # fmt: skip
            return
        made.append((spawn, evidence.made(spawn), stack))


def argument_race(evidence: Evidence) -> Iterator[Finding]:
    """Two threads, made for two connections, work on the same one; the other has nobody."""
    first_uses: dict[int, tuple[str, Call]] = {}
    for connection in evidence.story.connections:
        spawn = evidence.hand_off(connection)
        if spawn is None or "CLONE_FILES" not in spawn.flags:
            continue
        thread = evidence.made(spawn)
        own = next(
            (
                c for c in evidence.by_actor.get(thread, ())
                if c.kind in MOVES and c.event.place.connection is not None
            ),
            None,
        )  # fmt: skip
        if own is None:
            continue
        used = own.event.place.connection or 0
        if used in first_uses and not any(c.kind in MOVES for c in _unserved(evidence, used, own)):
            other, call = first_uses[used]
            yield evidence.finding(
                "argument-race",
                f"{other} (event {call.seq}) and {thread} (event {own.seq}) both serve connection "
                f"#{used}, and nobody serves the one that the first of them was made for: it read "
                "the descriptor after the variable had changed.",
                call.seq, own.seq, spawn.seq,
            )  # fmt: skip
            return
        first_uses.setdefault(used, (thread, own))


def _unserved(evidence: Evidence, used: int, _own: Call) -> list[Call]:
    """The calls on the connection before the one that is served twice."""
    return evidence.on(evidence.story.connection(used - 1)) if used > 1 else []
