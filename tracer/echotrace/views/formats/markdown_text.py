"""Texts in Markdown (CommonMark): calls are code spans, in all other text nothing is markup."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from echotrace.views.document.nouns import Figure
from echotrace.views.document.runs import Blank, Code, Marker, Run, Strong, Text, runs
from echotrace.views.formats import setting
from echotrace.views.words import safe

_MARKUP = re.compile(r"([\\*_\[\]#|~$!@])")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
#: What ends a code span, what GitHub would make a link of, and what begins a block.
_LINK = re.compile(r"(?i)`|(?<=http)s?:|(?<=ftp):|(?<=www)\.")
_BLOCK = re.compile(r"^ *([-+]|[0-9]+(?=[.)]))")
_FENCES = re.compile(r"`+")


def text(plain: str) -> str:
    """Text in which nothing is markup."""
    return _escaped(plain.strip())


def _escaped(plain: str) -> str:
    entities = "".join(_ENTITIES.get(character, character) for character in safe(plain))
    return _BLOCK.sub(_referred, _LINK.sub(_referred, _MARKUP.sub(r"\\\1", entities)))


def _referred(found: re.Match[str]) -> str:
    """The characters as numeric references, which are never markup."""
    return "".join(f"&#{ord(character)};" for character in found[0])


def code(plain: str, *, cell: bool = True) -> str:
    r"""A code span, of a table's `cell` or elsewhere.

    In a table a bar ends a cell even within a code span, unless there is a backslash before it. A
    backslash before a bar would be ambiguous: there the bar is written as in a payload, `\x7c`.
    """
    shown = safe(plain)
    if cell:
        shown = shown.replace("\\|", "\\\\x7c").replace("|", "\\|")
    fence = fence_of(shown, 1)
    edge = " " if shown[:1] in ("`", " ") or shown[-1:] in ("`", " ") else ""
    return f"{fence}{edge}{shown}{edge}{fence}" if shown.strip() else ""


def fence_of(shown: str, least: int) -> str:
    """As many backticks as end nothing in what is shown, at least so many."""
    return "`" * max(least, 1 + max(map(len, _FENCES.findall(shown)), default=0))


@dataclass(frozen=True)
class Setting(setting.Setting):
    """Also the names of the files of figures, and whether it is in a table.

    Without a level headings are in bold.
    """

    files: Mapping[Figure, Sequence[str]] = field(default_factory=dict)
    cell: bool = False

    shown = staticmethod(text)

    def heading(self, inner: str) -> str:
        """A heading, of what is Markdown already."""
        return f"**{inner}**" if self.level is None else f"{'#' * self.level} {inner}"

    def inline(self, told: Text) -> str:
        """The runs of a text."""
        return "".join(map(self._run, _merged(_filled(runs(told))))).strip()

    def call(self, told: Text) -> str:
        """The same as a call, whose words are code."""
        return self.inline(tuple(Code(run) if isinstance(run, str) else run for run in runs(told)))

    def _run(self, run: Run) -> str:
        match run:
            case str():
                return _escaped(run)
            case Code(text=plain):
                return code(plain, cell=self.cell)
            case Strong(text=plain):
                return f"**{_escaped(plain)}**" if _may_be_strong(plain) else _escaped(plain)
            case Marker(number=number):
                return f"({number})"
            case Blank(label=label, width=width):  # without an answer
                return f"({_escaped(label)}) " + "\\_" * width


def _may_be_strong(plain: str) -> bool:
    """Whether asterisks around it are read as such, wherever it stands."""
    return plain[:1].isalnum() and plain[-1:].isalnum()


def _filled(told: Iterable[Run]) -> Iterator[Run]:
    """The runs with answers in place of blanks that have one."""
    for run in told:
        if isinstance(run, Blank) and run.answer is not None:
            yield f"({run.label}) "
            yield Strong(run.answer) if _may_be_strong(run.answer) else Code(run.answer)
        else:
            yield run


def _merged(told: Iterable[Run]) -> Iterator[Run]:
    """Runs on end of one kind in one: the marks between two of them would not be read as such."""
    before: Run = ""
    for run in told:
        match before, run:
            case (Code(text=first), Code(text=second)):
                before = Code(first + second)
            case (Strong(text=first), Strong(text=second)):
                before = Strong(first + second)
            case _:
                yield before
                before = run
    yield before
