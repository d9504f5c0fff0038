"""Documents as files: the document, and what stands beside it."""

from pathlib import Path

from echotrace.commands import output
from echotrace.views.formats.writing import Written


def write(written: Written, path: Path, *, overwrite: bool) -> list[Path]:
    """Write a document and what stands beside it: all their paths, the document first.

    UserError, before anything is written, if one of them exists and must stay. Each is written
    whole or not at all, the document last: what it names is there when it is.
    """
    files = {path: written.content} | {
        path.parent / name: content for name, content in written.beside.items()
    }
    for each in files:
        output.check(each, overwrite=overwrite)
    for each, content in reversed(files.items()):
        output.write(content, each, overwrite=overwrite)
    return list(files)
