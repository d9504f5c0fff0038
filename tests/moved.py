"""A comparison with a step that has moved, for tests of how views tell it."""

from dataclasses import replace

from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Alignment, Comparison, Row
from update_gold import story


def moved() -> Comparison:
    """fork against thread, where thread is said to do fork's close at its own last row."""
    found = compare([story("fork"), story("thread")])
    connection = found.alignments[1]
    position = next(i for i, row in enumerate(connection.rows) if row.steps[1] is None)
    last = connection.rows[-1].steps[1]
    assert last is not None
    row = connection.rows[position]
    rows = list(connection.rows)
    rows[position] = Row(row.section, row.steps, (None, last.event.seq))
    alignments = list(found.alignments)
    alignments[1] = Alignment(connection.kind, connection.connections, tuple(rows))
    return replace(found, alignments=tuple(alignments))
