"""The page's script: its modules put together, so that the page needs no other file.

Each module exports what others need by name. They become one module: what is imported stands before
whoever imports it, and the lines that import fall away. So no two modules may have a name in common
outside their functions; a browser refuses the script otherwise.
"""

import re
from collections.abc import Iterator
from importlib.resources import files

_ROOM = files("echotrace.views.page") / "script"
_FIRST = "app.js"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async |function|class|const|let)", re.MULTILINE)


def script() -> str:
    """All modules as one."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in _ordered(_FIRST, set()))


def _ordered(name: str, done: set[str]) -> Iterator[str]:
    """A module behind those that it imports."""
    if name in done:
        return
    done.add(name)
    text = (_ROOM / name).read_text(encoding="utf-8")
    for found in _IMPORT.finditer(text):
        yield from _ordered(found[1], done)
    yield text
