"""Finds the interpreter in a process: the address of `_PyRuntime`, by which all else is found.

`_PyRuntime` and `Py_Version` are symbols that extension modules link against, so even a stripped
executable or libpython names them. Where it does not, `_PyRuntime` is a section of its own
(`.PyRuntime`), and the version is in the file's name.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.hash import GNUHashSection
from elftools.elf.sections import Symbol, SymbolTableSection

_PAGE = 0x1000
_LIBRARY = re.compile(r"libpython3")
_VERSION = re.compile(r"python(3)\.(\d+)")
_SYMBOLS = ("_PyRuntime", "Py_Version")
#: What reading a file that is no proper ELF file raises.
_ODD_FILE = (ELFError, ValueError, LookupError, AttributeError, TypeError)


@dataclass(frozen=True)
class Candidate:
    """A mapped file that has a `_PyRuntime`.

    `runtime` and `version_at` are addresses in the process; the latter, of `Py_Version`, is None
    where that is not known. `version_in_name` is major and minor version.
    """

    runtime: int
    version_at: int | None
    version_in_name: tuple[int, int] | None


@dataclass(frozen=True)
class _Image:
    """What we need of an ELF file: addresses as linked, and (offset, address) of what is loaded."""

    addresses: Mapping[str, int]
    segments: tuple[tuple[int, int], ...]


#: What was read, by device, inode and time of change: servers start the same program often.
_images: dict[tuple[int, int, int], _Image | None] = {}


def candidates(pid: int) -> Iterator[Candidate]:
    """The interpreters in a process: a libpython first, then the executable itself."""
    try:
        executable = str(Path(f"/proc/{pid}/exe").readlink())
        maps = Path(f"/proc/{pid}/maps").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    mapped = mappings(maps)
    libraries = [path for path in mapped if _LIBRARY.match(path.rpartition("/")[2])]
    for path in (*libraries, executable):
        image = _image_of(Path(f"/proc/{pid}/root{path}"))
        bias = _bias(image, mapped.get(path, ())) if image else None
        if image is None or bias is None or "_PyRuntime" not in image.addresses:
            continue
        at = image.addresses.get("Py_Version")
        named = _VERSION.search(path.rpartition("/")[2])
        yield Candidate(
            runtime=image.addresses["_PyRuntime"] + bias,
            version_at=None if at is None else at + bias,
            version_in_name=(int(named[1]), int(named[2])) if named else None,
        )


def mappings(maps: str) -> Mapping[str, list[tuple[int, int]]]:
    """Start address and file offset of each mapping, by file (proc_pid_maps(5))."""
    found = defaultdict(list)
    for line in maps.splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[5].startswith("/"):
            start = int(fields[0].partition("-")[0], 16)
            found[fields[5]].append((start, int(fields[2], 16)))
    return found


def _bias(image: _Image, mapped: list[tuple[int, int]] | tuple[()]) -> int | None:
    """What is added to an address as linked: 0 for an executable that is not PIE."""
    for start, offset in mapped:
        for in_file, address in image.segments:
            if in_file & -_PAGE == offset:
                return start - (address & -_PAGE)
    return None


def _image_of(path: Path) -> _Image | None:
    try:
        status = path.stat()
        key = (status.st_dev, status.st_ino, status.st_mtime_ns)
        if key not in _images:
            with path.open("rb") as file:
                _images[key] = _read_image(file)
    except (OSError, *_ODD_FILE):
        return None
    return _images[key]


def _read_image(file: BinaryIO) -> _Image | None:
    elf = ELFFile(file)
    if elf.elfclass != 64 or not elf.little_endian:
        return None
    addresses = {name: found for name in _SYMBOLS if (found := _symbol(elf, name)) is not None}
    section = elf.get_section_by_name(".PyRuntime")
    if section is not None:
        addresses.setdefault("_PyRuntime", section["sh_addr"])
    loaded = (segment for segment in elf.iter_segments() if segment["p_type"] == "PT_LOAD")
    return _Image(addresses, tuple((part["p_offset"], part["p_vaddr"]) for part in loaded))


def _symbol(elf: ELFFile, name: str) -> int | None:
    """The address of a symbol; by the hash table, where there is one: it need not be searched."""
    found: list[Symbol] = []
    for name_of_section in (".gnu.hash", ".dynsym", ".symtab"):
        section = elf.get_section_by_name(name_of_section)
        if isinstance(section, GNUHashSection):
            found += filter(None, [section.get_symbol(name)])
        elif isinstance(section, SymbolTableSection) and not found:
            found += section.get_symbol_by_name(name) or ()
    defined = (symbol for symbol in found if symbol["st_shndx"] != "SHN_UNDEF")
    return next((int(symbol["st_value"]) for symbol in defined), None)
