"""Reads a pattern, on one line or in lines; the grammar is the same.

    pattern  = line { NEWLINE line }            a line is a part of its own: | ends with it
    line     = chain { "|" chain }
    chain    = item { item }
    item     = ( group | step { "/" step } ) [ "*" | "+" | "?" ]
    group    = "(" pattern ")"
    step     = NAME [ "conn" ] [ ":" WHO | "in" WHO ] [ outcome ]
    outcome  = ( "=" | "returns" ) ( NUMBER | ERROR | "all" | "?" ) | ">" NUMBER
             | "fails" [ "with" ERROR ]

`=-1` and `fails` without an error are any error; `=?` is a call that has not returned. `send = all`
is a send after which as many bytes have gone out as had come in.
`recv/send*` is `(recv send)*`: what a slash joins is repeated together. `#` begins a comment.
"""

import re
from itertools import count
from typing import NoReturn

from echotrace.errors import did_you_mean
from echotrace.story.expect.fitting import NAMES, WHO
from echotrace.story.expect.pattern import ALL, Expected, Outcome, Pattern, Repeat, chain, choice
from echotrace.story.expect.tokens import A_STEP, Token, refuse, tokens
from echotrace.story.explain.meanings import MEANINGS
from echotrace.syscalls import logical_event

_MOST_STEPS = 10_000
_DEEPEST = 50
_LONGEST_NUMBER = 18  # digits; a result has no more (64 bits)
_ROLE = re.compile(r"[PT][0-9]+")
_AN_OUTCOME = "a number, the name of an error, all or ?"
_REPEATS = ("*", "+", "?")


def parse(text: str, source: str = "", first_line: int = 1) -> Pattern:
    """Read a pattern; UserError with the place, what is found there and what is expected.

    `source` is the name of the file, `first_line` the number there of the first line of `text`.
    """
    return _Parser(tokens(text, source, first_line), source).whole()


class _Parser:
    """Reads tokens from the left, one function a rule of the grammar."""

    def __init__(self, found: list[Token], source: str) -> None:
        self._tokens = found
        self._source = source
        self._position = 0
        self._depth = 0
        self._steps = count(1)

    def whole(self) -> Pattern:
        pattern = self._pattern()
        if self._next.kind != "end":  # only a bracket ends a pattern before
            self._fail("a ( before it")
        return pattern

    def _pattern(self) -> Pattern:
        lines: list[Pattern] = []
        while True:
            while self._next.kind == "line":
                self._position += 1
            if lines and (self._next.kind == "end" or self._next.text == ")"):
                return chain(lines)
            lines.append(self._line())
            if self._next.kind != "line":
                return chain(lines)

    def _line(self) -> Pattern:
        chains = [self._chain()]
        while self._takes("|"):
            chains.append(self._chain())
        return choice(chains)

    def _chain(self) -> Pattern:
        items = [self._item()]
        while self._next.kind == "word" or self._next.text == "(":
            items.append(self._item())
        if self._next.kind not in ("line", "end") and self._next.text not in ("|", ")"):
            self._fail("a step, (, |, ) or the end of the line")
        return chain(items)

    def _item(self) -> Pattern:
        if self._takes("("):
            self._depth += 1
            if self._depth > _DEEPEST:
                self._fail(f"at most {_DEEPEST} brackets within one another")
            item = self._pattern()
            if not self._takes(")"):
                self._fail("a step, |, * + ? or the ) of a bracket that is open")
            self._depth -= 1
        else:
            steps = [self._step()]
            while self._takes("/"):
                steps.append(self._step())
            item = chain(steps)
        if self._next.text in _REPEATS:
            item = Repeat(item, self._take().text)
            if self._next.text in _REPEATS:
                self._fail("one of * + ? only; brackets allow another, as in (recv+)?")
        return item

    def _step(self) -> Pattern:
        at = self._next
        if at.kind != "word":
            self._fail(A_STEP)
        if at.text not in NAMES:
            self._fail("the name of a step", did_you_mean(at.text, NAMES))
        if next(self._steps) > _MOST_STEPS:
            self._fail(f"at most {_MOST_STEPS:,} steps")
        name = self._take().text
        if self._next.text in ("conn", "connection"):
            self._position += 1
        who = self._who() if self._takes(":") or self._takes("in") else ""
        outcome_at = self._next
        outcome = self._outcome()
        if outcome == Outcome("=", ALL) and logical_event(name) != "send":
            refuse(self._source, outcome_at, "'= all' behind a send only")
        return Expected(name, who, outcome, at.line)

    def _who(self) -> str:
        at = self._next
        if at.text not in WHO and not _ROLE.fullmatch(at.text):
            known = f"{', '.join(WHO)} or a role such as P0"
            self._fail(known, did_you_mean(at.text, WHO))
        return self._take().text

    def _outcome(self) -> Outcome | None:
        if self._takes("fails"):
            return Outcome("=", self._error() if self._takes("with") else -1)
        if self._takes(">"):
            return Outcome(">", self._number("a number"))
        if not (self._takes("=") or self._takes("returns")):
            return None
        if self._takes("?"):
            return Outcome("=", None)
        if self._next.kind == "word":
            return Outcome("=", ALL if self._takes(ALL) else self._error())
        return Outcome("=", self._number(_AN_OUTCOME))

    def _number(self, expected: str) -> int:
        if self._next.kind != "number":
            self._fail(expected)
        if len(self._next.text.lstrip("-")) > _LONGEST_NUMBER:
            self._fail(f"a number of at most {_LONGEST_NUMBER} digits")
        return int(self._take().text)

    def _error(self) -> str:
        name = self._next.text
        if name not in MEANINGS and not name.startswith("SIG"):
            self._fail(_AN_OUTCOME, did_you_mean(name, MEANINGS))
        return self._take().text

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _take(self) -> Token:
        self._position += 1
        return self._tokens[self._position - 1]

    def _takes(self, text: str) -> bool:
        taken = self._next.text == text
        self._position += taken
        return taken

    def _fail(self, expected: str, more: str = "") -> NoReturn:
        refuse(self._source, self._next, expected, more)
