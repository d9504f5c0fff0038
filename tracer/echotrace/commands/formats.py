"""In which format a view is written: as was chosen, or as the ending of the file's name says."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from echotrace.errors import UserError
from echotrace.views.rendering import FORMATS

_F = TypeVar("_F", bound=Callable[..., Any])
#: The format that the ending of a file's name stands for.
_OF_ENDING: Mapping[str, str] = {
    ".txt": "text", ".md": "markdown", ".html": "html", ".htm": "html", ".json": "json",
    ".svg": "svg",
}  # fmt: skip
#: Endings of files that are no view.
_OTHERS = frozenset({".jsonl", ".pdf", ".png", ".tex"})


def option(what: str) -> Callable[[_F], _F]:
    """The option for the format of `what` is shown."""
    return click.option(
        "--format", "form", type=click.Choice(FORMATS),
        help=f"How to print {what}; text unless the ending of FILE says otherwise: "
        ".md, .html, .json or .svg.",
    )  # fmt: skip


def chosen(form: str | None, path: Path | None, command: str) -> str:
    """The format that was chosen, else the one for a file by the ending of its name.

    UserError for an ending that is none of the `command`.
    """
    if form is not None or path is None:
        return form or "text"
    ending = path.suffix.lower()
    if ending in _OTHERS:
        raise UserError(
            f"'{path}' would not be what its name says: {command} writes {', '.join(_OF_ENDING)}"
        )
    return _OF_ENDING.get(ending, "text")
