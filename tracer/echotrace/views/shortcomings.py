"""What every view says of a trace that does not hold all, or was tampered with by request."""

from collections.abc import Sequence

from echotrace.story.load import shortfalls
from echotrace.story.nouns import Story
from echotrace.story.sight import out_of_sight
from echotrace.views import words

_MOST_NAMED = 8


def shortcomings(story: Story) -> list[str]:
    """One sentence for each: the recording, its file, what is out of sight, what is unexplained."""
    trace, found = story.trace, []
    before = [f"#{each.number}" for each in story.connections if each.accepted is None]
    if trace.header.attached is not None and before:
        were = f"{_listed(before)} {'was' if len(before) == 1 else 'were'}"
        found.append(f"{were} open before the recording began: what came before is not known.")
    if trace.header.injections:
        faulty = sum(call.injected is not None for call in trace.syscalls())
        asked = ", ".join(map(words.safe, trace.header.injections))
        found.append(f"Faults injected into {words.count(faulty, 'call')}: {asked}.")
    if trace.end is not None and trace.end.reason:
        found.append(f"The recording ended early: {words.safe(trace.end.reason)}.")
    return found + gaps(story)


def gaps(story: Story) -> list[str]:
    """What a trace does not hold, or cannot explain, whatever was asked of its recording."""
    trace, found = story.trace, []
    if trace.torn is not None:
        found.append(f"The file is cut off in line {trace.torn}: what follows there is missing.")
    elif trace.end is None:
        found.append("The recording was cut off: it has no end.")
    found += out_of_sight(story)
    if story.doubts:
        found.append(
            f"{words.count(len(story.doubts), 'event')} could not be explained, "
            f"first {story.doubts[0].seq}: {words.safe(story.doubts[0].sentence)}"
        )
    if trace.skipped:
        found.append(f"{words.count(trace.skipped, 'line')} of a newer echotrace were skipped.")
    found.extend(map(words.safe, shortfalls(story)))
    return found


def _listed(names: Sequence[str]) -> str:
    """`#1, #2 and #3`; of many the first and how many more."""
    few = [*names[:_MOST_NAMED]]
    if len(names) > len(few):
        few.append(f"{len(names) - len(few)} more connections")
    return " and ".join(filter(None, (", ".join(few[:-1]), few[-1])))
