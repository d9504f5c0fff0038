"""What can be made of a comparison, or of a story, in every format: text in, text out, no files."""

from collections.abc import Callable, Mapping

from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story
from echotrace.views.comparison import comparison
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline

_COMPARISONS: Mapping[str, Callable[[Comparison, Surface, bool], str]] = {
    "text": lambda compared, surface, whole: comparison(compared, surface, whole=whole),
}
_STORIES: Mapping[str, Callable[[Story, Surface, str, bool], str]] = {
    "text": lambda story, surface, by, everything: timeline(
        story, surface, by=by, everything=everything
    ),
}

#: The names of the formats.
FORMATS = tuple(_COMPARISONS)


def render(compared: Comparison, form: str, surface: Surface, *, whole: bool = False) -> str:
    """A comparison in one of `FORMATS`; KeyError for another.

    `whole` shows every row, where otherwise what is the same, or differs as before, is one line.
    Only text minds the surface, whose width every line keeps to.
    """
    return _COMPARISONS[form](compared, surface, whole)


def render_story(
    story: Story, form: str, surface: Surface, *, by: str = "connection", everything: bool = False
) -> str:
    """A timeline in one of `FORMATS`, `by` connection or task; KeyError for another.

    `everything` shows the events of files, streams and signals too.
    """
    return _STORIES[form](story, surface, by, everything)
