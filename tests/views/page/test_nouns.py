"""The script's types of the page's data are those of the records."""

import re
from importlib.resources import files
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from echotrace.views.page import nouns

_PACKED = (nouns.Rows, nouns.Moments, nouns.Side, nouns.Pair, nouns.Pairs)
_NAMES = {record: f"Packed{record.__name__}" for record in _PACKED}
_PLAIN: dict[object, str] = {str: "string", int: "number", bool: "boolean", NoneType: "null"}
_TYPEDEF = re.compile(r"@typedef \{\{(.*?)\}\}\s*(\w+)", re.DOTALL)


def _type(hint: Any) -> str:
    """A type as JSDoc writes it."""
    origin, inner = get_origin(hint), [_type(each) for each in get_args(hint)]
    if origin is list:
        return f"{inner[0]}[]"
    if origin is dict:
        return f"Record<{inner[0]}, {inner[1]}>"
    if origin is UnionType:
        return " | ".join(inner)
    return _PLAIN.get(hint) or _NAMES.get(hint, hint.__name__)


def test_typedefs_are_the_records() -> None:
    """Each record has its typedef in data.js, with the same fields of the same types, in order."""
    text = (files("echotrace.views.page") / "script" / "data.js").read_text(encoding="utf-8")
    plain = re.sub(r"\s+\*?\s*", " ", text)
    told = {name: fields.strip() for fields, name in _TYPEDEF.findall(plain)}
    records = [each for each in vars(nouns).values() if getattr(each, "__struct_fields__", None)]
    assert len(records) > 5
    for record in records:
        hints = get_type_hints(record)
        fields = ", ".join(f"{name}: {_type(hints[name])}" for name in record.__struct_fields__)
        assert told[_NAMES.get(record, record.__name__)] == fields
