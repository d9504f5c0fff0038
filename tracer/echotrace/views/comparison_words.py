"""What every format of a comparison says in sentences: heading, notes, legend, differences."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from echotrace.story.compare.nouns import Comparison, Difference, Mark
from echotrace.story.explain.text import listed
from echotrace.trace import Header
from echotrace.views import heading, words
from echotrace.views.layout import Row
from echotrace.views.shortcomings import shortcomings
from echotrace.views.summary import nobody

_MARKS = {
    Mark.SAME: "the same, numbers of the run aside",
    Mark.DIFFERENT: "not the same",
    Mark.FIRST_ONLY: "only in {first}",
    Mark.ONLY_HERE: "only in {other}",
    Mark.MOVED: "the same at another place",
}


def title(compared: Comparison) -> str:
    """What is compared, and what all sides have in common."""
    headers = [story.trace.header for story in compared.stories]
    names = [words.safe(name) for name in compared.names]
    sides = " against ".join(names) if len(names) == 2 else listed(names)
    known = list(dict.fromkeys(map(heading.language, headers)))
    languages = listed(known) if all(known) else ""  # of one side alone: taken for all
    return " · ".join(filter(None, (sides, languages, *_common(headers))))


def _common(headers: Sequence[Header]) -> Iterator[str]:
    for told in (heading.clients, lambda header: words.safe(f"{header.kernel} {header.machine}")):
        said = {told(header) for header in headers}
        if len(said) == 1:
            yield said.pop().strip()


def notes(compared: Comparison) -> Iterator[str]:
    """What makes the sides unlike, and what each trace lacks: said before anything else."""
    yield from compared.notes
    for story, name in zip(compared.stories, compared.names, strict=True):
        yield from (f"{words.safe(name)}: {sentence}" for sentence in shortcomings(story))
    if not any(story.connections for story in compared.stories):
        sides = "either side" if len(compared.names) == 2 else "any side"
        yield f"{nobody(*compared.stories)} on {sides}."


def legend(
    compared: Comparison, rows: Iterable[Row], kernel: Mapping[str, Sequence[str]], *,
    waited: str, unified: bool = False,
) -> Iterator[str]:  # fmt: skip
    """What the signs in some rows mean, each on its own; `kernel` has the names left out of cells.

    `waited` is the sign that a call waited, empty if none did; `unified` if all sides share one
    column of text.
    """
    found = {mark for row in rows for mark in row.marks} - {Mark.NEITHER}
    first, *others = map(words.safe, compared.names)
    if found and others[1:]:
        yield f"marks: against {first}"
    other = others[0] if len(others) == 1 else "the side marked"
    for mark, meaning in _MARKS.items():
        if mark in found:
            yield f"{mark} {meaning.format(first=first, other=other)}"
    if found:
        yield "numbers: events, in order, not to scale"
    if found and unified:
        yield "no number: the side does not do this"
    if waited:
        yield f"{waited} waited, until what is named next"
    yield from (f"{name}() → {' and '.join(calls)}" for name, calls in kernel.items())


@dataclass(frozen=True)
class Answer:
    """What differs between the first side and another; `heading` where several are told of.

    Without differences the `sentence` says so.
    """

    heading: str
    differences: tuple[Difference, ...]
    sentence: str = ""


def answers(compared: Comparison) -> Iterator[Answer]:
    """One answer for each further side; one for all where nothing differs."""
    if compared.same:
        yield Answer("", (), f"No difference. {_compared(compared)}")
        return
    for side, told in enumerate(compared.differences, start=1):
        against = f"{compared.names[0]} against {compared.names[side]}"
        label = words.safe(against) if len(compared.names) > 2 else "What differs"
        yield Answer(label, told, "" if told else _without_words(compared, side))


def _without_words(compared: Comparison, side: int) -> str:
    rows = [row for each in compared.alignments for row in each.rows]
    marks = [row.mark(side) for row in rows]
    unlike = sum(mark not in (Mark.SAME, Mark.NEITHER) for mark in marks)
    if not unlike:
        return "No difference."
    return f"{words.count(unlike, 'row')} differ{'s' if unlike == 1 else ''}, as marked."


def _compared(compared: Comparison) -> str:
    """What exactly was found to be the same."""
    parts = [each for each in compared.alignments if each.rows]
    if not parts:
        return "There is nothing to compare."
    rows = sum(len(part.rows) for part in parts)
    served = [part.connections[0] for part in parts if part.connections[0]]
    peers = sum(connection.datagram for connection in served)
    pairs = len(served) - peers
    of = [
        words.count(pairs, "connection") if pairs else "",
        words.count(peers, "peer") if peers else "",
        "the server itself" if len(parts) > len(served) else "",
    ]
    return (
        f"Compared: {words.count(rows, 'event')} of {' and of '.join(filter(None, of))}, in order, "
        "with outcome and payload; times, ports, and the numbers of tasks and descriptors aside."
    )
