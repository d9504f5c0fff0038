"""What a view of a moment calls tasks and open file descriptions: `P1`, `#2 C2`, `listener`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from echotrace.kernel.descriptions import Description
from echotrace.story.nouns import Story
from echotrace.story.roles import Roles
from echotrace.trace import ClientStep
from echotrace.views import words

_MOST_NAMED = 4
_LISTENS = {False: "listener", True: "receiver"}


@dataclass(frozen=True)
class Names:
    """The names that hold for a whole trace, so that one thing is called the same at every step."""

    roles: Roles
    sockets: Mapping[int, str]
    clients: Mapping[str, str]

    @classmethod
    def of(cls, story: Story) -> "Names":
        """The names of a story: connections by number, listening sockets, clients by address."""
        several = len(story.listeners) > 1
        listening = {
            listener.description: f"{_LISTENS[listener.datagram]}{f' {number}' if several else ''}"
            for number, listener in enumerate(story.listeners, 1)
        }
        connections = {
            entry.description: entry.title
            for entry in story.connections
            if entry.description is not None
        }
        return cls(story.roles, listening | connections, _clients(story))

    def task(self, tid: int, time: int) -> str:
        """The role of a task."""
        return self.roles.of(tid, time) or f"?{tid}"

    def tasks(self, tids: Sequence[int], time: int) -> str:
        """The roles of some tasks; of many, the first few."""
        few = ", ".join(self.task(tid, time) for tid in tids[:_MOST_NAMED])
        more = len(tids) - _MOST_NAMED
        return few if more <= 0 else f"{few} and {more:,} more"

    def description(self, description: Description) -> str:
        """An open file description: what it is to the server, or else its kind and its maker."""
        known = self.sockets.get(description.id)
        if known:
            return known
        link = f" {words.path(description.link)}" if description.link else ""
        made = f" of event {description.maker}" if description.maker is not None else ""
        kind = words.safe(description.kind)
        return f"{kind}{link}" if link and description.kind != "socket" else f"{kind}{made}"

    def peer(self, address: str | None) -> str:
        """A peer's address, with the client's role if it is one of echotrace's."""
        client = self.clients.get(address or "")
        return f"{client} {words.address(address)}" if client else words.address(address)


def _clients(story: Story) -> dict[str, str]:
    return {
        event.record.local: event.actor
        for event in story.events
        if isinstance(event.record, ClientStep) and event.record.local
    }
