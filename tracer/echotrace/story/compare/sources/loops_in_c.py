"""The calls, loops and functions of a C source, as far as its text shows them.

No compiler's parser: comments, strings and preprocessor lines are left out, macros are not
expanded. Any text gives a result, if need be an empty one.
"""

import re
from collections.abc import Generator, Iterator, Sequence
from itertools import takewhile

from echotrace.story.compare.sources.loops import Program, SourceCall, Span

_LEFT_OUT = re.compile(
    r"""/\*.*?(?:\*/|\Z) | //[^\n]*                # comments
    | "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'?  # strings and characters
    | ^[ \t]*\#(?:\\\n|[^\n])*                      # preprocessor lines""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_TOKEN = re.compile(r"\n|[A-Za-z_]\w*|[+-]=|->|[<>!=]=|\S")
_CLOSING = {"(": ")", "[": "]", "{": "}"}
#: After these a brace in a function holds values, and no statements.
_BEFORE_VALUES = ("=", ",", ")")
_NO_CALLS = frozenset({"if", "for", "while", "switch", "return", "sizeof", "do", "else", "case"})


def of_c(text: str) -> Program:
    """What a C source has of calls, loops and functions; their places count tokens."""
    words, lines = _tokens(text)
    partner = _partners(words)
    functions = tuple(_functions(words, partner))
    names = (at for span in functions for at in range(span.start, min(span.end, len(words) - 1)))
    calls = (
        SourceCall(words[at], lines[at], at, partner[at + 1])
        for at in names
        if words[at + 1] == "(" and words[at].isidentifier() and words[at] not in _NO_CALLS
    )

    def goes_on(call: SourceCall, span: Span) -> bool:
        arguments = words[call.start + 2 : call.end]
        return not set(arguments).isdisjoint(_added_to(words, span, call.start))

    return Program(tuple(calls), tuple(_loops(words, partner)), functions, goes_on)


def _tokens(text: str) -> tuple[list[str], list[int]]:
    """The tokens, and the line of each."""
    bare = _LEFT_OUT.sub(lambda left_out: " " + "\n" * left_out[0].count("\n"), text)
    words, lines, line = [], [], 1
    for word in _TOKEN.findall(bare):
        if word == "\n":
            line += 1
        else:
            words.append(word)
            lines.append(line)
    return words, lines


def _partners(words: Sequence[str]) -> dict[int, int]:
    """For each bracket that opens the place of the one that closes it: at the end if none does."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for at, word in enumerate(words):
        if word in _CLOSING:
            opened.append(at)
        elif opened and word == _CLOSING[words[opened[-1]]]:
            found[opened.pop()] = at
    found.update(dict.fromkeys(opened, len(words)))
    return found


def _functions(words: Sequence[str], partner: dict[int, int]) -> Iterator[Span]:
    """A body is a block at the top that follows a list of parameters, which follows the name."""
    opens = {end: start for start, end in partner.items()}
    at = 0
    while at < len(words):
        parameters = opens.get(at - 1) if words[at] == "{" and words[at - 1] == ")" else None
        if parameters:
            yield Span(at, partner[at], words[parameters - 1])
        at = partner[at] + 1 if words[at] == "{" else at + 1


def _loops(words: Sequence[str], partner: dict[int, int]) -> Iterator[Span]:
    """Each for, while and do, from its first word to the end of its statement.

    `waiting` has the blocks that are open, and what the next statement belongs to, with the places.
    """
    waiting: list[tuple[str, int]] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word in ("for", "while", "if", "switch") and words[at + 1 : at + 2] == ["("]:
            waiting.append((word, at))
            at = partner[at + 1]
            if words[at + 1 : at + 2] == ["{"]:
                at += 1
                waiting.append(("{", at))
        elif word in ("(", "[") or (word == "{" and waiting and words[at - 1] in _BEFORE_VALUES):
            at = partner[at]
        elif word in ("do", "{"):
            waiting.append((word, at))
        elif word in {";", "}"}:
            if word == "}":
                while waiting and waiting.pop()[0] != "{":
                    pass
            at = yield from _ended(words, partner, waiting, at)
        at += 1


def _ended(
    words: Sequence[str], partner: dict[int, int], waiting: list[tuple[str, int]], at: int
) -> Generator[Span, None, int]:
    """What ends with the statement that ends at `at`; gives back where all that ends."""
    while waiting and waiting[-1][0] != "{":
        kind, start = waiting[-1]
        following = words[at + 1 : at + 3]
        if kind == "if" and following[:1] == ["else"]:
            waiting[-1] = ("else", start)
            return at + 1
        waiting.pop()
        if kind == "do" and following == ["while", "("]:
            at = partner[at + 2] + 1
        if kind in ("for", "while", "do"):
            yield Span(start, at)
    return at


def _added_to(words: Sequence[str], span: Span, at: int) -> Iterator[str]:
    """The names that grow or shrink in a span by what the call at `at` returns."""
    before = at - 1
    while before > 0 and words[before] in ("(", ")"):
        before -= 1  # as in while ((sent = send(…)) > 0)
    if before < 1 or words[before] not in ("=", "+=", "-="):
        return
    target = words[before - 1]
    if words[before] != "=":
        yield target
    for place in range(span.start + 1, min(span.end, len(words) - 1)):
        if words[place] in ("+=", "-=", "=") and place != before:
            value = list(takewhile(lambda word: word not in (";", ","), words[place + 1 :]))
            name = words[place - 1]
            if target in value and (words[place] != "=" or name in value):
                yield name
