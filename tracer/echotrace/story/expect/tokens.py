"""The pieces of a pattern's text, and how to refuse one that is out of place."""

import re
from dataclasses import dataclass
from typing import NoReturn

from echotrace.errors import UserError

_TOKEN = re.compile(
    r"(?P<space>[ \t\r]+|\#[^\n]*)|(?P<line>\n)|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<number>-?[0-9]+)|(?P<mark>[()|*+?/:=>])"
)
_SHOWN = 30  # characters of what was found
#: What a step looks like, for those who wrote something else.
A_STEP = "a step such as accept, fork, recv or close"


@dataclass(frozen=True)
class Token:
    """A piece of the text, from `line` and `column`, both counted from 1."""

    kind: str
    text: str
    line: int
    column: int


def tokens(text: str, source: str, first_line: int) -> list[Token]:
    """The pieces, the last of kind `end`; UserError for a character that begins none.

    `source` is the name of the file, `first_line` the number there of the first line of `text`.
    """
    found: list[Token] = []
    line, start, position = first_line, 0, 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            at = Token("other", text[position], line, position - start + 1)
            refuse(source, at, f"{A_STEP}, or one of ( ) | * + ? / : = >")
        token = Token(match.lastgroup or "", match.group(), line, position - start + 1)
        position = match.end()
        if token.kind != "space":
            found.append(token)
        if token.kind == "line":
            line, start = line + 1, position
    return [*found, Token("end", "", line, position - start + 1)]


def refuse(source: str, at: Token, expected: str, more: str = "") -> NoReturn:
    """Raise the UserError that says where, what is found there and what is expected."""
    place = f"'{source}', line {at.line}, column {at.column}" if source else f"column {at.column}"
    if not source and at.line > 1:
        place = f"line {at.line}, {place}"
    text = {"end": "the end", "line": "the end of the line"}.get(at.kind, f"'{at.text[:_SHOWN]}'")
    raise UserError(f"{place}: found {text}, expected {expected}{more}")
