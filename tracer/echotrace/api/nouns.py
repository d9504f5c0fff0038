"""A trace, its story and its connections, as a user of the API meets them.

They are thin: what they hold is made in lower rooms, which know nothing of views.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from echotrace import trace as records
from echotrace import tracefile
from echotrace.errors import UserError
from echotrace.story import nouns
from echotrace.story import replay as replaying
from echotrace.story.compare.nouns import Step
from echotrace.story.compare.steps import steps
from echotrace.story.costs.costs import Costs, costs
from echotrace.story.events import StoryEvent
from echotrace.story.expect.match import matches
from echotrace.story.expect.nouns import Match
from echotrace.story.roles import client_role
from echotrace.trace import Header
from echotrace.views.page.page import page
from echotrace.views.paint import Surface
from echotrace.views.rendering import render_story
from echotrace.views.words import count, safe


@dataclass(frozen=True, repr=False)
class Trace:
    """A recording: what a server asked of the kernel, and what its clients did.

    `recorded` has the records as they stand in the file, in its order; `name` is what the trace is
    called where two of one server are compared, as the name of its file.
    """

    recorded: records.Trace
    name: str = field(default="", compare=False)

    @property
    def header(self) -> Header:
        """What was recorded: server, language, script, kernel, machine."""
        return self.recorded.header

    @property
    def ended_early(self) -> str | None:
        """Why the recording does not hold all, in a sentence; None if it ended as meant."""
        if self.recorded.torn is not None:
            return f"the file is cut off in line {self.recorded.torn}"
        end = self.recorded.end
        return end.reason if end is not None else "the recording was cut off: it has no end"

    @cached_property
    def story(self) -> "Story":
        """What the trace means; worked out once, when it is first asked for."""
        return Story(replaying.replay(self.recorded))

    @property
    def events(self) -> tuple[StoryEvent, ...]:
        """All events, by number: system calls, signals, ends of tasks, steps of clients."""
        return self.story.events

    @property
    def connections(self) -> tuple["Connection", ...]:
        """The connections, in the order in which accept returned; of UDP, the peers."""
        return self.story.connections

    def save(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the trace to a file (JSON Lines); UserError if there is one, or it cannot be."""
        if not overwrite and Path(path).is_file():
            raise UserError(f"'{path}' exists; overwrite=True overwrites it")
        with tracefile.Writer.create(Path(path), overwrite=overwrite) as writer:
            writer.write([self.recorded.header, *self.recorded.records])

    def __repr__(self) -> str:
        header = self.header
        parts = [header.server, header.language, header.script]
        told = ", ".join(safe(part) for part in parts if part)
        return f"<Trace {told}: {count(len(self.recorded.records), 'record')}>"

    def __str__(self) -> str:
        return str(self.story)

    def _repr_html_(self) -> str:
        return self.story.html()


@dataclass(frozen=True, repr=False)
class Story:
    """A trace understood: who did what, on which connection, and what woke whom.

    `told` has all that is known, as the views read it: roles, links, and the kernel's state at
    every event (`told.at(seq)`).
    """

    told: nouns.Story

    @property
    def events(self) -> tuple[StoryEvent, ...]:
        """All events, by number. `start` and `end` are in nanoseconds since the trace began."""
        return self.told.events

    @cached_property
    def connections(self) -> tuple["Connection", ...]:
        """The connections, in the order in which accept returned; of UDP, the peers."""
        return tuple(Connection(self.told, each) for each in self.told.connections)

    @cached_property
    def costs(self) -> Costs:
        """Calls, tasks and descriptors that the server needed, and how long its clients waited."""
        return costs(self.told)

    def text(self, width: int = 100) -> str:
        """The timeline as text, `width` columns wide."""
        return render_story(self.told, "text", Surface(width))

    def markdown(self) -> str:
        """The timeline as Markdown."""
        return render_story(self.told, "markdown", Surface())

    def html(self) -> str:
        """The timeline as an HTML fragment; whatever the trace holds is escaped in it."""
        return render_story(self.told, "html", Surface())

    def page(self) -> str:
        """The story as a page of its own, one file that plays it: what `echotrace page` writes."""
        return page({self.told.trace.header.server or "server": self.told})

    def svg(self, width: int = 100) -> str:
        """The timeline as an SVG drawing that stands alone, `width` characters wide."""
        return render_story(self.told, "svg", Surface(width))

    def json(self) -> str:
        """The timeline as JSON: rows and cells, as every other format shows them."""
        return render_story(self.told, "json", Surface())

    def __repr__(self) -> str:
        server = safe(self.told.trace.header.server)
        events = count(len(self.events), "event")
        return f"<Story {server}: {events}, {count(len(self.connections), 'connection')}>"

    def __str__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return self.html()


@dataclass(frozen=True, repr=False)
class Connection:
    """One connection of a story; of UDP, one peer. `facts` has all that is known of it."""

    story: nouns.Story
    facts: nouns.Connection

    @property
    def number(self) -> int:
        """1 for the first that accept returned; views call it `#1`."""
        return self.facts.number

    @property
    def client(self) -> int | None:
        """The number of the script's client that made it; None for one from outside."""
        return self.facts.client

    @property
    def tasks(self) -> tuple[str, ...]:
        """The roles whose calls are on it, in order of appearance: `("P0", "P1")`."""
        return self.facts.tasks

    @property
    def calls(self) -> int:
        """How many system calls the server made on it."""
        return self.facts.calls

    @property
    def bytes_in(self) -> int:
        """How many bytes the server received on it."""
        return self.facts.bytes_in

    @property
    def bytes_out(self) -> int:
        """How many bytes the server sent on it."""
        return self.facts.bytes_out

    @property
    def events(self) -> tuple[StoryEvent, ...]:
        """Its events, those of its client included, by number."""
        return tuple(map(self.story.event, self.facts.events))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Its course as comparisons see it: logical events, each with its section and who took it.

        The waits that found it ready, and the ends of the tasks that served it, are steps too.
        """
        return tuple(steps(self.story, self.facts))

    def matches(self, expectation: str) -> Match:
        """Whether the course is what is expected: the match is true, or says where they part.

        For example `"accept fork close:parent (recv send)* recv=0 shutdown close exit"`; UserError
        for what is no expectation.
        """
        return matches(self.story, self.facts, expectation)

    def __repr__(self) -> str:
        client = f" {client_role(self.client)}" if self.client else ""
        return f"<Connection #{self.number}{client}: {count(self.calls, 'call')}>"
