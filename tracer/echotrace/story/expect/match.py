"""Matches the course of a connection against a pattern, and finds where they first part.

Each layer of the search is one step more; it holds how many steps of the tasks that do not serve
are among them, and in which states of the pattern that can be. There are hardly ever more than
three such steps, so the time is that of one pass over the course. Where there are many in a course
of more than a thousand steps, only the ways nearest to the trace's own order are followed.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from echotrace.story.compare.nouns import Step
from echotrace.story.compare.steps import steps as steps_of
from echotrace.story.expect.automaton import START, Automaton, bits
from echotrace.story.expect.fitting import Came, Cast, came_to, names_of, outcome_of, without_asides
from echotrace.story.expect.grammar import parse
from echotrace.story.expect.nouns import Match
from echotrace.story.expect.order import Thread, threads
from echotrace.story.expect.pattern import Expected
from echotrace.story.expect.sentence import sentence
from echotrace.story.expect.way import Place, Row, way_on
from echotrace.story.nouns import Connection, Story

_LEAST_ORDERS = 64  # ways to go on that are followed however long the course
_MOST_STATES = 1_000_000  # of all layers together, unless that would be less


def matches(story: Story, connection: Connection, pattern: str) -> Match:
    """Match the course of a connection against a pattern; UserError for one that is none.

    For example "accept fork close:parent (recv send)* recv=0 shutdown close exit".
    """
    steps = steps_of(story, connection)
    return match(story, f"#{connection.number}", connection, steps, Automaton(parse(pattern)))


def match(
    story: Story,
    name: str,
    connection: Connection | None,
    steps: Sequence[Step],
    automaton: Automaton,
) -> Match:
    """Match a course; `name` is what it is called, for one of the server at large too."""
    cast = Cast.of(story, steps)
    counted = without_asides(steps, {expected.name for expected in automaton.expected})
    search = _Search(automaton, cast, counted, threads(story, counted, cast))
    layer, others = search.deepest()
    start, way = search.way_on(layer, others)
    path = search.path(layer, others, start)
    taken = {step.event.seq for step, _ in path}
    rest = [step for step in counted if step.event.seq not in taken]
    first = next((row.step.event.seq for row in way if row.step is not None), None)
    rest.sort(key=lambda step: (step.event.seq != first, step.event.seq))
    states = search.layers[layer][others]
    likeliest = next((row.expected for row in way if row.expected is not None), None)
    expected = sorted(search.expected_after(start, states), key=lambda each: each is not likeliest)
    return Match(
        story,
        name,
        connection,
        tuple(automaton.expected),
        cast,
        tuple(path),
        tuple(expected),
        automaton.may_end(states),
        tuple(rest),
        tuple(way),
        sentence,
    )


class _Search:
    """All ways to go through a pattern along two threads of events."""

    def __init__(
        self, automaton: Automaton, cast: Cast, steps: Sequence[Step], both: tuple[Thread, Thread]
    ) -> None:
        self._automaton = automaton
        self._cast = cast
        self._others, self._own = both
        self._fits: dict[int, int] = {}
        self._fits_of_kind: dict[object, int] = {}
        #: How many of the first steps of the trace are not of tasks that serve.
        self._in_trace = [0]
        for step in steps:
            is_other = step.event.actor not in cast.serving
            self._in_trace.append(self._in_trace[-1] + is_other)
        #: For each number of steps: the states, by how many of the steps are of the others.
        self.layers: list[Mapping[int, int]] = [{0: 1 << START}]
        while reached := self._next():
            self.layers.append(reached)

    def deepest(self) -> tuple[int, int]:
        """Where the longest way ends, the one nearest to the trace's order."""
        layer = len(self.layers) - 1
        return layer, min(self.layers[layer], key=lambda others: self._distance(layer, others))

    def possible(self, others: int, own: int) -> Iterator[tuple[Step, int, int]]:
        """The steps that can be next after so many, and how many of each there are then."""
        if others < len(self._others.steps) and self._others.needs[others] <= own:
            yield self._others.steps[others], others + 1, own
        if own < len(self._own.steps) and self._own.needs[own] <= others:
            yield self._own.steps[own], others, own + 1

    def way_on(self, layer: int, others: int) -> tuple[int, list[Row]]:
        """The state there from which the rest goes on with the fewest changes, and how it does."""
        states = sorted(bits(self.layers[layer][others]), key=self._specific, reverse=True)
        if not any(self.possible(others, layer - others)):
            states.sort(key=lambda state: not self._automaton.follows(self._automaton.end, state))
        places = [Place(state, others, layer - others) for state in states]
        return way_on(self._automaton, places, self._next_steps)

    def _next_steps(self, place: Place) -> Iterator[tuple[Step, Place, int]]:
        """The steps that can be next at a place, where each leads, the states that it fits."""
        for step, others, own in self.possible(place.others, place.own):
            yield step, Place(place.state, others, own), self._fitting(step)

    def path(self, layer: int, others: int, state: int) -> list[tuple[Step, Expected]]:
        """The steps of a way that ends there in a state, each with what it was expected to be."""
        found: list[tuple[Step, Expected]] = []
        states = [state]
        while layer > 0:
            step, state, others, states = self._back(layer, others, states)
            found.append((step, self._automaton.expected[state - 1]))
            layer -= 1
        return found[::-1]

    def expected_after(self, start: int, states: int) -> list[Expected]:
        """The expected steps that may follow a state, or one of `states` that expects the same.

        After `recv = 0`, which is any recv too, it is what follows the end of the data.
        """
        alike = [each for each in bits(states) if self._at(each) == self._at(start)]
        after = self._automaton.after(sum(1 << each for each in alike))
        return [self._automaton.expected[each - 1] for each in bits(after)
                if each != self._automaton.end]  # fmt: skip

    def _at(self, state: int) -> Expected | None:
        return self._automaton.expected[state - 1] if state != START else None

    def _back(
        self, layer: int, others: int, states: Sequence[int]
    ) -> tuple[Step, int, int, list[int]]:
        """A step that leads to one of some states, that state, and what is before the step.

        That is how many steps of the others there are, and the states that it can come from.
        """
        sources = [n for n in (others, others - 1) if n in self.layers[layer - 1]]
        for source in sorted(sources, key=lambda n: self._distance(layer - 1, n)):
            before = list(bits(self.layers[layer - 1][source]))
            for step, reached, _ in self.possible(source, layer - 1 - source):
                fitting = self._fitting(step) if reached == others else 0
                for state in sorted(states, key=self._specific, reverse=True):
                    froms = [each for each in before if self._automaton.follows(state, each)]
                    if fitting >> state & 1 and froms:
                        return step, state, source, froms
        raise AssertionError("a layer holds only what the one before leads to")

    def _next(self) -> dict[int, int]:
        layer = len(self.layers) - 1
        reached: dict[int, int] = {}
        for others, states in self.layers[layer].items():
            expected = self._automaton.after(states)
            for step, then, _ in self.possible(others, layer - others):
                if hit := expected & self._fitting(step):
                    reached[then] = reached.get(then, 0) | hit
        most = max(_LEAST_ORDERS, _MOST_STATES // len(self._in_trace))
        if len(reached) <= most:
            return reached
        near = sorted(reached, key=lambda others: self._distance(layer + 1, others))
        return {others: reached[others] for others in near[:most]}

    def _fitting(self, step: Step) -> int:
        """The states whose expected step this is."""
        found = self._fits.get(step.event.seq)
        if found is None:
            kind = names_of(step), step.event.actor, outcome_of(step, self._cast)
            if kind not in self._fits_of_kind:
                self._fits_of_kind[kind] = self._states(*kind)
            found = self._fits[step.event.seq] = self._fits_of_kind[kind]
        return found

    def _states(self, names: AbstractSet[str], actor: str, outcome: Came) -> int:
        return sum(
            1 << state
            for state, expected in enumerate(self._automaton.expected, 1)
            if expected.name in names
            and self._cast.plays(actor, expected.who)
            and came_to(outcome, expected.outcome)
        )

    def _distance(self, layer: int, others: int) -> int:
        return abs(others - self._in_trace[layer])

    def _specific(self, state: int) -> tuple[bool, bool, int]:
        if state == START:
            return False, False, 0
        expected = self._automaton.expected[state - 1]
        return expected.outcome is not None, bool(expected.who), state
