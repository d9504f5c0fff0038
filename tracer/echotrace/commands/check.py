"""`echotrace check`: what is wrong with a server, each finding proved by events."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from echotrace.cli import Entry
from echotrace.commands import battery, options, output
from echotrace.commands.battery import Outcome, Run
from echotrace.commands.progress import Progress
from echotrace.commands.target import resolve, server_named
from echotrace.errors import UserError
from echotrace.story.findings.check import findings
from echotrace.story.findings.nouns import Finding, Severity
from echotrace.trace import Header
from echotrace.views.heading import clients, server
from echotrace.views.report import report
from echotrace.views.shortcomings import gaps, shortcomings
from echotrace.views.summary import nobody
from echotrace.views.words import count, safe

_EXAMPLES = """\b
Examples:
  echotrace check fork
  echotrace check server.c                    compiles it first
  echotrace check broken/closed_twice
  echotrace check fork.jsonl --format json    what a trace shows
  echotrace check thread --script reset       only this script, no experiments
"""


def command(_entry: Entry) -> click.Command:
    """The command."""
    return check


@click.command("check", epilog=_EXAMPLES)
@click.argument("target", metavar="TARGET")
@click.option("--script", "-s", metavar="NAME|FILE", help="Play only this script.")
@options.inject
@click.option("--clients", "-n", type=options.WholeNumber(1, 10_000), default=2, show_default=True,
              metavar="N", help="How many clients a built-in script has.")  # fmt: skip
@options.timeout(0.5)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How to print the findings.")  # fmt: skip
@options.writing
@options.quiet
@click.pass_context
def check(
    context: click.Context,
    /,
    target: str,
    *,
    form: str,
    width: int | None,
    output_: Path | None,
    force: bool,
    **chosen: Any,  # noqa: ANN401 -- click's; the parameters of _record
) -> None:
    """Say what is wrong with a server, and prove it by events and source lines.

    TARGET is a server's name, a source file of yours (.c, .py) or a trace. A server is recorded
    under several scripts; then faults are injected to see how it copes. Exit status 1 if there is
    an error, else 2 if no script could be played to its end or the trace is cut off in a line.
    """
    if output_ is not None:
        output.check(output_, overwrite=force)
    outcomes: list[Outcome] = []
    torn = False
    if server_named(target) is None:
        if chosen["script"] or chosen["inject"]:
            raise UserError("--script and --inject need a server to record; this is a trace")
        story = resolve(target).story
        header, found = story.trace.header, findings(story)
        torn, short = story.trace.torn is not None, shortcomings(story)
        none = f"{nobody(story)} in this trace, and most findings need one."
        notes = [*short, *([] if story.connections else [none])]
    else:
        outcomes = _record(target, **chosen)
        header, found = outcomes[0].target.trace.header, battery.together(outcomes)
        short = [
            f"{outcome.run.name}: {sentence}"
            for outcome in outcomes
            for sentence in shortcomings(outcome.target.story)
        ]
        notes = [outcome.note for outcome in outcomes if outcome.note]
        notes += _gaps(outcomes)
    caution = battery.caution(outcomes)
    if form == "json":
        text = _json(target, outcomes, found, [*short, *filter(None, [caution])])
    else:
        surface = output.surface(width, to_file=output_ is not None)
        text = report(heading(header, outcomes), notes, found, surface, caution)
    output.deliver(text, output_, overwrite=force)
    if outcomes and not chosen["quiet"]:
        click.echo(f"next: echotrace show {safe(str(_most_telling(outcomes, found)))}", err=True)
    if any(finding.severity is Severity.ERROR for finding in found):
        context.exit(1)
    context.exit(UserError.exit_status if caution or torn else 0)


def _gaps(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """What the recordings do not hold; what several have in common, of the first of them."""
    told: set[str] = set()
    for outcome in outcomes:
        for sentence in gaps(outcome.target.story):
            if sentence not in told:
                told.add(sentence)
                yield f"{outcome.run.name}: {sentence}"


def _record(
    target: str,
    *,
    script: str | None,
    inject: tuple[str, ...],
    quiet: bool,
    **wished: Any,  # noqa: ANN401 -- fields of Wish
) -> list[Outcome]:
    runs: Sequence[Run] = battery.BATTERY
    if script or inject:
        runs = (Run(script or "interleaved", inject),)
    with Progress("checking: recording", quiet=quiet) as progress:

        def tell(done: int) -> None:
            progress.tell(done, len(runs))

        return list(battery.play(target, runs, tell, quiet=True, mute=True, **wished))


def _most_telling(outcomes: list[Outcome], found: tuple[Finding, ...]) -> Path | None:
    """The recording that shows the gravest finding."""
    seen = found[0].seen if found else ""
    return next((o for o in outcomes if o.run.name == seen), outcomes[0]).target.path


def heading(header: Header, outcomes: Sequence[Outcome] = ()) -> str:
    """What was checked: a server under its runs, or a trace if there are none."""
    parts = list(server(header))
    experiments = sum(bool(outcome.run.inject) for outcome in outcomes)
    if outcomes:
        parts.append(count(len(outcomes) - experiments, "script"))
        parts.append(count(experiments, "experiment"))
    elif header.attached is not None:
        parts.append(f"attached to {header.attached}")
    else:
        played = header.script and not header.load
        parts.append(f"script {header.script}" if played else clients(header))
    return " · ".join(parts)


def _json(
    target: str, outcomes: list[Outcome], found: tuple[Finding, ...], short: list[str]
) -> str:
    facts = {
        "target": target,
        "recordings": [
            {
                "name": outcome.run.name,
                "trace": str(outcome.target.path),
                "ended": str(outcome.error) if outcome.error else None,
            }
            for outcome in outcomes
        ],
        "shortcomings": short,
        "findings": found,
    }
    return msgspec.json.format(msgspec.json.encode(facts), indent=2).decode() + "\n"
