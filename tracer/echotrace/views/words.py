"""Small pieces of text that all views share; nothing from outside passes without being escaped."""

from collections.abc import Mapping
from typing import Any

#: Characters that are printable by name and yet steer a terminal's or a reader's eye: bidi marks.
_STEERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SHORT: Mapping[str, str] = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0", "\\": "\\\\"}


def safe(text: object) -> str:
    """Text from outside, or what stands in its place, with all that is not printable escaped."""
    whole = str(text)
    if whole.isprintable() and _STEERING.isdisjoint(whole):
        return whole
    return "".join(
        character
        if character.isprintable() and character not in _STEERING
        else _SHORT.get(character) or _escape(character)
        for character in whole
    )


def safe_lines(text: str) -> str:
    """Several lines of text from outside, each escaped."""
    return "\n".join(map(safe, text.split("\n")))


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def path(text: str) -> str:
    """A path or argument as the trace keeps it (one character a byte), read as UTF-8 if it is."""
    try:
        return safe(text.encode("latin-1").decode("utf-8"))
    except UnicodeError:
        return safe(text)


def quoted(data: str, size: int | None, most: int) -> str:
    """A payload in double quotes, ASCII only, at most `most` characters wide, `…` where cut."""
    text = "".join(
        _SHORT.get(c) or ('\\"' if c == '"' else c if " " <= c <= "~" else _escape(c))
        for c in data[:most]
    )
    whole = most >= len(data) >= (len(data) if size is None else size)
    if whole and len(text) + 2 <= most:
        return f'"{text}"'
    return f'"{text[: max(most - 3, 1)]}…"'


def value(thing: Any) -> str:  # noqa: ANN401 -- an argument as decoded
    """A decoded argument in short."""
    match thing:
        case None:
            return "NULL"
        case str():
            return path(thing) or '""'
        case list():
            return "[" + ", ".join(value(item) for item in thing) + "]"
        case dict():
            return "{" + ", ".join(f"{safe(k)}={value(v)}" for k, v in thing.items()) + "}"
        case _:
            return str(thing)


def count(number: int, noun: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def duration(nanoseconds: int) -> str:
    """A time in the unit that suits it."""
    for unit, size in (("s", 10**9), ("ms", 10**6), ("µs", 10**3)):
        if nanoseconds >= size:
            return f"{nanoseconds / size:.3g} {unit}"
    return f"{nanoseconds} ns"


def address(text: object) -> str:
    """An address, or a word for none."""
    if isinstance(text, str) and text:
        return path(text)
    return safe(text) if text else "unknown"
