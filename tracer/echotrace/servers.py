"""The catalogue of servers: their names, the idea each teaches, where their sources are.

`broken/NAME` is a server of the find-the-bug gallery (see `gallery`). A wheel carries `servers/`
and `traces/` inside the package; a checkout has them at its root.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from echotrace import gallery
from echotrace.errors import UserError, did_you_mean

Language: TypeAlias = Literal["c", "python"]
#: How the name of a source file ends.
LANGUAGE_OF_SUFFIX: Mapping[str, Language] = {".c": "c", ".py": "python"}

_PACKAGE = Path(__file__).parent
_CHECKOUT = _PACKAGE.parents[1]


@dataclass(frozen=True)
class Server:
    """One teaching server: the name it is called by, and its idea in one sentence.

    `neighbour` is the server that differs from it by one idea, the best to compare it with.
    """

    name: str
    idea: str
    neighbour: str | None = None


#: In the order of the lecture.
SERVERS: tuple[Server, ...] = (
    Server("iterative", "One connection at a time; the others wait.", "fork"),
    Server("fork", "Each connection gets a process of its own.", "thread"),
    Server("thread", "Each connection gets a thread of its own.", "select"),
    Server("select", "One process waits for all, by a set of bits.", "poll"),
    Server("poll", "One process waits for all, by a list of its own.", "epoll"),
    Server("epoll", "One process waits for all, by a list of the kernel.", "kqueue"),
    Server("kqueue", "Like epoll, but one call changes the list and waits.", "epoll"),
    Server("prefork", "Processes made beforehand accept on one socket.", "fork"),
    Server("pool", "One thread accepts, threads made beforehand serve.", "thread"),
    Server("udp", "No connections: each datagram tells its sender.", "iterative"),
)

NAMES: tuple[str, ...] = tuple(server.name for server in SERVERS)

#: The gallery: the clean servers, then those with one bug.
GALLERY: tuple[Server, ...] = (
    *(Server(f"broken/{clean.name}", clean.idea) for clean in gallery.CLEAN),
    *(
        Server(f"broken/{mutant.finding}", f"Like {mutant.counterpart}, with one bug.")
        for mutant in gallery.MUTANTS
    ),
)

_BY_NAME: Mapping[str, Server] = {server.name: server for server in (*SERVERS, *GALLERY)}
#: Every name that `find` knows.
ALL_NAMES: tuple[str, ...] = tuple(_BY_NAME)


def find(name: str) -> Server:
    """The server called `name`; UserError with the nearest names when there is none."""
    if name in _BY_NAME:
        return _BY_NAME[name]
    hint = did_you_mean(name, ALL_NAMES)
    raise UserError(f"no server is called '{name}'{hint} (echotrace servers lists all)")


def languages(name: str) -> tuple[Language, ...]:
    """The languages in which the source of the server called `name` is installed."""
    return tuple(
        language
        for language in LANGUAGE_OF_SUFFIX.values()
        if _path(find(name), language).is_file()
    )


def source(name: str, language: Language) -> Path:
    """The source file of a server; UserError when there is no such server or no such file."""
    path = _path(find(name), language)
    if not path.is_file():
        shown = {"c": "C", "python": "Python"}[language]
        raise UserError(f"server '{name}' has no {shown} source: there is no {path}")
    return path


def stand_ins() -> frozenset[Path]:
    """Sources that stand in for a library which this system lacks: they are not a server's own."""
    folder = _data_dir("servers")
    return frozenset({folder / "kqueue.h", folder / "python" / "kqueue_on_epoll.py"})


def expected(name: str) -> Path:
    """The file of what is expected of a teaching server; it is missing for other names."""
    return _data_dir("servers") / "expected" / f"{name}.expect"


def traces_dir() -> Path:
    """The directory of the recorded reference traces; it may be empty or missing."""
    return _data_dir("traces")


#: Python twins with another name: `select.py` would be imported by all in place of the module.
_TWINS: Mapping[str, str] = {"select": "select_"}


def _path(server: Server, language: Language) -> Path:
    folder = _data_dir("servers")
    if language == "c":
        return folder / f"{server.name}.c"
    return folder / "python" / f"{_TWINS.get(server.name, server.name)}.py"


def _data_dir(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _CHECKOUT / name
