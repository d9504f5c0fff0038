"""Texts in HTML: every one passes `escaped`, so that nothing from a trace is markup."""

from dataclasses import dataclass
from html import escape

from echotrace.views.document.runs import Blank, Code, Marker, Run, Strong, Text, runs
from echotrace.views.formats import setting
from echotrace.views.words import safe


def escaped(text: str) -> str:
    """Text in which nothing is markup, and nothing steers the reader's eye."""
    return escape(safe(text), quote=True)


@dataclass(frozen=True)
class Setting(setting.Setting):
    """Without a level headings are paragraphs: a notebook's outline is its own."""

    shown = staticmethod(escaped)

    def heading(self, inner: str) -> str:
        """A heading, of what is HTML already."""
        if self.level is None:
            return f'<p class="heading">{inner}</p>'
        return f"<h{self.level}>{inner}</h{self.level}>"

    def inline(self, text: Text) -> str:
        """The runs of a text, each in its own element."""
        return "".join(map(self._run, runs(text)))

    def _run(self, run: Run) -> str:
        match run:
            case str():
                return escaped(run)
            case Code(text=text):
                return f"<code>{escaped(text)}</code>"
            case Strong(text=text):
                return f"<strong>{escaped(text)}</strong>"
            case Marker(number=number):
                return self.marker(number)
            case Blank():
                return self._blank(run)

    def _blank(self, blank: Blank) -> str:
        """To be filled in, and called so; or with its answer."""
        label = f"({escaped(blank.label)})"
        if blank.answer is not None:
            return f'<span class="blank">{label} <b>{escaped(blank.answer)}</b></span>'
        name = self.say("blank", label=blank.label)
        room = "_" * blank.width
        return f'<span class="blank" role="img" aria-label="{name}">{label} {room}</span>'

    def marker(self, number: int) -> str:
        """The number of a line of a source, in a circle."""
        name = self.say("marker", number=str(number))
        return f'<span class="marker" role="img" aria-label="{name}">{number}</span>'
