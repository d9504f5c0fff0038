"""The page's script: its modules put together, so that the page needs no other file.

Each module exports what others need by name, and imports it by that name. They become one module:
what is imported stands before whoever imports it, each in a function of its own that gives what it
exports, and the lines that import fall away. So no two modules may export the same name, nothing is
renamed, and no import leads back to where it came from.
"""

import re
from collections.abc import Mapping
from graphlib import TopologicalSorter
from importlib.resources import files
from importlib.resources.abc import Traversable

_ROOM = files("echotrace.views.page") / "script"
_FIRST = "app.js"
_IMPORT = re.compile(
    r'^import \{\s*\w+(?:,\s*\w+)*,?\s*\} from "\./([a-z_]+\.js)";\n', re.MULTILINE
)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)


def script(room: Traversable = _ROOM) -> str:
    """All modules of a folder that `app.js` needs, and it, as one.

    FileNotFoundError for one that is not there, CycleError for imports in a circle.
    """
    modules = _modules(room)
    order = TopologicalSorter({name: _IMPORT.findall(text) for name, text in modules.items()})
    return "\n".join(_closed(modules[name]) for name in order.static_order())


def _modules(room: Traversable) -> Mapping[str, str]:
    """The texts of the modules, by the names of their files."""
    found: dict[str, str] = {}
    left = [_FIRST]
    while left:
        name = left.pop()
        if name not in found:
            found[name] = (room / name).read_text(encoding="utf-8")
            left += _IMPORT.findall(found[name])
    return found


def unplayed_script() -> str:
    """What says, where the modules do not come to life, that they did not."""
    return (_ROOM / "unplayed.js").read_text(encoding="utf-8")


def _closed(text: str) -> str:
    """A module of which only what it exports is seen outside."""
    names = ", ".join(_EXPORT.findall(text))
    body = _EXPORT.sub("", _IMPORT.sub("", text))
    return f"const {{ {names} }} = (() => {{\n{body}return {{ {names} }};\n}})();\n"
