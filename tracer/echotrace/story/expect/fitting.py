"""Which steps an expected step fits: by what happens, by whom, and with which outcome.

A name is looked up in this order:

| name                                            | fits                                           |
|-------------------------------------------------|------------------------------------------------|
| `readiness`                                     | any wait with select, poll or epoll            |
| `pass`                                          | a message that carries descriptors             |
| `killed`                                        | the end of a task that did not call exit       |
| `thread`                                        | what pthread_create makes                      |
| a logical event: `accept`, `recv`, `send`, …    | each of its variants: accept4, read, sendto …  |
| a system call or C function: `accept4`, `fork`  | what the kernel, or the program, calls so      |

A step without an outcome is one that succeeds: `recv` is no recv that fails or has not returned.
Left aside unless the pattern names them: waits, and what only asks or sets something (`_ASIDE`).
Who: `parent` makes a task in this course, or made the one that serves, or its maker; `worker`
serves, `child` serves and is a process that another made, `thread` serves and is a thread; `P0`,
`T1` are roles. A task serves that moves the bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from echotrace.functions import c_function
from echotrace.story.compare.nouns import Step
from echotrace.story.compare.step_names import CALLS, EVENTS, names_of_call
from echotrace.story.expect.pattern import ALL, Expected, Outcome
from echotrace.story.nouns import Story
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Syscall

_OWN = frozenset({"readiness", "pass", "killed", "thread"})
#: All that a step may be called in an expectation, where a name is one word.
NAMES = _OWN | CALLS | {name for name in EVENTS if " " not in name}
WHO = ("parent", "child", "thread", "worker")

#: Kinds of steps that are left aside unless the pattern names them: they ask, wait or set, and
#: servers that do the same for their clients differ in them, or do so at one time or another.
_ASIDE = frozenset({"readiness", "epoll control", "epoll create", "option", "name", "control",
                    "file", "futex", "signal", "wait"})  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """The tasks of a course by what they are in it: who serves, and who made these.

    `bytes_owed` has for each call that moved bytes how many of those received are not yet sent.
    """

    serving: frozenset[str]
    parents: frozenset[str]
    threads: frozenset[str]
    children: frozenset[str]
    bytes_owed: Mapping[int, int]

    @classmethod
    def of(cls, story: Story, steps: Sequence[Step]) -> "Cast":
        """The tasks of these steps."""
        serving = frozenset(step.event.actor for step in steps if step.key[1] == "serving")
        parents = {step.event.actor for step in steps if step.key[0] == "spawn"}
        for role in serving:
            parents.update(_makers(story, role))
        threads = frozenset(role for role in serving if role in story.roles.leaders)
        children = frozenset(role for role in serving - threads if role in story.makers)
        return cls(serving, frozenset(parents), threads, children, _bytes_owed(steps))

    def plays(self, actor: str, who: str) -> bool:
        """Whether a task is what an expected step says."""
        match who:
            case "":
                return True
            case "parent":
                return actor in self.parents
            case "worker":
                return actor in self.serving
            case "thread":
                return actor in self.threads
            case "child":
                return actor in self.children
            case _:
                return actor == who


def _makers(story: Story, role: str) -> set[str]:
    """The maker of a task, that task's maker, and so on; in a made-up trace perhaps itself."""
    found: set[str] = set()
    while (maker := story.makers.get(role)) is not None and maker not in found:
        found.add(maker)
        role = maker
    return found


def _bytes_owed(steps: Sequence[Step]) -> dict[int, int]:
    """After each call that moved bytes, by its number: the bytes received and not yet sent."""
    owed, found = 0, {}
    for step in steps:
        match step.key[0], step.event.record:
            case "recv", Syscall(result=int(moved), args=args) if moved > 0:
                owed += 0 if "MSG_PEEK" in str(args.get("flags")) else moved
                found[step.event.seq] = owed
            case "send", Syscall(result=int(moved)) if moved >= 0:
                owed -= moved
                found[step.event.seq] = owed
    return found


def names_of(step: Step) -> frozenset[str]:
    """All names that fit a step."""
    record, kind = step.event.record, step.key[0]
    if not isinstance(record, Syscall):
        return frozenset({kind})
    if kind == "pass":  # more than the bytes that it sends too
        return frozenset({kind, record.name})
    function = c_function(record.name, record.args)
    found = {kind, function, *names_of_call(record)}
    return frozenset(found | ({"thread"} if function == "pthread_create" else set()))


class Came(NamedTuple):
    """What a step came to: its result or status, its error or the signal, whether it succeeded.

    `sent_all` tells whether, with this send, all that was received has been sent.
    """

    number: int | None
    error: str | None
    success: bool
    sent_all: bool = False


def outcome_of(step: Step, cast: Cast) -> Came:
    """What a step came to; an exit succeeds, and has its status."""
    match step.event.record:
        case Syscall(name=name, args=args) if logical_event(name) == "exit":
            status = args.get("status")
            return Came(status if isinstance(status, int) else None, None, success=True)
        case Syscall(name=name, result=result, errno=errno, end=end):
            over = end is not None or logical_event(name) == "exec"
            owed = cast.bytes_owed.get(step.event.seq) if step.key[0] == "send" else None
            return Came(result, errno, over and errno is None, sent_all=owed == 0)
        case Exit(status=status, signal=signal):
            return Came(status, signal, success=True)
        case _:
            return Came(None, None, success=True)


def came_to(found: Came, wanted: Outcome | None) -> bool:
    """Whether a step came to what is expected; where no outcome is, it must have succeeded."""
    match wanted:
        case None:
            return found.success
        case Outcome(_, None):
            return found.number is None and found.error is None and not found.success
        case Outcome(_, str(name)):
            return found.sent_all if name == ALL else found.error == name
        case Outcome("=", value):
            return found.number == value
        case Outcome(_, int(value)):
            return found.number is not None and found.number > value
        case _:
            return False


def fits(expected: Expected, step: Step, cast: Cast) -> bool:
    """Whether a step is what is expected."""
    return (
        expected.name in names_of(step)
        and cast.plays(step.event.actor, expected.who)
        and came_to(outcome_of(step, cast), expected.outcome)
    )


def without_asides(steps: Sequence[Step], named: Iterable[str]) -> list[Step]:
    """The steps that count for a pattern that names these."""
    names = frozenset(named)
    return [step for step in steps if step.key[0] not in _ASIDE or names & names_of(step)]
