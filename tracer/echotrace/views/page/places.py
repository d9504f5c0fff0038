"""Where the program is at each step, each place kept once."""

from echotrace.story.nouns import Story, StoryEvent
from echotrace.views.listing import Listing, Sources
from echotrace.views.page import nouns
from echotrace.views.words import safe


class Places:
    """Places by number, and the sources that they are in."""

    def __init__(self, story: Story) -> None:
        self._sources = Sources(story)
        self.places: list[nouns.Place] = []
        self.sources: list[nouns.Source] = []
        self._numbers: dict[nouns.Place, int] = {}
        self._files: dict[str, int] = {}

    def of(self, event: StoryEvent) -> int:
        """The number of the place where an event's task is."""
        listing = self._sources.listing(event)
        place = nouns.Place(
            safe(listing.title), self._source(listing), listing.ran, listing.upcoming,
            safe(listing.elsewhere), safe(listing.problem),
        )  # fmt: skip
        number = self._numbers.setdefault(place, len(self.places))
        if number == len(self.places):
            self.places.append(place)
        return number

    def _source(self, listing: Listing) -> int | None:
        if not listing.lines:
            return None
        name = listing.title.rpartition(" line ")[0]
        number = self._files.setdefault(name, len(self.sources))
        if number == len(self.sources):
            self.sources.append(nouns.Source(safe(name), list(map(safe, listing.lines))))
        return number
