"""Where a trace parts from what is expected of it: both sides around the place, and a sentence.

Below the place the sides are laid beside one another again, along the nearest way through the
pattern: what else could have come is told once, at the place itself.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from echotrace.story.compare.nouns import Mark
from echotrace.story.expect.nouns import Match
from echotrace.story.expect.pattern import Expected
from echotrace.story.expect.sentence import alternatives
from echotrace.story.explain.text import listed
from echotrace.story.nouns import StoryEvent
from echotrace.trace import Syscall
from echotrace.views import words
from echotrace.views.cells import fit
from echotrace.views.paint import Piece, Surface, glyphs, paint
from echotrace.views.phrases import phrase

_BEFORE, _AFTER = 6, 4
_MOST_SENTENCES = 8
_LINE_WIDTH, _NUMBER_WIDTH, _MARK_WIDTH = 5, 6, 3
_MOST_LEFT = 34  # an expected step is short
_PAYLOAD_WIDTH = 24
_STYLES = {Mark.SAME: "plain", Mark.DIFFERENT: "differs"}


def divergence(
    found: Sequence[Match], source: str, target: str, surface: Surface, notes: Sequence[str] = ()
) -> str:
    """How the courses of the story `target` match what the file `source` expects.

    `notes` are sentences on what the trace lacks, which may be why they part.
    """
    source, target = words.path(source), words.path(target)
    wrong = [match for match in found if not match and not match.is_absent]
    sentences = [f"{match.sentence}." for match in wrong[:_MOST_SENTENCES]]
    if len(wrong) > _MOST_SENTENCES:
        sentences.append(f"… and {len(wrong) - _MOST_SENTENCES:,} more do.")
    sentences += [f"{match.sentence} in {target}." for match in found if match.is_absent]
    there = [match for match in found if not match.is_absent]
    sentences += [_total(there, source, target)] if there or not found else []
    sentences += [f"{target}: {note}" for note in notes]
    lines = [*_Table(wrong[0], surface).lines(source, target), []] if wrong else []
    for sentence in sentences:
        lines += [[Piece(line)] for line in fit(glyphs(sentence, surface), surface.width)]
    return paint(lines, surface)


def _total(found: Sequence[Match], source: str, target: str) -> str:
    """How many match; a file that nothing was compared with is matched by nothing."""
    right = [match.name for match in found if match]
    if not found:
        return f"{target} has no connection that {source} speaks of."
    if len(right) < len(found):
        return f"{target}: {_some(found)} match {source}."
    names = ", ".join(right[:_MOST_SENTENCES])
    more = f" and {len(right) - _MOST_SENTENCES:,} more" if len(right) > _MOST_SENTENCES else ""
    return f"{target}: {names}{more} match{'es' if len(right) == 1 else ''} {source}."


def _some(found: Sequence[Match]) -> str:
    """Which parts of the server's life match, and how many connections: `set-up and 1 of 2 …`."""
    connections = [match for match in found if match.connection is not None]
    parts = [match.name for match in found if match and match.connection is None]
    if connections:
        number = sum(map(bool, connections))
        parts.append(f"{number:,} of {len(connections):,} connections")
    return listed(parts) if parts else "nothing"


class _Table:
    """One divergence: what is expected left, what happened right."""

    def __init__(self, match: Match, surface: Surface) -> None:
        self._match = match
        self._surface = surface
        wide = max(len(expected.words) for expected in match.expectation)
        self._left = min(_MOST_LEFT, surface.width // 3, max(wide, _MOST_LEFT // 2))
        margins = _LINE_WIDTH + _MARK_WIDTH + _NUMBER_WIDTH + 1
        self._right = surface.width - self._left - margins

    def lines(self, source: str, target: str) -> Iterator[list[Piece]]:
        """The heading, some steps before, the one where they part, some after."""
        match = self._match
        yield from self._row("", source, "", f"{target} {match.name}", "", "bold")
        hidden = max(0, len(match.matched) - _BEFORE)
        if hidden:
            before = f"… {words.count(hidden, 'step')} before"
            yield from self._row("", before, "", before, "", "dim")
        for step, expected in match.matched[hidden:]:
            yield from self._pair(expected, expected.words, step.event, Mark.SAME)
        for number, row in enumerate(match.way[: 1 + _AFTER]):
            text = row.expected.words if row.expected else ""
            if number == 0 and row.expected:
                text = alternatives(match)
            event = row.step.event if row.step else None
            mark = Mark.SAME if row.fits else Mark.DIFFERENT
            yield from self._pair(row.expected, text, event, mark)
            if event is not None and event is match.came and (source := self._source(event)):
                yield from self._row("", "", "", source, "", "dim")

    def _pair(
        self, expected: Expected | None, text: str, event: StoryEvent | None, mark: Mark
    ) -> Iterator[list[Piece]]:
        line = f"{expected.line} " if expected else ""
        number = f"{event.seq} " if event else ""
        yield from self._row(line, text, number, self._said(event), mark, _STYLES[mark])

    def _row(
        self, line: str, left: str, number: str, right: str, mark: str, style: str
    ) -> Iterator[list[Piece]]:
        """One row, in as many lines as it takes."""
        texts = (
            (glyphs(left, self._surface), self._left),
            (glyphs(right, self._surface), self._right),
        )
        halves = zip_longest(*(fit(text, width) for text, width in texts), fillvalue="")
        margins = line, glyphs(mark, self._surface), number
        for one, other in halves:
            at, sign, seq = margins
            yield [
                Piece(at.rjust(_LINE_WIDTH), "dim"),
                Piece(one.ljust(self._left), style),
                Piece(sign.center(_MARK_WIDTH), style),
                Piece(seq.rjust(_NUMBER_WIDTH + 1), "dim"),
                Piece(other, style),
            ]
            margins = "", "", ""

    def _said(self, event: StoryEvent | None) -> str:
        if event is None:
            return ""
        said = phrase(self._match.story, event)
        data = "" if said.data is None else words.quoted(said.data, said.size, _PAYLOAD_WIDTH)
        kernel = f"→ {said.kernel}" if said.kernel else ""
        return " ".join(filter(None, (event.actor, said.head, kernel, said.outcome, data)))

    def _source(self, event: StoryEvent) -> str:
        """The source line of an event: where it is, and what stands there if the trace has it."""
        site = event.record.site if isinstance(event.record, Syscall) else None
        if site is None:
            return ""
        source = self._match.story.trace.sources().get(site.file)
        lines = (source.text or "").split("\n") if source else []
        text = lines[site.line - 1].strip() if 0 < site.line <= len(lines) else ""
        told = f"{words.path(site.file)}:{site.line}  {words.safe(text)}".rstrip()
        return told if len(told) <= self._right else f"{told[: self._right - 1]}…"
