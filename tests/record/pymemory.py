"""A made-up memory in which a made-up Python 3.14 runs, for the tests."""

import socketserver
import struct
import types
from collections.abc import Mapping

from echotrace.record.python import debugoffsets
from echotrace.record.scatter import Ranges

TID = 4711
RUNTIME = 0x10000


class Image:
    """A made-up memory: pieces of bytes at their addresses."""

    def __init__(self) -> None:
        self.pieces: dict[int, bytes] = {}

    def put(self, address: int, fields: Mapping[int, int | bytes]) -> int:
        """Write a structure's fields at their offsets; numbers have 8 bytes."""
        raw = {at: v if isinstance(v, bytes) else struct.pack("<Q", v) for at, v in fields.items()}
        piece = bytearray(max(at + len(value) for at, value in raw.items()))
        for at, value in raw.items():
            piece[at : at + len(value)] = value
        self.pieces[address] = bytes(piece)
        return address

    def read(self, tid: int, address: int, size: int) -> bytes | None:  # noqa: ARG002 -- one memory
        """As the kernel would; a piece ends in zeros."""
        for begin, piece in self.pieces.items():
            if begin <= address < begin + 0x800:
                return piece.ljust(0x800, b"\0")[address - begin :][:size]
        return None

    def fetch(self, tid: int, ranges: Ranges) -> bytes | None:
        """As the kernel would."""
        found = [self.read(tid, *pair) for pair in ranges.pairs]
        return None if None in found else b"".join(filter(None, found))


#: Where a made-up Python 3.14 keeps things: other places than any real one.
MADE_UP = {
    "runtime.interpreters_head": 900, "interpreter.next": 88, "interpreter.threads_head": 96,
    "thread.next": 24, "thread.current_frame": 80, "thread.native_thread_id": 160,
    "frame.executable": 0, "frame.previous": 8, "frame.instr_ptr": 56, "frame.owner": 74,
    "code.filename": 112, "code.qualname": 128, "code.linetable": 136, "code.firstlineno": 68,
    "code.co_code_adaptive": 208, "object.size": 16, "object.ob_type": 8, "bytes.ob_size": 16,
    "bytes.ob_sval": 32, "unicode.state": 32, "unicode.length": 16, "unicode.asciiobject_size": 40,
}  # fmt: skip


def head(changed: Mapping[str, int], version: int = 0x030E00F0) -> bytes:
    """The beginning of a _PyRuntime with the list of a made-up Python."""
    places = {**MADE_UP, **changed}
    words = [places.get(name, 0) for name in debugoffsets.words_of((3, 14))]
    return debugoffsets.COOKIE + struct.pack(f"<{len(words) + 2}Q", version, 0, *words)


def user() -> int:
    """The function whose code object is put into the made-up memory."""
    number = int()  # noqa: UP018 -- a call, on a line of its own
    return -number


def put_code(image: Image, address: int, code: types.CodeType, file: str) -> int:
    """A code object, its strings and its table of lines; the address."""
    table = code.co_linetable
    fields: dict[int, int | bytes] = {
        16: len(code.co_code) // 2,
        68: struct.pack("<i", code.co_firstlineno),
        112: put_text(image, address + 0x1000, file),
        128: put_text(image, address + 0x2000, code.co_qualname),
        136: image.put(address + 0x3000, {16: len(table), 24: 0, 32: table}),
    }
    return image.put(address, fields)


def put_text(image: Image, address: int, text: str, *, kind_at: int = 16) -> int:
    """A compact ASCII str, with the flags where 3.15 and others have them."""
    state = (1 | 1 << 3 | 1 << 4) << kind_at
    return image.put(address, {16: len(text), 32: struct.pack("<I", state), 40: text.encode()})


def put_frame(image: Image, address: int, code: int, previous: int, unit: int, owner: int) -> int:
    """A frame at a code unit of its code object, with a tagged reference to it."""
    instruction = code + MADE_UP["code.co_code_adaptive"] + 2 * unit
    return image.put(address, {0: code | 1, 8: previous, 56: instruction, 74: bytes([owner])})


def made_up_python(unit: int = 0, number: int = TID, frame_after: int = 0) -> Image:
    """A memory with one thread: an entry frame, a library's frame, a user's frame."""
    image = Image()
    own = put_code(image, 0x100000, user.__code__, "/home/me/user.py")
    file = "/usr/lib/python3.14/socketserver.py"
    library = put_code(image, 0x200000, socketserver.TCPServer.get_request.__code__, file)
    outer = put_frame(image, 0x40000, own, frame_after, unit, 0)
    inner = put_frame(image, 0x41000, library, outer, 0, 0)
    entry = put_frame(image, 0x42000, 0, inner, 0, 3)
    thread = image.put(0x30000, {80: entry, 160: number})
    image.put(0x20000, {96: thread})
    image.put(RUNTIME, {0: head({}), 900: 0x20000})
    return image
