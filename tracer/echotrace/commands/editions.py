"""Which editions of a handout to make, and the names of their files: `h.pdf` and `h-key.pdf`."""

from collections.abc import Mapping
from pathlib import Path

from echotrace.views.handout.nouns import Edition

_BOTH = "both"
#: What may be chosen, and the editions that this means.
CHOICES: Mapping[str, tuple[Edition, ...]] = {each.value: (each,) for each in Edition} | {
    _BOTH: tuple(Edition)
}
_NAME = "handout"
#: The name of a key ends in the first of these; that for students in the other one if it must.
_KEY, _STUDENT = "-key", "-student"


def paths(chosen: str, named: Path | None, ending: str) -> Mapping[Edition, Path]:
    """Where to write each edition that was chosen; `named` is the file that the user gave."""
    editions = CHOICES[chosen]
    if named is not None and len(editions) == 1:
        return {editions[0]: named}
    path = named or Path(f"{_NAME}{ending}")
    return {each: path if each is Edition.STUDENT else beside(path, each) for each in editions}


def beside(path: Path, edition: Edition) -> Path:
    """The name of an edition whose other one is at `path`."""
    if edition is Edition.KEY:
        return path.with_stem(f"{path.stem}{_KEY}")
    stem = path.stem.removesuffix(_KEY)
    return path.with_stem(stem if stem and stem != path.stem else f"{path.stem}{_STUDENT}")
