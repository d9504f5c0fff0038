"""The source of the program at one step: the line that just ran, and the one that runs next."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import attrgetter

from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import ClientStep, Site, Source, Syscall
from echotrace.views import words

_TAB = 4


@dataclass(frozen=True)
class Listing:
    """A file and where its task is in it.

    `ran` is the number of the line that just ran, `upcoming` that of the task's next event if it
    is in the same file, `elsewhere` where that is if not. `problem` says why there are no lines.
    """

    title: str
    lines: Sequence[str] = field(default=(), repr=False)
    ran: int | None = None
    upcoming: int | None = None
    elsewhere: str = ""
    problem: str = ""


class Sources:
    """The source files of a story and the events of each task, found once."""

    def __init__(self, story: Story) -> None:
        self._files: Mapping[str, Source] = story.trace.sources()
        self._lines = lru_cache(maxsize=32)(self._read)
        self._of_task: dict[str, list[StoryEvent]] = {}
        for event in story.events:
            if isinstance(event.record, Syscall):
                self._of_task.setdefault(event.actor, []).append(event)

    @property
    def known(self) -> bool:
        """Whether any call has a source line."""
        return any(_site(event) for events in self._of_task.values() for event in events)

    def listing(self, event: StoryEvent) -> Listing:
        """The source at an event."""
        site = _site(event)
        if site is None:
            return Listing("source", problem=_why_no_site(event))
        name = words.path(site.file)
        where = f"{name} line {site.line}"
        if site.function:
            where += f" in {words.safe(site.function)}()"
        source = self._files.get(site.file)
        if source is None or source.text is None:
            told = source.problem if source else None
            why = words.safe(told) if told else f"The text of {name} is not in the trace."
            return Listing(where, problem=why)
        upcoming = self._upcoming(event)
        here = upcoming is not None and upcoming.file == site.file
        return Listing(
            where,
            self._lines(site.file),
            site.line,
            upcoming.line if upcoming and here else None,
            f"{words.path(upcoming.file)} line {upcoming.line}" if upcoming and not here else "",
        )

    def _read(self, file: str) -> tuple[str, ...]:
        text = self._files[file].text or ""
        return tuple(words.safe(line.expandtabs(_TAB).rstrip("\r")) for line in text.split("\n"))

    def _upcoming(self, event: StoryEvent) -> Site | None:
        """Where the next event of the same task is, if that is known."""
        events = self._of_task.get(event.actor, ())
        position = bisect_right(events, event.seq, key=attrgetter("seq"))
        return _site(events[position]) if position < len(events) else None


def _site(event: StoryEvent) -> Site | None:
    return event.record.site if isinstance(event.record, Syscall) else None


def _why_no_site(event: StoryEvent) -> str:
    if isinstance(event.record, Syscall):
        return "No source line is known for this call."
    if isinstance(event.record, ClientStep):
        return f"{event.actor} is a client: what it does is in the script, not in the server."
    return "This event is no call: no line of the program made it."
