"""What is in the page's data: plain records, which `page` writes as JSON and the script reads.

A text is the number of a text in its side's `texts` (see `texts`), a row that of a row.
"""

from msgspec import Struct


class Rows(Struct):
    """The rows of a side's timelines, a list for each of their facts.

    `seq`, `time`, `cell` and `told` are packed as the difference to the row before (see `texts`).
    `time` is in ns since the start of the trace. `column` and `actor` are indices of the side's
    columns and actors, `connection` is 0 for none. `part` is 0 for a whole event, 1 for the begin
    of a call that waits, 2 for its return. `cell` (a text) has the fields that `cells` says; `told`
    is the narration. `place` is an index of the side's `places`; `woken` the event that ended the
    wait, or 0.
    """

    seq: list[int]
    time: list[int]
    column: list[int]
    actor: list[int]
    connection: list[int]
    part: list[int]
    cell: list[int]
    told: list[int]
    place: list[int]
    woken: list[int]


class Timeline(Struct):
    """One timeline: which rows are in it, in order, and where somebody waits.

    `states` are the moments whose states hold when each step is done; both they and `rows` are
    packed as the difference to the step before. `waits` has for each column
    (by its index) the positions at which waiting begins and ends, in turns.
    """

    rows: list[int]
    states: list[int]
    waits: dict[int, list[int]]


class Moments(Struct):
    """All states: moment 0 is that before the first event.

    Each of `changes` leads from the moment before to the next one: splices (section, position, how
    many lines go, the lines that come). `keyframes` are whole states by moment, each section's
    lines. A line is a text: depth, key, head, and facts, each of name, label and text.
    """

    sections: list[str]
    changes: list[list[list[int]]]
    keyframes: dict[int, list[list[int]]]


class Source(Struct):
    """A source file: its name and its lines."""

    name: str
    lines: list[str]


class Place(Struct, frozen=True):
    """Where the program is at a step: what its pane is headed, and lines of a source.

    `source` is an index of the side's sources, None where there is none: `problem` says why. `ran`
    is the number of the line that just ran, `upcoming` that of the task's next event if it is in
    the same file, `elsewhere` where that is if not.
    """

    title: str
    source: int | None
    ran: int | None
    upcoming: int | None
    elsewhere: str
    problem: str


class Finding(Struct):
    """A finding; `places` are the source lines that prove it, in words."""

    id: str
    severity: str
    sentence: str
    events: list[int]
    places: list[str]
    remedy: str
    cost: str


class Heading(Struct):
    """A column of the timelines: its key, and what it is headed."""

    key: str
    title: str
    subtitle: str


class Side(Struct):
    """One trace: all that is shown of it.

    `guide` explains it to a newcomer, `notes` say what is missing, `command` is what records it
    again, `check` what tries more of the server, empty where nothing does. `trace` is the trace's
    file, gzip and base64, empty if no file can hold it. `unfinished` has for each row at which a
    call begins that never returns what is told of the whole call (a text).
    """

    name: str
    title: str
    guide: list[str]
    notes: list[str]
    command: str
    check: str
    columns: list[Heading]
    actors: list[str]
    patterns: list[str]
    texts: list[list[int]]
    rows: Rows
    essential: Timeline
    everything: Timeline
    moments: Moments
    sources: list[Source]
    places: list[Place]
    findings: list[Finding]
    trace: str
    unfinished: dict[int, int]


class Aligned(Struct):
    """The rows of a comparison of two sides, a list for each of their facts.

    `section` is an index of the pair's sections, `mark` that of its marks. `left` and `right` are
    rows of the first side and of the second, -1 where a side has none. `said` are the texts in both
    cells, two a row: the event; in a gap where the side does the same elsewhere, or nothing.
    """

    section: list[int]
    mark: list[int]
    left: list[int]
    right: list[int]
    said: list[int]


class Part(Struct):
    """One course of a comparison: so many of its rows, and what each of the two sides is headed.

    `connections` are the numbers that the course's connection has on the sides, 0 for none.
    """

    title: str
    headings: list[str]
    connections: list[int]
    rows: int


class Difference(Struct):
    """A difference in words; `events` are those that show it, of the first side and the second."""

    sentence: str
    events: list[list[int]]


class Pair(Struct):
    """Two sides (indices) by logical event. `answer` stands in place of differences: none, or why.

    `notes` say what makes the sides unlike before anything is compared, `legend` what the marks
    mean. `costs` are rows of texts: what is measured, and what it is on either side; `costs_note`
    says what has to be known to read them.
    """

    sides: list[int]
    title: str
    notes: list[str]
    legend: list[str]
    sections: list[str]
    marks: list[str]
    parts: list[Part]
    rows: Aligned
    differences: list[Difference]
    answer: str
    costs: list[list[int]]
    costs_note: str


class Pairs(Struct):
    """Every two sides; they have their texts in common."""

    patterns: list[str]
    texts: list[list[int]]
    pairs: list[Pair]


class Page(Struct):
    """All of it; `everything` is whether it opens with all events."""

    title: str
    sides: list[Side]
    pairs: Pairs
    everything: bool = False
