"""Small pieces of sentences."""

import re
from collections.abc import Sequence

_PLAIN = re.compile(r"[A-Za-z0-9_|+.-]{1,60}")
_ADDRESS = re.compile(r"(?:[0-9.]{1,15}|\[[0-9A-Fa-f:.]{2,45}\]):[0-9]{1,5}")


def plain(thing: object, otherwise: str) -> str:
    """A name from the trace, if it is one: flags, signals, calls; else `otherwise`."""
    text = str(thing)
    return text if _PLAIN.fullmatch(text) else otherwise


def address(thing: object) -> str | None:
    """An address `host:port` from the trace; None for any other, which may hold any characters."""
    return thing if isinstance(thing, str) and _ADDRESS.fullmatch(thing) else None


def count(number: int, noun: str) -> str:
    """`1 byte`, `2 bytes`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(things: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(things) < 2:
        return "".join(things)
    return f"{', '.join(things[:-1])} and {things[-1]}"


def quoted(data: str, most: int = 20) -> str:
    """A payload in double quotes, in ASCII and with escapes as in C; `…` where cut."""
    text = data.encode("unicode_escape").decode("ascii").replace('"', '\\"')
    return f'"{text}"' if len(text) <= most else f'"{text[: most - 1]}…"'


def words_of(flags: object) -> frozenset[str]:
    """The names in a value such as `CLONE_VM|CLONE_FILES`."""
    return frozenset(str(flags).split("|"))
