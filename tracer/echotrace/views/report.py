"""Findings as text: errors first, each with its proof, its remedy and what it costs."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from echotrace.story.findings.nouns import Finding, Severity
from echotrace.trace import Site
from echotrace.views.cells import fit
from echotrace.views.paint import Piece, Surface, glyphs, paint
from echotrace.views.words import count

_STYLES = {Severity.ERROR: "differs", Severity.WARNING: "bold", Severity.NOTE: "plain"}
_MARGIN = 9
_LABEL = 8


def report(
    heading: str,
    notes: Iterable[str],
    findings: Sequence[Finding],
    surface: Surface,
    caution: str = "",
) -> str:
    """All findings below a heading and notes on the recordings, and how many findings they are.

    `caution` is why they say less than they seem to: it stands below their number.
    """
    lines: list[list[Piece]] = [[Piece(glyphs(heading, surface), "bold")]]
    for note in notes:
        lines += [[Piece(line, "dim")] for line in fit(glyphs(note, surface), surface.width)]
    lines.append([])
    for finding in findings:
        lines += [*_finding(finding, surface), []]
    lines.append([Piece(_total(findings))])
    if caution:
        lines += [[Piece(line, "differs")] for line in fit(glyphs(caution, surface), surface.width)]
    return paint(lines, surface)


def _finding(finding: Finding, surface: Surface) -> Iterator[list[Piece]]:
    style = _STYLES[finding.severity]
    where = ", ".join(map(place, finding.sites[:2]))
    yield [
        Piece(finding.severity.ljust(_MARGIN), style),
        Piece(finding.id, "bold"),
        Piece(glyphs(f"  {where}" if where else "", surface), "dim"),
    ]
    yield from _indented("", finding.sentence, surface)
    proof = count(len(finding.events), "event").split()[1] if finding.events else ""
    numbers = ", ".join(map(str, finding.events))
    seen = f" of {finding.seen}" if finding.seen else ""
    for label, text in (
        (proof, f"{numbers}{seen}" if finding.events else ""),
        ("remedy", finding.remedy),
        ("cost", finding.cost),
    ):
        if text:
            yield from _indented(label, text, surface)


def _indented(label: str, text: str, surface: Surface) -> Iterable[list[Piece]]:
    """A text below its finding, folded to the width, with a label before its first line."""
    margin = _MARGIN + (_LABEL if label else 0)
    for number, line in enumerate(fit(glyphs(text, surface), surface.width - margin)):
        first = label.ljust(_LABEL) if label else ""
        lead = " " * _MARGIN + (first if number == 0 else " " * len(first))
        yield [Piece(lead, "dim"), Piece(line, "plain" if not label else "dim")]


def place(site: Site) -> str:
    """A source line in words: `fork.c:21 main`."""
    return f"{site.file}:{site.line}" + (f" {site.function}" if site.function else "")


def _total(findings: Sequence[Finding]) -> str:
    found = Counter(finding.severity for finding in findings)
    return ", ".join(count(found[severity], severity.value) for severity in Severity) + "."
