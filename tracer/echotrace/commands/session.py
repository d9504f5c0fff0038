"""What all commands that record and show one server have in common."""

import contextlib
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

import click

from echotrace.cli import complain
from echotrace.commands import formats, output
from echotrace.commands.watching import LivePrinter
from echotrace.errors import CutShort, EchotraceError, NotReachable, SystemRefused, UserError
from echotrace.story.compare.names import names_of
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline
from echotrace.views.words import safe


@dataclass(frozen=True)
class Delivery:
    """What to print and where to: the options of the same names; `form` is None if not chosen."""

    form: str | None
    width: int | None
    output_: Path | None
    force: bool

    @classmethod
    def taken_from(cls, chosen: dict[str, Any]) -> Self:
        """Take the options of a delivery out of all that were chosen."""
        return cls(**{field.name: chosen.pop(field.name) for field in fields(cls)})

    @property
    def trace_file(self) -> Path | None:
        """The file that is to hold the trace, if one was named."""
        return self.output_ if self.output_ and self.output_.suffix == ".jsonl" else None

    @property
    def view_file(self) -> Path | None:
        """The file that is to hold what would be printed, if one was named."""
        return None if self.trace_file else self.output_

    @property
    def view_form(self) -> str:
        """The format of what would be printed; UserError for a file whose name is of no view."""
        return formats.of_view(self.form, self.view_file)

    def check(self) -> None:
        """Refuse at once what could not be written in the end; UserError."""
        if self.output_ is not None:
            output.check(self.output_, overwrite=self.force)

    def check_timeline(self, *, explained: bool) -> None:
        """Refuse besides what no timeline can be; UserError."""
        self.check()
        formats.refuse_explained(self.view_form, explained=explained)

    def show(self, recorded: Any, **look: Any) -> None:  # noqa: ANN401 -- of the recording side
        """Print or write the timeline of a recording, or the trace itself."""
        if self.view_form == "jsonl":
            text = recorded.text()
        else:
            surface = output.surface(self.width, to_file=self.view_file is not None)
            text = shown(replay(recorded.trace), self.view_form, surface, **look)
        output.deliver(text, self.view_file, overwrite=self.force)


def shown(
    story: Story,
    form: str,
    surface: Surface,
    *,
    explained: bool,
    **look: Any,  # noqa: ANN401
) -> str:
    """The timeline of a story in a format; `explained` ones are text, HTML is its page."""
    if form == "text":
        return timeline(story, surface, explained=explained, **look)
    if form == "html":
        from echotrace.views.page.page import page  # noqa: PLC0415 -- as below

        (name,) = names_of([story])
        return page({name: story}, by=look["by"], everything=look["everything"])
    from echotrace.views.rendering import render_story  # noqa: PLC0415 -- slow, and seldom wanted

    return render_story(story, form, surface, **look)


def record_and_show(
    hint: str,
    *,
    live: bool,
    **wished: Any,  # noqa: ANN401 -- the fields of Wish, how to look, and of Delivery
) -> int:
    """Record as wished and print the timeline, or the trace; the exit status.

    `hint` is the command to try next, in which {trace} stands for the file of the trace. A program
    that no client could reach has nothing to show: what it did is in the trace. With `live` the
    timeline is printed as it grows, in place of the finished one.
    """
    delivery = Delivery.taken_from(wished)
    look = {name: wished.pop(name) for name in ("by", "explained", "whole")}
    look["everything"] = wished["everything"]
    recording = recording_side()
    delivery.check_timeline(explained=look["explained"])
    printer = _live_printer(delivery, look) if live else None
    wish = recording.Wish(**wished)
    if delivery.trace_file is not None:
        recorded = recording.record(
            wish, delivery.trace_file, overwrite=delivery.force, watcher=printer
        )
    else:
        recorded = recording.record_and_keep(wish, printer)
    if isinstance(recorded.error, NotReachable | CutShort):
        hint = "echotrace show {trace}"
    elif printer is not None:
        printer.close(recorded.trace)
    else:
        with trace_kept(recorded.path):
            delivery.show(recorded, **look)
        if wish.free_run and not look["whole"]:
            hint = "echotrace show {trace} --whole"
    return take_leave(recorded, hint, quiet=wish.quiet)


@contextlib.contextmanager
def trace_kept(path: Path) -> Iterator[None]:
    """Say where the trace is when a signal or an error ends what is done with it."""
    try:
        yield
    except EchotraceError:
        say_kept([path])
        raise
    except (KeyboardInterrupt, SystemExit):
        click.echo(f"\ntrace kept in {safe(str(path))}", err=True)
        raise


def take_leave(recorded: Any, hint: str, *, quiet: bool) -> int:  # noqa: ANN401 -- as above
    """Say what went wrong, where the trace is and what to try next; the exit status."""
    if recorded.error:
        complain(recorded.error)
    if not quiet:
        say_kept([recorded.path])
        say_next(hint, recorded.path)
    return int(recorded.exit_status)


def say_kept(paths: Iterable[Path]) -> None:
    """Say where traces are."""
    for path in paths:
        click.echo(f"trace kept in {safe(str(path))}", err=True)


def say_next(hint: str, *files: Path) -> None:
    """Say what to try next: `{trace}` in the hint stands for the files, as sh takes them."""
    trace = shlex.join(map(str, files))
    click.echo(f"next: {safe(hint.replace('{trace}', trace))}", err=True)


def _live_printer(delivery: Delivery, look: Mapping[str, Any]) -> LivePrinter:
    in_the_way = {
        "--explain": look["explained"],
        f"--format {delivery.form}": delivery.form not in (None, "text"),
        f"-o {delivery.view_file}": delivery.view_file is not None,
    }
    if chosen := [option for option, is_chosen in in_the_way.items() if is_chosen]:
        raise UserError(
            f"--live prints a plain timeline on standard output: leave out {' and '.join(chosen)}; "
            "-o FILE.jsonl keeps the trace for another look"
        )
    surface = output.surface(delivery.width, to_file=False)
    return LivePrinter(surface, by=look["by"], everything=look["everything"])


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
