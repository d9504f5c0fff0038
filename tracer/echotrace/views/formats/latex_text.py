r"""Texts in LaTeX: only letters, digits and what means nothing to TeX pass as they are.

Other characters of ASCII are taken from the typewriter font by number (`\ch{92}` is a backslash):
it has them all, even in the encoding OT1, whose fonts every TeX Live has. Letters with accents and
some signs are spelled out; what is left is escaped, as the fonts lack it.
"""

import re
from collections.abc import Iterator
from unicodedata import normalize

from echotrace.views.document.runs import Blank, Code, Marker, Run, Strong, Text, runs
from echotrace.views.words import safe

_PLAIN = frozenset(" !()*+,./:;=?@[]")
_QUOTES = {"'": 13, "`": 18}  # the straight ones (OT1's typewriter font)
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u",
    "\u0307": ".", "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c",
}  # fmt: skip
_SIGNS = {
    "-": "-{}",  # two of them are no dash
    "ß": "\\ss{}", "æ": "\\ae{}", "Æ": "\\AE{}", "ø": "\\o{}", "Ø": "\\O{}", "ł": "\\l{}",
    "Ł": "\\L{}", "œ": "\\oe{}", "Œ": "\\OE{}", "\u0131": "\\i{}",
    "\u2013": "--", "\u2014": "---", "\u2018": "`", "\u2019": "'", "“": "``", "”": "''",
    "…": "\\dots{}", "·": "\\textperiodcentered{}",
    "•": "\\textbullet{}", "§": "\\S{}", "©": "\\copyright{}", "\u00a0": "~",
    "µ": "\\ensuremath{\\mu}", "μ": "\\ensuremath{\\mu}", "\u00d7": "\\ensuremath{\\times}",
    "\u2212": "\\ensuremath{-}", "±": "\\ensuremath{\\pm}", "≠": "\\ensuremath{\\neq}",
    "≤": "\\ensuremath{\\leq}", "≥": "\\ensuremath{\\geq}", "≈": "\\ensuremath{\\approx}",
    "→": "\\ensuremath{\\rightarrow}", "←": "\\ensuremath{\\leftarrow}",
    "↑": "\\ensuremath{\\uparrow}", "↓": "\\ensuremath{\\downarrow}",
    "↔": "\\ensuremath{\\leftrightarrow}", "⇒": "\\ensuremath{\\Rightarrow}",
    "✓": "\\ensuremath{\\surd}",
    "░": "\\hatched{}", "▒": "\\hatched{}", "▓": "\\hatched{}",
}  # fmt: skip
#: What pictures of characters are made of, in ASCII.
_LINES = {
    ord(drawn): plain
    for group, plain in (("─━╴╶", "-"), ("│┃╵╷", "|"), ("┌┐└┘├┤┬┴┼╭╮╰╯", "+"), ("█▏▎▍▌▋▊▉", "#"))
    for drawn in group
}  # fmt: skip
_LONG = 12  # characters of a word that TeX may have to break, where it has no hyphen
#: Characters of a name that stays in one piece.
WHOLE = 24
_WORDS = re.compile(r" +|[^ ]+")


def text(plain: str) -> str:
    """Words in which nothing is a command."""
    return "".join(_words(safe(plain).translate(_LINES), code=False))


def code(plain: str) -> str:
    """A call, a path or a line of a source: each character as wide as another, no space lost."""
    return f"\\code{{{''.join(_words(safe(plain).translate(_LINES), code=True))}}}"


def _words(plain: str, *, code: bool) -> Iterator[str]:
    for word in _WORDS.findall(plain):
        if word.startswith(" "):
            yield " " if len(word) == 1 or not code else "\\ " * len(word)
        else:
            yield from _word(word, code=code)


def _word(word: str, *, code: bool) -> Iterator[str]:
    """A word; a long one may end a line behind any sign, and anywhere if it has too few."""
    since = 0
    for character in word:
        yield _character(character, code=code)
        since = since + 1 if (character.isalnum() or character == "_") and since < WHOLE else 0
        if len(word) > _LONG and since == 0:
            yield "\\B{}"


def _character(character: str, *, code: bool) -> str:
    if character in _PLAIN or (character.isascii() and character.isalnum()):
        return character
    if character in _SIGNS:
        return _SIGNS[character]
    if character == "'" and not code:
        return "'{}"  # the apostrophe of words; two of them are no quotation mark
    if character.isascii():
        return f"\\ch{{{_QUOTES.get(character, ord(character))}}}"
    return _accented(character) or f"\\ch{{92}}u{ord(character):04x}"


def _accented(character: str) -> str:
    """A letter with an accent, if it is one of those."""
    letter, accent = normalize("NFD", character)[0], normalize("NFD", character)[1:]
    return f"\\{_ACCENTS[accent]}{{{letter}}}" if letter.isascii() and accent in _ACCENTS else ""


def inline(told: Text) -> str:
    """The runs of a text."""
    return "".join(map(_run, runs(told)))


def call(told: Text) -> str:
    """The same as a call, whose words are code."""
    return inline(tuple(Code(run) if isinstance(run, str) else run for run in runs(told)))


def _run(run: Run) -> str:
    match run:
        case str():
            return text(run)
        case Code(text=plain):
            return code(plain)
        case Strong(text=plain):
            return f"\\textbf{{{text(plain)}}}"
        case Marker(number=number):
            return f"\\marker{{{number}}}"
        case Blank(label=label, width=width, answer=None):
            return f"\\blank{{{text(label)}}}{{{width}}}"
        case Blank(label=label, answer=answer):
            return f"\\filled{{{text(label)}}}{{{text(answer or '')}}}"
