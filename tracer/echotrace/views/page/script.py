"""The page's script: its modules put together, so that the page needs no other file.

Each module exports what others need by name. They become one module: what is imported stands before
whoever imports it, each in a function of its own that gives what it exports, and the lines that
import fall away. So no two modules may export the same name; a browser refuses the script then.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

_ROOM = files("echotrace.views.page") / "script"
_FIRST = "app.js"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)


def script() -> str:
    """All modules as one."""
    return "\n".join(_closed(text) for text in _ordered(_FIRST, set()))


def _closed(text: str) -> str:
    """A module of which only what it exports is seen outside."""
    names = ", ".join(found[1] for found in _EXPORT.finditer(text))
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    return f"const {{ {names} }} = (() => {{\n{body}return {{ {names} }};\n}})();\n"


def _ordered(name: str, done: set[str]) -> Iterator[str]:
    """A module behind those that it imports."""
    if name in done:
        return
    done.add(name)
    text = (_ROOM / name).read_text(encoding="utf-8")
    for found in _IMPORT.finditer(text):
        yield from _ordered(found[1], done)
    yield text
