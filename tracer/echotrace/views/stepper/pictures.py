"""The content of each pane at a position: from the pure views to what a pane can draw."""

from collections.abc import Callable
from functools import lru_cache

from echotrace.story.nouns import Story
from echotrace.views.listing import Sources
from echotrace.views.moment import Section, changes
from echotrace.views.names import Names
from echotrace.views.paint import Piece, Surface, glyphs
from echotrace.views.state_lines import sections
from echotrace.views.stepper import content, lanes
from echotrace.views.stepper.finding import text_of
from echotrace.views.stepper.moves import Position, index_of, row_at
from echotrace.views.stepper.panes import Content
from echotrace.views.steps import Filter, Steps

_MARKED = frozenset({"new", "gone", "changed"})

Make = Callable[[int, int], Content]


class Pictures:
    """Makes the content of panes for one story; keeps the last few states, which take longest."""

    def __init__(self, steps: Steps, surface: Surface) -> None:
        self._steps = steps
        self._story: Story = steps.story
        self._surface = surface
        self._names = Names.of(self._story)
        self._sources = Sources(self._story)
        self._written = lru_cache(maxsize=8)(self._write)

    @property
    def has_source(self) -> bool:
        """Whether any call is known to be made by a line of a source."""
        return self._sources.known

    def source(self, here: Position) -> Make:
        """The file of the step, at the line that just ran."""
        row = row_at(self._steps, here)

        def make(width: int, _height: int) -> Content:
            if row is None:
                return Content()
            found = self._sources.listing(row.event)
            title = [Piece(glyphs(found.title, self._surface), "bold")]
            notes = content.source_notes(found, width, self._surface)
            around = (found.ran or 1) - 1
            return Content(
                [title, *notes],
                len(found.lines),
                lambda index: content.source_line(found, index, self._surface),
                (around, around) if found.lines else None,
                margin=3,
            )

        return make

    def lanes(self, here: Position) -> Make:
        """All steps that pass the filter, in lanes."""
        steps, surface = self._steps, self._surface
        layout, numbers = steps.layout(here.filter), steps.chosen(here.filter)
        row, current = row_at(steps, here), index_of(steps, here)

        def make(width: int, _height: int) -> Content:
            shown = lanes.lanes(layout, row, width)
            return Content(
                lanes.heading(shown, surface),
                len(numbers),
                lambda index: lanes.line(
                    self._story, layout.rows[numbers[index]], shown, surface,
                    current=index == current,
                ),
                (current, current), margin=1,
            )  # fmt: skip

        return make

    def state(self, here: Position) -> Make:
        """What the kernel keeps, and what of it changed since the step before."""
        picture = self.sections(here)

        def make(width: int, _height: int) -> Content:
            lines = content.state_lines(picture, width, self._surface)
            changed = [n for n, line in enumerate(lines) if any(p.style in _MARKED for p in line)]
            focus = (changed[0], changed[-1]) if changed else None
            return Content((), len(lines), lines.__getitem__, focus, counts_rest=True)

        return make

    def sections(self, here: Position) -> tuple[Section, ...]:
        """The state of a position with its changes against the step before it in the filter."""
        row = row_at(self._steps, here)
        if row is None:
            return ()
        everything = here.filter.everything
        index, numbers = index_of(self._steps, here), self._steps.chosen(here.filter)
        former = numbers[index - 1] if index else here.number
        before = self._written(former, everything, "after" if index else "before")
        return changes(before, self._written(here.number, everything, "after"))

    def _write(self, number: int, everything: bool, when: str) -> tuple[Section, ...]:
        """The state before or after the row of that number."""
        unfiltered = Filter(everything=everything)
        if when == "after":
            state = self._steps.state(unfiltered, number)
        else:
            event = self._steps.layout(unfiltered).rows[number].event
            state = self._story.before(event.seq)
        return sections(state, self._names, everything=everything)

    def where(self, here: Position) -> Make:
        """Which step this is, as a line across the screen."""
        count = len(self._steps.chosen(here.filter))
        row, index = row_at(self._steps, here), index_of(self._steps, here)
        said = content.where(row, index, count, here.filter, self._surface)
        rule = glyphs("─", self._surface)

        def make(width: int, _height: int) -> Content:
            used = sum(len(piece.text) for piece in said)
            rest = Piece(" " + rule * max(0, width - used - 4), "dim")
            return Content.of([[Piece(rule * 2 + " ", "dim"), *said, rest]])

        return make

    def told(self, here: Position) -> Make:
        """The step in words."""
        row = row_at(self._steps, here)
        said = text_of(self._story, row, self._surface) if row is not None else ""
        return lambda width, height: Content.of(
            content.explanation(self._story, row, said, (width, height), self._surface)
        )
