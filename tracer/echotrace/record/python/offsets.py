"""Where CPython's structures keep what we follow, by the version of the interpreter.

From 3.13 on the interpreter itself says where everything lies (`debugoffsets`). For 3.11 and 3.12
the numbers stand here, as offsetof() gives them with the headers of a 64-bit build
(internal/pycore_runtime.h, pycore_interp.h, pycore_frame.h, cpython/pystate.h, code.h and
unicodeobject.h). They are the same in all releases of a version.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from echotrace.record.python import debugoffsets


@dataclass(frozen=True)
class Offsets:
    """Places of fields in their structures, in bytes.

    `current_frame` leads from the thread state to the innermost frame: at each offset lies the
    address to which the next is added. `frame_instruction` is the code unit that is executed, as
    `f_lasti` has it. `code_units` is ob_size: how many code units the bytecode has.
    """

    interpreters_head: int
    interpreter_next: int
    threads_head: int
    thread_next: int
    native_thread_id: int
    current_frame: tuple[int, ...]
    frame_code: int
    frame_previous: int
    frame_instruction: int
    frame_owner: int
    code_units: int
    first_line: int
    filename: int
    qualname: int
    line_table: int
    bytecode: int
    bytes_size: int
    bytes_data: int
    text_length: int
    text_state: int
    text_ascii_data: int
    text_other_data: int


_BY_HAND: Mapping[tuple[int, int], Offsets] = {
    (3, 11): Offsets(
        interpreters_head=40,
        interpreter_next=0,
        threads_head=16,
        thread_next=8,
        native_thread_id=160,
        current_frame=(56, 8),  # tstate->cframe->current_frame
        frame_code=32,
        frame_previous=48,
        frame_instruction=56,
        frame_owner=69,
        code_units=16,
        first_line=72,
        filename=112,
        qualname=128,
        line_table=136,
        bytecode=184,
        bytes_size=16,
        bytes_data=32,
        text_length=16,
        text_state=32,
        text_ascii_data=48,
        text_other_data=72,
    ),
    (3, 12): Offsets(
        interpreters_head=40,
        interpreter_next=0,
        threads_head=72,
        thread_next=8,
        native_thread_id=144,
        current_frame=(56, 0),  # tstate->cframe->current_frame
        frame_code=0,
        frame_previous=8,
        frame_instruction=56,
        frame_owner=70,
        code_units=16,
        first_line=68,
        filename=112,
        qualname=128,
        line_table=136,
        bytecode=192,
        bytes_size=16,
        bytes_data=32,
        text_length=16,
        text_state=32,
        text_ascii_data=40,
        text_other_data=56,
    ),
}


def offsets_of(head: bytes, version: tuple[int, int] | None) -> Offsets | None:
    """The layout, by the first bytes of `_PyRuntime`, and for 3.11 and 3.12 by the version.

    None for an interpreter that is not known, and for a list that cannot be true.
    """
    if not head.startswith(debugoffsets.COOKIE):
        return _BY_HAND.get(version) if version else None
    found = debugoffsets.parse(head)
    offsets = _from_list(found) if found else None
    return offsets if offsets is not None and _plausible(offsets, found) else None


def _from_list(found: Mapping[str, int]) -> Offsets | None:
    try:
        return Offsets(
            interpreters_head=found["runtime.interpreters_head"],
            interpreter_next=found["interpreter.next"],
            threads_head=found["interpreter.threads_head"],
            thread_next=found["thread.next"],
            native_thread_id=found["thread.native_thread_id"],
            current_frame=(found["thread.current_frame"],),
            frame_code=found["frame.executable"],
            frame_previous=found["frame.previous"],
            frame_instruction=found["frame.instr_ptr"],
            frame_owner=found["frame.owner"],
            code_units=found["object.size"],
            first_line=found["code.firstlineno"],
            filename=found["code.filename"],
            qualname=found["code.qualname"],
            line_table=found["code.linetable"],
            bytecode=found["code.co_code_adaptive"],
            bytes_size=found["bytes.ob_size"],
            bytes_data=found["bytes.ob_sval"],
            text_length=found["unicode.length"],
            text_state=found["unicode.state"],
            text_ascii_data=found["unicode.asciiobject_size"],
            # struct PyCompactUnicodeObject adds a size and a pointer
            text_other_data=found["unicode.asciiobject_size"] + 16,
        )
    except KeyError:  # the list is cut off
        return None


def _plausible(offsets: Offsets, found: Mapping[str, int]) -> bool:
    """Whether a list is of the layout we take it for: what we know of every build must hold."""
    values = [*astuple(offsets), *offsets.current_frame]
    return (
        all(value < 1 << 20 for value in values if isinstance(value, int))
        and abs(offsets.native_thread_id - offsets.current_frame[0]) < 1024  # read together
        and found["object.ob_type"] + 8 == offsets.code_units == offsets.bytes_size
        and offsets.text_length == offsets.bytes_size
        and offsets.bytes_data == offsets.bytes_size + 16  # ob_size, ob_shash
        and offsets.text_state == offsets.text_length + 16  # length, hash
    )
