"""Finds the frame that a stopped task runs, and its line.

The thread's number is read along every time: a thread that ends leaves its state to another. In
the child of a fork the number is the parent's until Python updates it, and for ever in a child that
runs no Python (subprocess): its thread is the one that forked, so it inherits what is known of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from echotrace.record.python import runtime
from echotrace.record.python.chain import Chain, FrameLayout, Step
from echotrace.record.python.code import Code, identity_range, read_code
from echotrace.record.python.debugoffsets import SIZE, version_of
from echotrace.record.python.library import BY_NAME, Library
from echotrace.record.python.offsets import Offsets, offsets_of
from echotrace.record.python.threads import ThreadStates, as_bytes
from echotrace.record.scatter import Reader
from echotrace.trace import Site

#: Walks end here, whatever the memory says.
_DEEPEST = 100
#: What is remembered, at most: ways of a thread, code objects of a program.
_MOST_CHAINS, _MOST_CODES = 64, 4096
#: The site of which nothing is known.
UNKNOWN = 0


@dataclass
class _Thread:
    """A thread's state, the numbers that it may bear (as bytes), and the ways that were walked.

    `chains` has them by the way to the innermost frame; `chain` is the last one.
    """

    state: int
    numbers: frozenset[bytes]
    chain: Chain | None = None
    chains: dict[tuple[int, ...], Chain] = field(default_factory=dict)


class Interpreter:
    """The CPython in a program, and what is known of the program's threads.

    The children of a fork share it with their parent: in a copy everything lies where it lay.
    `book` gives a site its number, which is never 0; `library` knows whose files are whose.
    """

    def __init__(
        self,
        offsets: Offsets,
        address: int,
        reader: Reader,
        book: Callable[[Site], int],
        library: Library = BY_NAME,
    ) -> None:
        self._offsets = offsets
        self._states = ThreadStates(offsets, address, reader)
        self._reader = reader
        self._book = book
        self._library = library
        self._layout = FrameLayout(offsets)
        self._identity = identity_range(offsets)
        self._threads: dict[int, _Thread] = {}
        self._codes: dict[tuple[int, bytes], Code] = {}

    @classmethod
    def of(
        cls, pid: int, reader: Reader, book: Callable[[Site], int], library: Library
    ) -> "Interpreter | None":
        """The interpreter in a stopped process; None without one, or with one that is not known."""
        for found in runtime.candidates(pid):
            head = reader.read(pid, found.runtime, SIZE)
            version = found.version_in_name
            if found.version_at is not None:
                raw = reader.read(pid, found.version_at, 8)
                version = version_of(int.from_bytes(raw, "little")) if raw else None
            offsets = offsets_of(head, version) if head else None
            if offsets is not None:
                return cls(offsets, found.runtime, reader, book, library)
        return None

    def number(self, tid: int) -> int:
        """The number of the site where a stopped task is; UNKNOWN when it runs no Python.

        Called at every call of every task, so the usual case comes first.
        """
        thread = self._threads.get(tid)
        if thread is None:
            thread = self._find(tid)
            if thread is None:
                return UNKNOWN
        chain = thread.chain
        if chain is None:
            return self._look(tid, thread, None)
        found = self._reader.fetch(tid, chain.ranges)
        if found is None:
            return self._look(tid, thread, None)
        number = chain.lines.get(found)
        return self._look(tid, thread, found) if number is None else number

    def forked(self, child: int, parent: int) -> None:
        """A stopped task has made a process, whose only thread goes on where it is."""
        thread = self._threads.get(parent) or self._find(parent)
        if thread is not None:
            numbers = thread.numbers | {as_bytes(child)}
            self._threads[child] = _Thread(thread.state, numbers, thread.chain, dict(thread.chains))

    def forget(self, tid: int) -> None:
        """A task is gone; its number may be used again."""
        self._threads.pop(tid, None)

    def _look(self, tid: int, thread: _Thread, found: bytes | None) -> int:
        """The slower ways, beginning with what was found at the places of the last chain."""
        chain, way = thread.chain, None
        if chain is not None and found is not None and chain.number(found) in thread.numbers:
            number = self._settle(chain, found)
            if number is not None:
                return number
            way = chain.way(found)
        elif self._states.number(tid, thread.state) not in thread.numbers:
            del self._threads[tid]
            anew = self._find(tid)
            if anew is None:
                return UNKNOWN
            thread = anew
        way = way or self._states.way_to_frame(tid, thread.state)
        return UNKNOWN if way is None else self._follow(tid, thread, way)

    def _follow(self, tid: int, thread: _Thread, way: tuple[int, ...]) -> int:
        """The site at the end of a way to the innermost frame, which may be known already."""
        chain = thread.chain = thread.chains.get(way)
        number = self._try(tid, thread, chain) if chain else None
        if number is not None:
            return number
        steps = self._walk(tid, way[-1])
        if steps is None:
            return UNKNOWN
        if len(thread.chains) >= _MOST_CHAINS:
            thread.chains.clear()
        chain = Chain(thread.state, way[:-1], steps, self._offsets)
        thread.chain = thread.chains[way] = chain
        return self._try(tid, thread, chain) or UNKNOWN

    def _try(self, tid: int, thread: _Thread, chain: Chain) -> int | None:
        """The site at the end of a chain; None if that is not where the task is."""
        found = self._reader.fetch(tid, chain.ranges)
        if found is None or chain.number(found) not in thread.numbers:
            return None
        return self._settle(chain, found)

    def _settle(self, chain: Chain, found: bytes) -> int | None:
        """The site that a chain's memory means; None if it is not what the chain depends on."""
        if not chain.holds(found):
            return None
        site = chain.site(found)
        number = UNKNOWN if site is None else self._book(site)
        chain.remember(found, number)
        return number

    def _find(self, tid: int) -> _Thread | None:
        """The thread of a task, found by its number."""
        state = self._states.find(tid)
        if state is None:
            return None
        thread = self._threads[tid] = _Thread(state, frozenset({as_bytes(tid)}))
        return thread

    def _walk(self, tid: int, address: int) -> list[Step] | None:
        """The frames from the innermost to the first that is not the library's, or to the last."""
        steps: list[Step] = []
        while address:
            part = self._reader.read(tid, address + self._layout.begin, self._layout.size)
            if part is None or len(steps) == _DEEPEST:
                return None
            frame = self._layout.parse(part)
            code = self._code(tid, frame.code) if frame.runs_python else None
            if frame.runs_python and code is None:
                return None
            steps.append(Step(address, frame, code))
            if code is not None and not code.library:
                break
            address = frame.previous
        return steps

    def _code(self, tid: int, address: int) -> Code | None:
        """The code object at an address; one that decides, from memory shown to be the same."""
        begin, size = self._identity
        identity = self._reader.read(tid, address + begin, size)
        if identity is None:
            return None
        key = (address, identity)
        known = self._codes.get(key)
        if known is not None and (
            known.library or self._reader.read(tid, *known.sample_at) == known.sample
        ):
            return known
        code = read_code(
            lambda at, count: self._reader.read(tid, at, count), address, identity, self._offsets,
            self._library,
        )  # fmt: skip
        if code is not None:
            if len(self._codes) >= _MOST_CODES:
                self._codes.clear()
            self._codes[key] = code
        return code
