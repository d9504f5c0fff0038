"""What happened, event by event: one sentence for each, below the timeline.

Under its row a sentence would tear the columns apart, and where they do not fit side by side the
rows stand in several groups. So the sentences are a list in order of the event numbers, which are
those in the margin of the timeline.
"""

import re
from collections.abc import Iterator

from echotrace.story.explain import explain
from echotrace.story.nouns import Story
from echotrace.views.cells import TIE, fit
from echotrace.views.layout import Layout
from echotrace.views.paint import Piece, Surface, actor_style, glyphs

_GAP = "  "
_NUMBER = re.compile(r"\bfd ([0-9]+)")  # no line ends within it
_MOST_WIDTH = 100  # longer lines are hard to read


def explanations(story: Story, layout: Layout, surface: Surface) -> Iterator[list[Piece]]:
    """The sentences of the events that a layout shows, each with its number in the margin."""
    events = {row.event.seq: row.event for row in layout.rows}
    margin = max((len(str(seq)) for seq in events), default=0)
    width = min(surface.width, _MOST_WIDTH) - margin - len(_GAP)
    yield [Piece("What happened, event by event", "bold")]
    for seq, event in sorted(events.items()):
        sentence = _NUMBER.sub(f"fd{TIE}\\1", glyphs(explain(story, event), surface))
        for index, line in enumerate(fit(sentence, width)):
            number = f"{seq if index == 0 else '':>{margin}}{_GAP}"
            who, space, rest = line.partition(" ") if index == 0 else ("", "", line)
            yield [Piece(number, "dim"), Piece(who, actor_style(event.actor)), Piece(space + rest)]
