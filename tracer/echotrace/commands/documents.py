"""Documents as files: the document, and what stands beside it."""

from pathlib import Path

from echotrace.commands import output
from echotrace.errors import UserError
from echotrace.views.formats.writing import Written


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
