"""Lines of styled pieces to text, with or without colour, in Unicode or plain ASCII."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from echotrace.views.words import safe

#: Select Graphic Rendition codes (ECMA-48) that every terminal has, so that its theme decides.
_CODES: Mapping[str, str] = {
    "plain": "",
    "bold": "1",
    "dim": "2",
    "process": "34",
    "thread": "36",
    "client": "33",
    "same": "32",
    "differs": "31;1",
}
#: What stands for our own characters where there is only ASCII; some become two.
_ASCII = {
    ord(character): plain
    for character, plain in (
        ("→", "->"), ("░", ":"), ("…", "~"), ("·", "-"), ("≠", "!"), ("─", "-"), ("µ", "u"),
        ("\N{MINUS SIGN}", "-"), ("▶", "=>"), ("▷", "->"), ("│", "|"),
        ("←", "<-"), ("↑", "up"), ("↓", "down"), ("“", '"'), ("”", '"'),
    )
}  # fmt: skip
#: In a comparison `~`, `-` and `:` have other meanings.
_ASCII_COMPARED = _ASCII | {ord("…"): "..", ord("·"): ";", ord("░"): "%"}


class Piece(NamedTuple):
    """Some text in one style."""

    text: str
    style: str = "plain"


@dataclass(frozen=True)
class Surface:
    """What text is painted on: its width in columns, and whether it has Unicode and colour.

    `compared` tells that signs are those of a comparison, each of which has one meaning there.
    """

    width: int = 80
    unicode: bool = True
    colour: bool = False
    compared: bool = False


def glyphs(text: str, surface: Surface) -> str:
    """The text in the characters that the surface has; do this before measuring it.

    Nothing that could steer the terminal gets through, wherever the text came from.
    """
    text = safe(text)
    if surface.unicode:
        return text
    if surface.compared:
        plain = text.replace(" ·", "·").translate(_ASCII_COMPARED)
    else:
        plain = text.translate(_ASCII)
    return plain.encode("ascii", "replace").decode()


def paint(lines: Iterable[Sequence[Piece]], surface: Surface) -> str:
    """The lines as text, each ended by a newline, with nothing behind its last visible piece."""
    return "".join(_line(line, surface) + "\n" for line in lines)


def _line(line: Sequence[Piece], surface: Surface) -> str:
    last = max((i for i, piece in enumerate(line) if piece.text.strip()), default=-1)
    shown = [*line[:last], line[last]._replace(text=line[last].text.rstrip())] if last >= 0 else []
    return "".join(_piece(piece, surface) for piece in shown)


def _piece(piece: Piece, surface: Surface) -> str:
    code = _CODES[piece.style]
    if surface.colour and code and piece.text.strip():
        return f"\x1b[{code}m{piece.text}\x1b[0m"
    return piece.text


def actor_style(actor: str) -> str:
    """The style of a role: process, thread or client."""
    return {"P": "process", "T": "thread", "C": "client"}.get(actor[:1], "plain")
