"""What happened, event by event: one sentence for each, below the timeline.

Under its row a sentence would tear the columns apart, and where they do not fit side by side the
rows stand in several groups. So the sentences are a list in order of the event numbers, which are
those in the margin of the timeline.
"""

import re
from collections.abc import Iterator

from echotrace.story.explain import explain
from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import Syscall
from echotrace.views.cells import TIE, fit
from echotrace.views.layout import Layout
from echotrace.views.paint import Piece, Surface, actor_style, glyphs

_GAP = "  "
_NUMBER = re.compile(r"\bfd ([0-9]+)")  # no line ends within it
_MOST_WIDTH = 120  # longer lines are hard to read


def explanations(story: Story, layout: Layout, surface: Surface) -> Iterator[list[Piece]]:
    """The sentences of the events that a layout shows, with number and source line."""
    events = {row.event.seq: row.event for row in layout.rows}
    margin = max((len(str(seq)) for seq in events), default=0)
    width = min(surface.width, _MOST_WIDTH) - margin - len(_GAP)
    yield [Piece("What happened, event by event", "bold")]
    for seq, event in sorted(events.items()):
        said = explain(story, event) + _source(event)
        sentence = _NUMBER.sub(f"fd{TIE}\\1", glyphs(said, surface))
        for index, line in enumerate(fit(sentence, width)):
            number = f"{seq if index == 0 else '':>{margin}}{_GAP}"
            who, space, rest = line.partition(" ") if index == 0 else ("", "", line)
            yield [Piece(number, "dim"), Piece(who, actor_style(event.actor)), Piece(space + rest)]


def _source(event: StoryEvent) -> str:
    """The source line that made the call, where it is known."""
    site = event.record.site if isinstance(event.record, Syscall) else None
    return f" · {site.file}:{site.line}" if site else ""
