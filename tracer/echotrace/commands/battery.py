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
from echotrace.errors import EchotraceError
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


def play(
    target: str,
    runs: Sequence[Run],
    tell: Callable[[int], None],
    **wished: Any,  # noqa: ANN401
) -> Iterator[Outcome]:
    """Record the server under each run; `tell` how many are done before each."""
    for done, run in enumerate(runs):
        tell(done)
        yield Outcome(
            run, resolve(target, script=run.script, inject=run.inject, label=run.label, **wished)
        )


def together(outcomes: Sequence[Outcome]) -> tuple[Finding, ...]:
    """The findings of all runs, each from the first run that shows it; errors first."""
    found: dict[str, Finding] = {}
    for outcome in outcomes:
        for finding in findings(outcome.target.story):
            if outcome.run.proves is None or finding.id in outcome.run.proves:
                found.setdefault(finding.id, replace(finding, seen=outcome.run.name))
    order = list(Severity)
    return tuple(sorted(found.values(), key=lambda finding: order.index(finding.severity)))
