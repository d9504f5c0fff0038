"""What `check` does to a server: it records it under several scripts, and tries experiments.

A script shows what the server does with well-behaved and with rude clients. An experiment injects
one fault and may prove only what that fault is for: everything else it shows is its own doing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from echotrace.commands.target import Target, resolve
from echotrace.errors import EchotraceError, NotReachable, UserError
from echotrace.story.findings.check import findings
from echotrace.story.findings.nouns import Finding, Severity


@dataclass(frozen=True)
class Run:
    """One recording: its script, its faults, and the findings it may prove (all if None)."""

    script: str
    inject: tuple[str, ...] = ()
    proves: frozenset[str] | None = field(default=None)

    @property
    def name(self) -> str:
        """The run in words."""
        return " with ".join((self.script, *self.inject))

    @property
    def label(self) -> str:
        """The run as part of a file name."""
        return "-".join(("check", Path(self.script).stem, *self.inject)).replace(":", "-")


BATTERY = (
    Run("interleaved"),
    Run("sequential"),
    Run("burst"),
    Run("reset"),
    Run("interleaved", ("send:short=3",), frozenset({"short-send-ignored"})),
    Run("interleaved", ("accept:ECONNABORTED",), frozenset({"accept-unchecked"})),
)


@dataclass(frozen=True)
class Outcome:
    """What came of one run: the trace and where it is kept, and what ended it early."""

    run: Run
    target: Target

    @property
    def error(self) -> EchotraceError | None:
        """What ended the recording early."""
        return self.target.error

    @property
    def note(self) -> str | None:
        """What the user must know of the run: an early end, or faults that met no call.

        That a fault ends a recording early is what it is for.
        """
        if not self.run.inject:
            return f"{self.run.name}: {self.error}" if self.error else None
        met = any(call.injected for call in self.target.trace.syscalls())
        return (
            None if met else f"{self.run.name}: the server made no such call, so it shows nothing"
        )


def play(
    target: str,
    runs: Sequence[Run],
    tell: Callable[[int], None],
    **wished: Any,  # noqa: ANN401
) -> Iterator[Outcome]:
    """Record the server under each run; `tell` how many are done before each.

    Raises UserError if the first run shows that the server does not even listen.
    """
    for done, run in enumerate(runs):
        tell(done)
        outcome = Outcome(
            run,
            resolve(
                target, script=run.script, inject=run.inject, label=run.label,
                tentative=run.proves is not None, **wished,
            ),
        )  # fmt: skip
        if not done and isinstance(outcome.error, NotReachable):
            hint = "run it by itself to see what it says"  # its messages are muted
            raise UserError(f"nothing to check: {outcome.error}; {hint}")
        yield outcome


def caution(outcomes: Sequence[Outcome]) -> str:
    """What to say where no script without faults was played to its end; else empty."""
    scripts = [outcome for outcome in outcomes if not outcome.run.inject]
    if not scripts or not all(outcome.error for outcome in scripts):
        return ""
    which = "No script" if len(scripts) > 1 else "The script"
    end = "could be played to its end" if len(scripts) > 1 else "could not be played to its end"
    return f"{which} {end}, so this is no clean bill."


def together(outcomes: Sequence[Outcome]) -> tuple[Finding, ...]:
    """The findings of all runs, each from the first run that shows it; errors first."""
    found: dict[str, Finding] = {}
    for outcome in outcomes:
        for finding in findings(outcome.target.story):
            if outcome.run.proves is None or finding.id in outcome.run.proves:
                found.setdefault(finding.id, replace(finding, seen=outcome.run.name))
    order = list(Severity)
    return tuple(sorted(found.values(), key=lambda finding: order.index(finding.severity)))
