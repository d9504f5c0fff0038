"""What all commands that record and show one server have in common."""

from pathlib import Path
from typing import Any

import click

from echotrace.cli import complain
from echotrace.commands import output
from echotrace.commands.watching import LivePrinter
from echotrace.errors import NotReachable, SystemRefused, UserError
from echotrace.story.replay import replay
from echotrace.views.timeline import timeline
from echotrace.views.words import safe


def record_and_show(
    *,
    by: str,
    explained: bool,
    form: str,
    live: bool,
    width: int | None,
    output_: Path | None,
    force: bool,
    hint: str,
    **wished: Any,  # noqa: ANN401 -- the fields of Wish
) -> int:
    """Record as wished and print the timeline, or the trace; the exit status.

    `hint` is the command to try next, in which {trace} stands for the file of the trace. A program
    that no client could reach has nothing to show: what it did is in the trace. With `live` the
    timeline is printed as it grows, in place of the finished one.
    """
    if live and (
        explained or form != "text" or (output_ is not None and output_.suffix != ".jsonl")
    ):
        raise UserError(
            "--live prints a plain timeline; look at the trace for more when it is done"
        )
    recording = recording_side()
    keeps_trace = output_ is not None and output_.suffix == ".jsonl"
    if output_ is not None:
        output.check(output_, overwrite=force)
    looking = {"by": by, "everything": wished["everything"]}
    printer = LivePrinter(output.surface(width, to_file=False), **looking) if live else None
    wish = recording.Wish(**wished)
    if output_ is not None and keeps_trace:
        recorded = recording.record(wish, output_, overwrite=force, watcher=printer)
    else:
        recorded = recording.record_and_keep(wish, printer)
    path = safe(str(recorded.path))
    if isinstance(recorded.error, NotReachable):
        hint = "echotrace show {trace}"
    elif printer is not None:
        printer.close(recorded.trace)
    else:
        view = None if keeps_trace else output_
        if form == "jsonl":
            text = recorded.path.read_text(encoding="utf-8")
        else:
            surface = output.surface(width, to_file=view is not None)
            text = timeline(replay(recorded.trace), surface, explained=explained, **looking)
        output.deliver(text, view, overwrite=force)
    if recorded.error:
        complain(recorded.error)
    if not wish.quiet:
        click.echo(f"trace kept in {path}", err=True)
        click.echo(f"next: {hint.format(trace=path)}", err=True)
    return int(recorded.exit_status)


def recording_side() -> Any:  # noqa: ANN401 -- a module
    """The recording side, where there is one: it needs Linux, this module does not."""
    try:
        from echotrace.commands import recording  # noqa: PLC0415 -- as above
    except (ImportError, NotImplementedError) as error:
        raise SystemRefused(
            "recording needs Linux; 'echotrace show' and 'echotrace compare' with trace files "
            "work everywhere"
        ) from error
    return recording
