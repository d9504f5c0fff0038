"""Numbers for the lines of a source that made calls: the same in listing, timeline and tables."""

from collections.abc import Mapping

from echotrace.story.essentials import is_essential
from echotrace.story.nouns import Story
from echotrace.trace import Syscall


def markers(story: Story) -> Mapping[tuple[str, int], int]:
    """The number of each line that made a call that views show, by file and line, from 1."""
    calls = (event.record for event in story.events if is_essential(event))
    sites = {
        (call.site.file, call.site.line)
        for call in calls
        if isinstance(call, Syscall) and call.site is not None
    }
    return {site: number for number, site in enumerate(sorted(sites), start=1)}
