"""Reads `_Py_DebugOffsets`, with which `_PyRuntime` begins from Python 3.13 on.

It is a list of 64-bit numbers made for debuggers: where each field lies in its structure. Which
number is which, is ours to know, by the version that the list names. Free-threaded builds have the
same list.
"""

import itertools
import struct
from collections.abc import Iterator, Mapping

COOKIE = b"xdebugpy"
#: Bytes of `_PyRuntime` that hold as much of the list as we read.
SIZE = 1024

#: The 64-bit words of _Py_DebugOffsets behind cookie, version and free_threaded, in their order
#: (3.13: Include/internal/pycore_runtime.h; 3.14: pycore_debug_offsets.h).
_WORDS: Mapping[tuple[int, int], str] = {
    (3, 13): """
        runtime: size finalizing interpreters_head
        interpreter: size id next threads_head gc imports_modules sysdict builtins ceval_gil
            gil_runtime_state gil_enabled gil_locked gil_holder
        thread: size prev next interp current_frame thread_id native_thread_id datastack_chunk
            status
        frame: size previous executable instr_ptr localsplus owner
        code: size filename name qualname linetable firstlineno argcount localsplusnames
            localspluskinds co_code_adaptive
        object: size ob_type
        type: size tp_name tp_repr tp_flags
        tuple: size ob_item ob_size
        list: size ob_item ob_size
        dict: size ma_keys ma_values
        float: size ob_fval
        long: size lv_tag ob_digit
        bytes: size ob_size ob_sval
        unicode: size state length asciiobject_size
    """,
    (3, 14): """
        runtime: size finalizing interpreters_head
        interpreter: size id next threads_head threads_main gc imports_modules sysdict builtins
            ceval_gil gil_runtime_state gil_enabled gil_locked gil_holder code_object_generation
            tlbc_generation
        thread: size prev next interp current_frame thread_id native_thread_id datastack_chunk
            status
        frame: size previous executable instr_ptr localsplus owner stackpointer tlbc_index
        code: size filename name qualname linetable firstlineno argcount localsplusnames
            localspluskinds co_code_adaptive co_tlbc
        object: size ob_type
        type: size tp_name tp_repr tp_flags
        tuple: size ob_item ob_size
        list: size ob_item ob_size
        set: size used table mask
        dict: size ma_keys ma_values
        float: size ob_fval
        long: size lv_tag ob_digit
        bytes: size ob_size ob_sval
        unicode: size state length asciiobject_size
    """,
}
_FIRST_WORD = 3  # behind cookie, version and free_threaded


def version_of(number: int) -> tuple[int, int]:
    """Major and minor version in a PY_VERSION_HEX."""
    return number >> 24 & 0xFF, number >> 16 & 0xFF


def parse(head: bytes) -> Mapping[str, int]:
    """The numbers by `structure.field`; none when the list is of a version that is not known."""
    words = [word for (word,) in struct.iter_unpack("<Q", head[: len(head) // 8 * 8])]
    names = _WORDS.get(version_of(words[1]), "") if len(words) > _FIRST_WORD else ""
    return dict(zip(_field_names(names), itertools.islice(words, _FIRST_WORD, None), strict=False))


def words_of(version: tuple[int, int]) -> list[str]:
    """The names of a version's numbers, in their order."""
    return list(_field_names(_WORDS[version]))


def _field_names(names: str) -> Iterator[str]:
    """`structure.field` for each word of a list."""
    structure = ""
    for word in names.split():
        if word.endswith(":"):
            structure = word[:-1]
        else:
            yield f"{structure}.{word}"
