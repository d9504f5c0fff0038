"""An event in the cell of a comparison: who, the call, what came back, what ended its waiting."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from echotrace.story.compare.differences.service import flags_of
from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import ClientStep, Exit, Signal, Syscall
from echotrace.views import words
from echotrace.views.cells import TIE, WAIT, cell_phrase
from echotrace.views.lanes import can_wait
from echotrace.views.layout import Cell
from echotrace.views.paint import Surface, glyphs
from echotrace.views.phrases import Phrase, c_call

_PAYLOAD_WIDTH, _SHORT_PAYLOAD = 24, 10
#: The flags of clone(2) that say what the new task is and shares, most telling first.
_TELLING = ("THREAD", "VM", "FILES", "FS", "SIGHAND", "VFORK", "PARENT", "SIGCHLD")
_LEAST_FLAGS = 3  # so many stay on the line of their call
_UNICODE = Surface()


@dataclass(frozen=True)
class Said:
    """A cell in words, taken apart so that a view can shorten.

    `kernel` is the system call behind the C function `head`, if it has another name; `wait` what
    ended the waiting of a call that waited, empty if it goes on; `data` the payload, also `short`;
    `flags` all that a call that makes a task was given.
    """

    actor: str
    head: str
    kernel: str = ""
    wait: str | None = None
    outcome: str = ""
    data: str = ""
    short: str = ""
    flags: tuple[str, ...] = ()
    note: str = ""

    @property
    def function(self) -> str:
        """The name of the C function."""
        return self.head.partition("(")[0]

    def line(self, surface: Surface = _UNICODE, flags: str | None = None) -> str:
        """All of it on one line, tied where it must not be broken; the flags in these words."""
        flags = " ".join(self.flags) if flags is None else flags
        plain = [
            glyphs(part, surface) for part in (self.actor, self.head, *self.behind(surface, flags))
        ]
        tied = [*plain[:2], *(part.replace(" ", TIE) for part in plain[2:])]
        line = " ".join(filter(None, tied))
        if not self.note:
            return line
        end, _, note = glyphs(f" · {self.note}", surface).partition(" ")
        return f"{line}{end} {note.replace(' ', TIE)}"

    def behind(self, surface: Surface = _UNICODE, flags: str = "") -> tuple[str, ...]:
        """What stands behind the call, in order.

        What it returned stands next to it: behind what ended the wait it would read as that of the
        other call.
        """
        return (
            f"→ {self.kernel}" if self.kernel else "",
            self.outcome,
            self.data,
            waited(self.wait, surface) if self.wait is not None else "",
            f"[{flags}]" if flags else "",
        )

    @property
    def text(self) -> str:
        """All of it, as other formats than text show it."""
        return self.line().replace(TIE, " ")


def said(story: Story, cell: Cell) -> Said:
    """The cell in words."""
    event = cell.event
    told = cell_phrase(story, cell)
    flags = [words.safe(flag.removeprefix("CLONE_")) for flag in flags_of(event)]
    return Said(
        actor=event.actor,
        head=told.head,
        kernel=told.kernel or "",
        wait=wait(story, event),
        outcome=told.outcome,
        data=_payload(told, _PAYLOAD_WIDTH),
        short=_payload(told, _SHORT_PAYLOAD),
        flags=tuple(sorted(flags, key=_telling)),
        note=told.note,
    )


def _payload(told: Phrase, most: int) -> str:
    return "" if told.data is None else words.quoted(told.data, told.size, most)


def _telling(flag: str) -> tuple[int, str]:
    return (_TELLING.index(flag) if flag in _TELLING else len(_TELLING), flag)


def wait(story: Story, event: StoryEvent) -> str | None:
    """What ended the waiting of a call: `C1 send`, `end of P1`; empty while it goes on.

    None of what did not wait.
    """
    record = event.record
    if isinstance(record, Syscall) and record.end is None and can_wait(record.name):
        return ""
    if event.woken_by is None:
        return None
    waker = story.event(event.woken_by)
    match waker.record:
        case ClientStep(action=action):
            return f"{waker.actor} {words.safe(action)}"
        case Exit():
            return f"end of {waker.actor}"
        case Signal(signal=signal):
            return words.safe(signal)
        case Syscall() as call:
            return f"{waker.actor} {c_call(call)}"


def waited(by: str, surface: Surface) -> str:
    """That a call waited, and until what; in ASCII three dots, two of which stand for cut text."""
    sign = f"{WAIT} " if surface.unicode else "..."
    return f"{sign}until {by}" if by else sign.rstrip()


def fitting(told: Said, width: int, surface: Surface) -> str:
    """As much of it as fits on a line: first the note goes, then most of the payload, then flags.

    What is too long even so is broken by who draws it: the flags have a line of their own then.
    """
    bare = replace(told, note="")
    short = replace(bare, data=told.short)
    lines = (short.line(surface, flags) for flags in fewer(told.flags, _LEAST_FLAGS))
    for line in (told.line(surface), bare.line(surface), *lines):
        if len(line) <= width:
            return line
    few = (each for each in fewer(told.flags, 1) if len(each) + len("  []") <= width)
    return short.line(surface, next(few, ""))


def fewer(flags: Sequence[str], least: int) -> Iterator[str]:
    """All flags, then always one less, down to `least`."""
    yield " ".join(flags)
    for count in range(len(flags) - 1, least - 1, -1):
        yield f"{' '.join(flags[:count])} …"
