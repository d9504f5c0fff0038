"""Documents as files: the format by the ending of a name, and files beside the file."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from echotrace.commands import output
from echotrace.errors import UserError
from echotrace.views.formats.writing import Written

#: How the names of files in each format end.
ENDINGS: Mapping[str, str] = {
    "pdf": ".pdf", "html": ".html", "markdown": ".md", "latex": ".tex", "slides": ".pdf",
}  # fmt: skip
#: The format that an ending stands for; slides are PDF too, and have to be asked for.
_OF_ENDING: Mapping[str, str] = {
    ".pdf": "pdf", ".html": "html", ".htm": "html", ".md": "markdown", ".tex": "latex",
}  # fmt: skip


def form_of(
    path: Path | None,
    chosen: str | None,
    *,
    default: str = "pdf",
    further: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The format: the chosen one, or that of the file's name; UserError when it says none.

    `further` are the formats, by ending, that a command writes besides.
    """
    if chosen is not None:
        return chosen
    if path is None:
        return default
    form = {**_OF_ENDING, **further}.get(path.suffix.lower())
    if form is None:
        raise UserError(
            f"the name '{path}' does not say which format it has: end it in "
            f"{', '.join(dict.fromkeys((*ENDINGS.values(), *further)))}, "
            "or choose one with --format"
        )
    return form


def write(written: Written, path: Path, *, overwrite: bool) -> list[Path]:
    """Write a document and what stands beside it: all their paths, the document first.

    UserError, before anything is written, if one of them exists and must stay, or the document has
    no folder that they could be beside it in. All are written whole, or none at all; the document
    last: what it names is there when it is.
    """
    if written.beside and path.exists() and not path.is_file():
        raise UserError(f"'{path}' is no file, and drawings have to stand beside the document")
    beside = {path.parent / name: content for name, content in written.beside.items()}
    output.write_all({**beside, path: written.content}, overwrite=overwrite)
    return [path, *beside]
