"""What a process does when a signal comes, at any event: set, inherited, or the default."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from echotrace.story.findings.calls import Call, grouped, last_before
from echotrace.story.findings.evidence import Evidence
from echotrace.trace import Syscall


@dataclass(frozen=True)
class Dispositions:
    """Signal actions as sigaction(2) sets them, fork(2) copies them and execve(2) resets them."""

    evidence: Evidence

    @cached_property
    def _actions(self) -> Mapping[tuple[str, str], Sequence[Call]]:
        """By process and signal: the calls that said what happens."""
        calls = (
            call for call in self.evidence.of("signal")
            if not call.failed and isinstance(call.record.args.get("act"), dict)
        )  # fmt: skip
        return grouped(calls, lambda call: (self.evidence.process(call.actor), _signal(call)))

    @cached_property
    def _programs(self) -> Mapping[str, Sequence[Call]]:
        """By process: the calls that replaced its program."""
        execs = (call for call in self.evidence.of("exec") if not call.failed)
        return grouped(execs, lambda call: self.evidence.process(call.actor))

    def action(self, process: str, signal: str, seq: int) -> Call | None:
        """The sigaction that holds for a process before the event `seq`; None for the default."""
        replaced = False
        while True:
            found = last_before(self._actions.get((process, signal), ()), seq)
            program = last_before(self._programs.get(process, ()), seq)
            replaced |= program is not None and (found is None or program.seq > found.seq)
            if found is not None:
                return None if replaced and does(found) == "function" else found
            birth = self.evidence.births.get(process)
            if birth is None:
                return None
            process, seq = self.evidence.process(birth.actor), birth.seq

    def is_default(self, process: str, signal: str, seq: int) -> bool:
        """Whether the signal has its default action before the event `seq`."""
        action = self.action(process, signal, seq)
        known = does(action) if action is not None else self._inherited(signal, seq)
        return known == "SIG_DFL"

    def _inherited(self, signal: str, seq: int) -> str:
        """What was set before the trace began, in a process that was attached to."""
        story = self.evidence.story
        record, state = story.event(seq).record, story.before(seq)
        task = state.by_tid.get(record.tid) if isinstance(record, Syscall) else None
        owner = state.by_pid.get(task.pid) if task else None
        return owner.dispositions.get(signal, "SIG_DFL") if owner else "SIG_DFL"


def does(action: Call) -> str:
    """What a sigaction says: `SIG_DFL`, `SIG_IGN` or `function`, a handler."""
    return str(action.record.args["act"].get("handler"))


def _signal(action: Call) -> str:
    return str(action.record.args.get("signum"))
