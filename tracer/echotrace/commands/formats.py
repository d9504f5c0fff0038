"""In which format a result is written: as was chosen, or as the ending of the file's name says."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from echotrace.errors import UserError

_F = TypeVar("_F", bound=Callable[..., Any])
#: The formats that endings of files' names stand for, of views of a trace or a comparison …
VIEWS: Mapping[str, str] = {
    ".txt": "text", ".md": "markdown", ".html": "html", ".htm": "html", ".json": "json",
    ".svg": "svg",
}  # fmt: skip
#: … and of documents; slides are PDF too, and have to be asked for.
DOCUMENTS: Mapping[str, str] = {
    ".pdf": "pdf", ".html": "html", ".htm": "html", ".md": "markdown", ".tex": "latex",
}  # fmt: skip
#: How the names of documents in each format end.
ENDINGS: Mapping[str, str] = {
    "pdf": ".pdf", "html": ".html", "markdown": ".md", "latex": ".tex", "slides": ".pdf",
}  # fmt: skip
#: Endings of files that are no text, whatever a command writes.
_NO_TEXT = frozenset({".jsonl", ".pdf", ".png", ".tex"})


def option(what: str, *, or_trace: bool = False) -> Callable[[_F], _F]:
    """The option for the format in which `what` is shown; it may be that of the trace, too."""
    forms = [*dict.fromkeys(VIEWS.values()), *["jsonl"] * or_trace]
    return click.option(
        "--format", "form", type=click.Choice(forms),
        help=f"How to print {what}; text unless the ending of FILE says otherwise: "
        f".md, .html, .json or .svg.{' jsonl is the trace itself.' * or_trace}",
    )  # fmt: skip


def of_view(form: str | None, path: Path | None) -> str:
    """The format of a view: text for a file whose name says nothing else; UserError as below."""
    if form is None and path is not None and path.suffix.lower() not in VIEWS.keys() | _NO_TEXT:
        return "text"
    return chosen(form, path, VIEWS, default="text")


def chosen(form: str | None, path: Path | None, endings: Mapping[str, str], default: str) -> str:
    """The format that was chosen, else that of the file's ending, else, without file, `default`.

    UserError when the ending is none of these.
    """
    if form is not None or path is None:
        return form or default
    found = endings.get(path.suffix.lower())
    if found is None:
        raise UserError(
            f"the name '{path}' does not say which format it has: end it in "
            f"{', '.join(endings)}, or choose one with --format"
        )
    return found


def refuse_explained(form: str, *, explained: bool) -> None:
    """UserError if sentences of --explain are wanted where there is no place for them."""
    if explained and form not in ("text", "jsonl"):
        raise UserError("--explain adds sentences to text: leave it out, or choose --format text")
