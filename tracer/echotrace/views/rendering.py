"""What can be made of a comparison, or of a story, in every format: text in, text out, no files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from echotrace.pauses import no_garbage_collection
from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story
from echotrace.views.comparison import comparison
from echotrace.views.formats import data, of_comparison, of_story
from echotrace.views.formats.document import Document
from echotrace.views.formats.fragment import fragment
from echotrace.views.formats.markdown import markdown
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline


@dataclass(frozen=True)
class _Wish:
    """How something is to be shown."""

    surface: Surface
    whole: bool = False
    by: str = "connection"
    everything: bool = False


_DOCUMENTS: Mapping[str, Callable[[Document], str]] = {"markdown": markdown, "html": fragment}

_COMPARISONS: Mapping[str, Callable[[Comparison, _Wish], str]] = {
    "text": lambda compared, wish: comparison(compared, wish.surface, whole=wish.whole),
    "json": lambda compared, _: data.comparison(compared),
}
_STORIES: Mapping[str, Callable[[Story, _Wish], str]] = {
    "text": lambda story, wish: timeline(
        story, wish.surface, by=wish.by, everything=wish.everything
    ),
    "json": lambda story, wish: data.timeline(story, by=wish.by, everything=wish.everything),
}

#: The names of the formats.
FORMATS = ("text", "markdown", "html", "json")


@no_garbage_collection()
def render(compared: Comparison, form: str, surface: Surface, *, whole: bool = False) -> str:
    """A comparison in one of `FORMATS`; KeyError for another.

    `whole` shows every row, where otherwise what is the same, or differs as before, is one line.
    Only text minds the surface, whose width every line keeps to; JSON always has every row.
    """
    if form in _DOCUMENTS:
        return _DOCUMENTS[form](of_comparison.document(compared, whole=whole))
    return _COMPARISONS[form](compared, _Wish(surface, whole=whole))


@no_garbage_collection()
def render_story(
    story: Story, form: str, surface: Surface, *, by: str = "connection", everything: bool = False
) -> str:
    """A timeline in one of `FORMATS`, `by` connection or task; KeyError for another.

    `everything` shows the events of files, streams and signals too.
    """
    if form in _DOCUMENTS:
        return _DOCUMENTS[form](of_story.document(story, by=by, everything=everything))
    return _STORIES[form](story, _Wish(surface, by=by, everything=everything))
