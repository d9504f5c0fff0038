"""An event as the text of one cell, as wide as the column allows."""

import textwrap
from dataclasses import replace

from echotrace.kernel.readiness import as_it_began
from echotrace.story.nouns import Story
from echotrace.trace import ClientStep, Syscall
from echotrace.views import words
from echotrace.views.layout import Row, brings_connection
from echotrace.views.paint import Surface, glyphs
from echotrace.views.phrases import Phrase, c_call, phrase

WAIT = "░"
#: A space at which no line is broken.
TIE = "\N{NO-BREAK SPACE}"
_PAYLOAD_WIDTH = 24


def row_phrase(story: Story, row: Row) -> Phrase:
    """What a row says: a call that begins to wait has no outcome yet, also not in its arguments."""
    whole, record = phrase(story, row.event), row.event.record
    if row.part != "begin" or not isinstance(record, Syscall):
        return whole
    return replace(whole, head=c_call(as_it_began(record)), outcome="", data=None, note="")


def one_line(row: Row, said: Phrase, who: str, surface: Surface, *, kernel: bool) -> str:
    """The cell on one line, whatever its width; `kernel` adds the system call's own name."""
    together = [
        f"→ {said.kernel}" if kernel and said.kernel else "",
        said.outcome,
        "" if said.data is None else words.quoted(said.data, said.size, _PAYLOAD_WIDTH),
        f"· {said.note}" if said.note else "",
        WAIT * 3 if row.part == "begin" else "",
    ]
    parts = [glyphs(part, surface) for part in (who, said.head, *together)]
    parts[2:] = [part.replace(" ", TIE) for part in parts[2:]]
    return " ".join(filter(None, parts))


def fit(text: str, width: int) -> list[str]:
    """The text in lines of at most `width`, further ones indented; long words are broken."""
    lines = [text]
    if len(text) > width:
        lines = textwrap.wrap(text, width, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace(TIE, " ") for line in lines]


def end_of(text: str, width: int, surface: Surface) -> str:
    """The text, or its end behind a mark: of addresses and paths the end tells them apart."""
    return text if len(text) <= width else glyphs("…", surface) + text[len(text) - width + 1 :]


def actor(row: Row, by: str) -> str:
    """Who acts, where the column does not say it: the task, or by task the connection."""
    if by == "connection":
        return row.event.actor
    number = row.event.place.connection
    if row.part == "begin" and brings_connection(row.event):
        number = None  # which connection it will be is not known yet
    who = row.event.actor if isinstance(row.event.record, ClientStep) else ""
    return " ".join(filter(None, (who, f"#{number}" if number else "")))
