"""Which files a process's code comes from: its executable mappings (proc(5), /proc/PID/maps)."""

import os
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias
from weakref import WeakValueDictionary

from echotrace.record.lines import UNREADABLE
from echotrace.record.modules import Module

_DELETED = " (deleted)"
#: What maps libraries into a process, and so changes what is said here. It is a file of its own.
_LIBRARY = "/libc."
_LOADERS = ("ld-linux", "ld.so", "ld-2.", "ld64")


class Mapping(NamedTuple):
    """A range of addresses and the file and offset that it shows; `file` tells files apart."""

    start: int
    end: int
    offset: int
    path: str
    file: tuple[str, str]

    @property
    def is_loader(self) -> bool:
        """Whether this is the dynamic loader."""
        return self.path.rpartition("/")[2].startswith(_LOADERS)


#: An origin, or the place of the next return address and what follows from it.
Learnt: TypeAlias = "int | tuple[int, dict[int, Learnt]]"


class Space:
    """The executable mappings of a program, and what was learnt of calls made from them.

    Processes with the same mappings share one. `learnt` leads from an instruction, by one return
    address after the other, to an origin: a number, or where the next return address lies (in
    words above the stack pointer) and what follows from each. `reach` is the bytes this needs.
    """

    def __init__(self, mappings: tuple[Mapping, ...]) -> None:
        self.mappings = mappings
        self.learnt: dict[int, Learnt] = {}
        self.reach: dict[int, int] = {}
        self.size = 0
        self.has_lines: bool | None = None
        self._starts = [mapping.start for mapping in mappings]

    def is_loader(self, address: int) -> bool:
        """Whether an address is in the dynamic loader."""
        mapping = self.find(address)
        return mapping is not None and mapping.is_loader

    def find(self, address: int) -> Mapping | None:
        """The mapping of an address."""
        index = bisect_right(self._starts, address) - 1
        found = self.mappings[index] if index >= 0 else None
        return found if found and address < found.end else None


class Spaces:
    """The spaces of all processes, and the modules in them, each opened once."""

    def __init__(self) -> None:
        self._spaces: WeakValueDictionary[tuple[Mapping, ...], Space] = WeakValueDictionary()
        self._modules: dict[tuple[str, tuple[str, str]], Module | None] = {}

    def read(self, tid: int) -> Space:
        """The space that a task is in now; an empty one when it is gone."""
        try:
            text = Path(f"/proc/{tid}/maps").read_bytes()
        except OSError:
            text = b""
        mappings = tuple(_mappings(text))
        return self._spaces.setdefault(mappings, Space(mappings))

    def module(self, tid: int, mapping: Mapping) -> Module | None:
        """The file of a mapping, by way of a task that has it mapped; None when unreadable."""
        key = (mapping.path, mapping.file)
        if key not in self._modules:
            self._modules[key] = _open(tid, mapping)
        return self._modules[key]

    def has_lines(self, tid: int, space: Space) -> bool:
        """Whether anything in a space was compiled with -g."""
        if space.has_lines is None:
            modules = [self.module(tid, mapping) for mapping in space.mappings]
            space.has_lines = any(module is not None and module.has_lines for module in modules)
        return space.has_lines

    def prepare(self, tid: int, mappings: Iterable[Mapping]) -> None:
        """Read now what will be asked of the modules behind mappings."""
        for mapping in mappings:
            module = self.module(tid, mapping)
            if module is not None:
                module.prepare()

    def prepare_library(self) -> None:
        """Do so with the C library that we run with."""
        us = os.getpid()
        self.prepare(us, (m for m in self.read(us).mappings if _LIBRARY in m.path))

    def close(self) -> None:
        """Close all modules."""
        for module in self._modules.values():
            if module is not None:
                module.close()
        self._modules.clear()


def _mappings(text: bytes) -> Iterator[Mapping]:
    for line in text.splitlines():
        words = line.split(maxsplit=5)
        if len(words) == 6 and b"x" in words[1] and words[5].startswith(b"/"):
            start, end = (int(word, 16) for word in words[0].split(b"-"))
            file = words[3].decode(), words[4].decode()
            yield Mapping(start, end, int(words[2], 16), os.fsdecode(words[5]), file)


def _open(tid: int, mapping: Mapping) -> Module | None:
    """A deleted file can still be had where it is the task's program."""
    way = f"/proc/{tid}/root{mapping.path}"
    try:
        if mapping.path.endswith(_DELETED):
            way = f"/proc/{tid}/exe"
            if str(Path(way).readlink()) != mapping.path:
                return None
        return Module(Path(way))
    except (OSError, *UNREADABLE):
        return None
