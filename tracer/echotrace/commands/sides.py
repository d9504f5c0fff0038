"""Sides to lay beside each other: what TARGETs name, checked before anything is recorded."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from echotrace.cli import complain
from echotrace.commands import programs
from echotrace.commands.session import recording_side, trace_kept
from echotrace.commands.target import LIST, Target, exists, record, server_named, trace_of
from echotrace.errors import EchotraceError, NotReachable, TraceFileError, UserError
from echotrace.story.compare.names import names_of
from echotrace.story.nouns import Story


@dataclass(frozen=True)
class Side:
    """One side before it is there: its TARGET, and the fields of a Wish that say what to record.

    `title` is what the user knows it by: the name of a file, or of a server; `where` the line of
    the list that names it.
    """

    title: str
    target: str
    named: Mapping[str, Any] | None
    where: str = ""

    @property
    def is_trace(self) -> bool:
        """Whether it is recorded already."""
        return self.named is None


@dataclass(frozen=True)
class Taken:
    """How many sides a command takes, and an example of it."""

    command: str
    least: int
    most: int
    example: str


def find(targets: Sequence[str], taken: Taken) -> list[Side]:
    """The sides that targets name, a list of programs one each.

    UserError unless they are as many as the command takes, and for what `commands.target` and
    `commands.programs` do not know.
    """
    found = [side for target in targets for side in _sides(target)]
    if not taken.least <= len(found) <= taken.most:
        raise UserError(
            f"{taken.command} takes {taken.least} to {taken.most} servers or traces, not "
            f"{len(found) or 'none'}; as in: {taken.example}"
        )
    if [side.target for side in found].count("-") > 1:
        raise UserError("standard input holds one trace: only one side can be -")
    return found


def refuse_faults(sides: Sequence[Side], faults: Sequence[str]) -> None:
    """UserError if faults are to be injected, and there is nothing to record."""
    if faults and all(side.is_trace for side in sides):
        which = {1: "the only side is a trace", 2: "both sides are traces"}
        reason = which.get(len(sides), "all sides are traces")
        raise UserError(f"--inject needs a server to record, and {reason}")


def tell_of(gathered: Sequence[Target], sides: Sequence[Side], done: str) -> list[EchotraceError]:
    """Tell what ended recordings early, and which traces are cut off: the rest of them `done`."""
    errors: list[EchotraceError] = []
    for target, side in zip(gathered, sides, strict=True):
        trace = target.trace
        if target.error is not None:
            errors.append(type(target.error)(f"{side.title}: {target.error}"))
        if trace.torn is not None:
            errors.append(
                TraceFileError(
                    f"'{side.title}' is cut off in line {trace.torn}; "
                    f"the {len(trace.records)} records before it {done}"
                )
            )
    for error in errors:
        complain(error)
    return errors


def named(gathered: Sequence[Target], sides: Sequence[Side]) -> dict[str, Story]:
    """The stories of the sides by their names, of which no two are the same."""
    stories = [target.story for target in gathered]
    return dict(zip(names_of(stories, [side.title for side in sides]), stories, strict=True))


def files(gathered: Sequence[Target], sides: Sequence[Side]) -> list[Path]:
    """The files of all traces, for the next command; none if one came on standard input."""
    if any(side.target == "-" for side in sides):
        return []
    return [target.path or Path(side.target) for target, side in zip(gathered, sides, strict=True)]


def _sides(target: str) -> Iterator[Side]:
    path = Path(target)
    if path.suffix == LIST and exists(path) and not path.is_dir():
        for listed in programs.read(path):
            title = listed.fields["name"] or " ".join(listed.fields["command"])
            yield Side(title, target, listed.fields, listed.where)
        return
    named = server_named(target)
    is_file = target != "-" and "server" not in (named or ())
    yield Side(path.name if is_file else target, target, named)


@contextlib.contextmanager
def gathered(sides: Sequence[Side], wished: Mapping[str, Any]) -> Iterator[list[Target]]:
    """Read all traces, then record the others; where they are kept is said if a signal ends this.

    `wished` holds for every recording, unless its side says otherwise. A server that ended early
    has a trace all the same; NotReachable if it served nobody at all.
    """
    read = {side: Target(trace_of(side.target)) for side in sides if side.is_trace}
    with contextlib.ExitStack() as stack:
        recorded = []
        for side, fields in _to_record(sides, wished):
            target = _recorded(side, fields)
            if isinstance(target.error, NotReachable):
                raise target.error
            if target.path is not None:
                stack.enter_context(trace_kept(target.path))
            recorded.append(target)
        fresh = iter(recorded)
        yield [read[side] if side.is_trace else next(fresh) for side in sides]


def _recorded(side: Side, fields: Mapping[str, Any]) -> Target:
    """The side's recording; what is wrong with a program of a list is said with its line."""
    try:
        return record(**fields)
    except UserError as error:
        if side.where:
            raise UserError(f"{side.where}: {error}") from error
        raise


def _to_record(
    sides: Sequence[Side], wished: Mapping[str, Any]
) -> list[tuple[Side, dict[str, Any]]]:
    """Each side to record with all it is recorded with: for progress and the trace's name too."""
    found = [side for side in sides if side.named is not None]
    all_fields = [dict(wished) | dict(side.named or {}) for side in found]
    if not found:
        return []
    kept = [recording_side().Wish(**fields).kept_as for fields in all_fields]
    often = Counter(kept)
    return [
        (
            side,
            fields
            | {"doing": f"recording {side.title}, {number} of {len(found)}"}
            | ({"label": str(number)} if often[name] > 1 else {}),
        )
        for number, (side, fields, name) in enumerate(
            zip(found, all_fields, kept, strict=True), start=1
        )
    ]
