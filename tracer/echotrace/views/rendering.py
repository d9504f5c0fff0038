"""What can be made of a comparison, or of a story, in every format: text in, text out, no files."""

from collections.abc import Callable, Mapping

from echotrace.pauses import no_garbage_collection
from echotrace.story.compare.nouns import Comparison
from echotrace.story.nouns import Story
from echotrace.views.comparison import comparison
from echotrace.views.document import of_comparison, of_story
from echotrace.views.document.nouns import Document
from echotrace.views.formats import data
from echotrace.views.formats.fragment import fragment
from echotrace.views.formats.markdown import markdown
from echotrace.views.paint import Surface
from echotrace.views.svg import standalone
from echotrace.views.timeline import timeline

_DOCUMENTS: Mapping[str, Callable[[Document], str]] = {"markdown": markdown, "html": fragment}

#: The names of the formats.
FORMATS = ("text", "markdown", "html", "json", "svg")


@no_garbage_collection()
def render(compared: Comparison, form: str, surface: Surface, *, whole: bool = False) -> str:
    """A comparison in one of `FORMATS`; KeyError for another.

    `whole` shows every row, where otherwise what is the same, or differs as before, is one line.
    Only text and SVG mind the surface, whose width every line keeps to; JSON always has every row.
    """
    match form:
        case "text":
            return comparison(compared, surface, whole=whole)
        case "json":
            return data.comparison(compared)
        case "svg":
            return standalone.of_comparison(compared, surface.width, whole=whole)
        case _:
            return _DOCUMENTS[form](of_comparison.document(compared, whole=whole))


@no_garbage_collection()
def render_story(
    story: Story, form: str, surface: Surface, *, by: str = "connection", everything: bool = False,
    whole: bool = False,
) -> str:  # fmt: skip
    """A timeline in one of `FORMATS`, `by` connection or task; KeyError for another.

    `everything` shows the events of files, streams and signals too. As text and as SVG a free run
    is cut to its beginning, unless the `whole` is wanted.
    """
    match form:
        case "text":
            return timeline(story, surface, by=by, everything=everything, whole=whole)
        case "json":
            return data.timeline(story, by=by, everything=everything)
        case "svg":
            return standalone.of_story(
                story, surface.width, by=by, everything=everything, whole=whole
            )
        case _:
            return _DOCUMENTS[form](of_story.document(story, by=by, everything=everything))
