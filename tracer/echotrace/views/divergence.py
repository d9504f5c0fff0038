"""Where a trace parts from what is expected of it: both sides around the place, and a sentence."""

from collections.abc import Iterator, Sequence
from itertools import islice

from echotrace.story.compare.nouns import Mark
from echotrace.story.expect.nouns import Match
from echotrace.story.expect.pattern import Expected
from echotrace.story.expect.sentence import alternatives
from echotrace.story.nouns import StoryEvent
from echotrace.trace import Source, Syscall
from echotrace.views import words
from echotrace.views.cells import fit
from echotrace.views.paint import Piece, Surface, actor_style, glyphs, paint
from echotrace.views.phrases import phrase

_BEFORE, _AFTER = 6, 3
_MOST_SENTENCES = 8
_LINE_WIDTH, _NUMBER_WIDTH = 4, 6
_MOST_LEFT, _SHARE = 34, 3  # the expectation is short: a third of the width, and no more
_PAYLOAD_WIDTH = 24


def divergence(found: Sequence[Match], source: str, target: str, surface: Surface) -> str:
    """How the courses of one story, called `target`, match what the file `source` expects."""
    wrong = [match for match in found if not match]
    lines: list[list[Piece]] = []
    if wrong:
        lines += [*_Table(wrong[0], surface).lines(source, target), []]
    for match in wrong[:_MOST_SENTENCES]:
        lines += _folded(f"{match.sentence}.", surface)
    if len(wrong) > _MOST_SENTENCES:
        more = words.count(len(wrong) - _MOST_SENTENCES, "more")
        lines += _folded(f"… and {more.removesuffix('s')}.", surface)
    lines += _folded(_total(found, source, target), surface)
    return paint(lines, surface)


def _total(found: Sequence[Match], source: str, target: str) -> str:
    """How many match; a file that nothing was compared with matches nothing."""
    right = sum(map(bool, found))
    where = f"{words.path(target)}: "
    if not found:
        return f"{where}nothing that {words.path(source)} speaks of is in the trace."
    names = [match.name for match in found if match][:_MOST_SENTENCES]
    if right == len(found):
        all_ = f"{', '.join(names)}{'' if len(names) == right else ' …'}"
        return f"{where}{all_} match{'es' if right == 1 else ''} {words.path(source)}."
    return f"{where}{right} of {len(found)} match {words.path(source)}."


class _Table:
    """The first divergence: what was expected left, what came right."""

    def __init__(self, match: Match, surface: Surface) -> None:
        self._match = match
        self._surface = surface
        wide = max((len(expected.words) for expected in match.expectation), default=0)
        most = min(_MOST_LEFT, surface.width // _SHARE)
        self._left = max(len(match.name), min(most, max(wide, _LINE_WIDTH * 3)))
        self._right = surface.width - self._left - _LINE_WIDTH - 1 - 3 - _NUMBER_WIDTH - 1
        self._sources = match.story.trace.sources()

    def lines(self, source: str, target: str) -> Iterator[list[Piece]]:
        """The heading, some steps before, the one where they part, some after."""
        match = self._match
        yield from self._row(
            [Piece(self._clear(match.name).ljust(_LINE_WIDTH + 1)), *self._bold(source, self._left)],
            [Piece(" " * (_NUMBER_WIDTH + 1)), *self._bold(target, self._right)], "",
        )  # fmt: skip
        hidden = len(match.matched) - _BEFORE
        if hidden > 0:
            yield [Piece(self._clear(f"     … {words.count(hidden, 'step')} before that match"), "dim")]
        for step, expected in match.matched[max(0, hidden) :]:
            yield from self._pair(expected.line, expected.words, step.event, Mark.SAME)
        line = match.expected[0].line if match.expected else None
        yield from self._pair(line, alternatives(match), match.came, Mark.DIFFERENT)
        if match.came is not None:
            yield from self._source(match.came)
        yield from self._afterwards()

    def _afterwards(self) -> Iterator[list[Piece]]:
        """What follows on either side; nothing there corresponds any more."""
        match = self._match
        expectation = list(match.expectation)
        at = next((n for n, e in enumerate(expectation) if e is match.expected[0]), 0) \
            if match.expected else len(expectation)
        following = expectation[at + 1 : at + 1 + _AFTER]
        events = [step.event for step in match.rest[1 : 1 + _AFTER]]
        for number in range(max(len(following), len(events))):
            expected: Expected | None = next(islice(following, number, None), None)
            event = next(islice(events, number, None), None)
            left = (expected.line, expected.words) if expected else (None, "")
            yield from self._pair(*left, event, Mark.NEITHER)

    def _pair(
        self, line: int | None, expected: str, event: StoryEvent | None, mark: Mark
    ) -> Iterator[list[Piece]]:
        style = {Mark.DIFFERENT: "differs", Mark.NEITHER: "dim"}.get(mark, "plain")
        left = fit(self._clear(expected), self._left)
        right = fit(self._said(event), self._right)
        for number in range(max(len(left), len(right))):
            first = number == 0
            at = f"{line:>{_LINE_WIDTH}} " if line and first else " " * (_LINE_WIDTH + 1)
            seq = f"{event.seq:>{_NUMBER_WIDTH}} " if event and first else " " * (_NUMBER_WIDTH + 1)
            yield [
                Piece(at, "dim"),
                Piece((left[number] if number < len(left) else "").ljust(self._left), style),
                Piece(f" {self._clear(mark) if first and mark else ' '} ", style),
                Piece(seq, "dim"),
                Piece(right[number] if number < len(right) else "", style),
            ]
