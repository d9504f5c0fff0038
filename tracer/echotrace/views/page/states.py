"""The states of a trace as what changes from one moment to the next, with a keyframe now and then.

A step costs what changed; a jump costs the changes since a keyframe, and these lie as far apart as
they are large, so that they take less room than the changes between them. Making them costs what
changed, too: the lines are kept in blocks, and a block is written anew when a record of it changes.
"""

from collections.abc import Iterable

from echotrace.kernel.differences import Difference
from echotrace.story.nouns import Story
from echotrace.story.roles import Roles
from echotrace.views.moment import Line
from echotrace.views.names import Names
from echotrace.views.page.blocks import Blocks, Key
from echotrace.views.page.nouns import Moments
from echotrace.views.page.texts import INNER, Texts
from echotrace.views.page.tree import Tree
from echotrace.views.state_lines import (
    OPENS,
    TABLES,
    TREE,
    inherited,
    interest_line,
    open_lines,
    slot_line,
    table_lines,
)
from echotrace.views.words import safe

_SECTIONS = (TREE, TABLES, OPENS)
#: Numbers in the changes between two keyframes: so many, and for each line of a keyframe so many.
_LEAST, _A_LINE = 64, 3


def moments(story: Story, times: Iterable[int], texts: Texts) -> tuple[Moments, dict[int, int]]:
    """The moments at these times (ns, ascending), and which one each time is.

    Times between which nothing changed are one moment; the first time is moment 0.
    """
    states = States(Names.of(story), texts)
    found = Moments(list(_SECTIONS), [], {})
    numbers: dict[int, int] = {}
    number = cost = 0
    for news in story.history.differences(times):
        splices = states.follow(news)
        if splices or not numbers:
            number = len(found.changes)
            found.changes.append(splices)
            cost += sum(map(len, splices))
            if number == 0 or cost > _LEAST + _A_LINE * states.size:
                found.keyframes[number] = states.lines
                cost = 0
        numbers[news.time] = number
    return found, numbers


class States:
    """The sections of `state_lines.sections` at one moment, which follow from the one before."""

    def __init__(self, names: Names, texts: Texts) -> None:
        self._names, self._texts = names, texts
        self._renamings = sorted(_renamings(names.roles), reverse=True)
        self._tree, self._tables, self._opens = self._sections = tuple(map(Blocks, range(3)))
        self._tasks = Tree(names, self._put_task)
        self._sharers: dict[int, tuple[int, ...]] = {}
        #: The descriptors of each table that are one line together.
        self._folded: dict[int, set[int]] = {}
        #: Descriptions that have no line.
        self._hidden: set[int] = set()

    @property
    def lines(self) -> list[list[int]]:
        """The lines of each section, as texts."""
        return [section.lines for section in self._sections]

    @property
    def size(self) -> int:
        """How many lines there are."""
        return sum(section.size for section in self._sections)

    def follow(self, news: Difference) -> list[list[int]]:
        """Go on to the next moment; the splices that lead there (see `Moments`)."""
        before = len(self._renamings)
        while self._renamings and self._renamings[-1] <= news.time:
            self._renamings.pop()
        renamed = len(self._renamings) < before
        self._tasks.follow(news, renamed=renamed)
        self._follow_tables(news, renamed=renamed)
        self._follow_opens(news)
        return [splice for section in self._sections for splice in section.spliced()]

    def _put_task(self, key: Key, line: Line | None) -> None:
        self._tree.put(key, self._written(() if line is None else (line,)))

    def _follow_tables(self, news: Difference, *, renamed: bool) -> None:
        heads = set(news.tables)
        for (number, fd), slot in news.slots.items():
            folded = self._folded.setdefault(number, set())
            folds = slot is not None and inherited(slot.description)
            if folds != (fd in folded):
                folded ^= {fd}
                heads.add(number)
            shown = () if slot is None or folds else (slot_line(number, slot, self._names),)
            self._tables.put((number, 1, fd), self._written(shown))
        for number, tasks in news.tables.items():
            self._sharers[number] = tasks or ()
        for number in self._sharers if renamed else heads:
            tasks, folded = self._sharers[number], self._folded.get(number, set())
            lines = table_lines(number, tasks, sorted(folded), news.time, self._names)
            self._tables.put((number, 0, 0), self._written(lines if tasks else ()))

    def _follow_opens(self, news: Difference) -> None:
        for number, entry in news.opens.items():
            if entry is not None and inherited(entry.description):
                self._hidden.add(number)
            elif number not in self._hidden:
                lines = () if entry is None else open_lines(entry, self._names)
                self._opens.put((number, 0, 0, 0), self._written(lines))
        for (number, fd, watched), interest in news.interests.items():
            if number not in self._hidden:
                seen = () if interest is None else (interest_line(number, interest, self._names),)
                self._opens.put((number, 1, fd, watched), self._written(seen))

    def _written(self, lines: Iterable[Line]) -> list[int]:
        return [_text(line, self._texts) for line in lines]


def _text(line: Line, texts: Texts) -> int:
    facts = (INNER.join((fact.name, fact.label, safe(fact.text))) for fact in line.facts)
    return texts.fields(str(line.depth), safe(line.key), safe(line.head), *facts)


def _renamings(roles: Roles) -> Iterable[int]:
    """When numbers of tasks are used a second time."""
    return (time for times, _ in roles.spells.values() for time in times[1:])
