"""The typesetter of PDFs: it comes with echotrace, and all but PDFs can do without it."""

from collections.abc import Mapping
from typing import Any

from echotrace.errors import SystemRefused


def compiler(sources: Mapping[str, bytes]) -> Any:  # noqa: ANN401 -- typst's, loaded when needed
    """What lays out `main.typ` of these files, with its own fonts only: the same bytes everywhere.

    SystemRefused where typst is not installed, or does not run on this machine.
    """
    try:
        import typst  # noqa: PLC0415 -- slow to load, and for this only
    except ImportError as error:
        raise SystemRefused(
            "PDFs, and the drawings of LaTeX, need typst, which cannot be loaded here: "
            "'pip install typst' installs it; --format html and --format markdown do without"
        ) from error
    # typst's stub leaves out that there may be several files.
    return typst.Compiler(dict(sources), ignore_system_fonts=True)  # type: ignore[type-var]
