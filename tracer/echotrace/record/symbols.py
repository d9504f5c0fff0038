"""The names in an ELF file: of its functions, and of those that it takes from others (elf(5))."""

import re
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from echotrace.record.lines import UNREADABLE

#: Gives a section of a file by its name, or None.
Section: TypeAlias = Callable[[str], Any]
_T = TypeVar("_T")

_SYMBOL = struct.Struct("<IBBHQQ")  # Elf64_Sym (elf(5))
_FUNCTION_KINDS = frozenset({2, 10})  # STT_FUNC, STT_GNU_IFUNC
#: R_X86_64_GLOB_DAT and R_X86_64_JUMP_SLOT (x86-64 psABI, 4.4.1).
_SLOTS = frozenset({6, 7})
#: Names that the C library gives a public function besides its own; the program wrote the rest.
_PRIVATE = (
    re.compile(r"__GI_(?:__libc_|__)?(.+)"),
    re.compile(r"__libc_(?!start)(.+)"),
    re.compile(r"__isoc\d\d_(.+)"),
    re.compile(r"__(.+)_chk"),
)


class Function(NamedTuple):
    """A function's code and name."""

    start: int
    size: int
    name: str


def functions(section: Section) -> list[Function]:
    """The functions of a file by address, each under its most public name."""
    best: dict[int, Function] = {}
    for table in (".dynsym", ".symtab"):
        for function in _readable(_table(section, table)):
            former = best.get(function.start)
            if former is None or _publicity(function.name) < _publicity(former.name):
                best[function.start] = function
    return sorted(function._replace(name=_public(function.name)) for function in best.values())


def imports(section: Section) -> dict[int, str]:
    """The functions of other files, by the slots in which the loader puts their addresses."""
    return dict(_readable(_imported(section)))


def _readable(found: Iterator[_T]) -> list[_T]:
    """All that can be read: nothing of a broken table."""
    try:
        return list(found)
    except UNREADABLE:
        return []


def _table(section: Section, name: str) -> Iterator[Function]:
    """The functions of a symbol table."""
    table = section(name)
    if table is None:
        return
    data, texts = table.data(), table.stringtable.data()
    whole = len(data) // _SYMBOL.size * _SYMBOL.size
    for text_at, kind, _, home, start, size in _SYMBOL.iter_unpack(data[:whole]):
        if kind & 0xF in _FUNCTION_KINDS and home and size:
            text = texts[text_at : texts.find(b"\0", text_at)].decode("utf-8", "replace")
            yield Function(start, size, text.partition("@")[0])


def _imported(section: Section) -> Iterator[tuple[int, str]]:
    """The slots that relocations fill with the address of a symbol, and its name."""
    names = section(".dynsym")
    for table in filter(None, map(section, (".rela.plt", ".rela.dyn"))):
        for relocation in table.iter_relocations():
            number = relocation["r_info_sym"]
            if number and relocation["r_info_type"] in _SLOTS:
                name = names.get_symbol(number).name
                yield relocation["r_offset"], _public(name.partition("@")[0])


def _publicity(name: str) -> tuple[int, int, str]:
    """Names without underscores first, then the shorter: `send` before `__send`."""
    return (len(name) - len(name.lstrip("_")), len(name), name)


def _public(name: str) -> str:
    """What the program called, where the library has only a name of its own for it."""
    for form in _PRIVATE:
        match = form.fullmatch(name)
        if match:
            return match[1]
    return name
