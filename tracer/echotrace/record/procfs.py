"""What /proc says of a task (proc(5)); a task that is gone is no error."""

import os
from pathlib import Path

from echotrace.record.machine import Call


def state(tid: int) -> str:
    """The state letter of a task; asked of every task at every step, so without ceremony."""
    try:
        file = os.open(f"/proc/{tid}/stat", os.O_RDONLY)
    except OSError:
        return "X"
    try:
        return os.read(file, 512).rpartition(b") ")[2][:1].decode()
    except OSError:
        return "X"
    finally:
        os.close(file)


def sleeps(tid: int) -> bool:
    """Whether a task whose state is S has really given up the processor.

    A task says S before it looks a last time at what it waits for, and may be preempted there; then
    it has yet to run, and may find it. In /proc/TID/syscall the kernel tells the two apart.
    """
    try:
        file = os.open(f"/proc/{tid}/syscall", os.O_RDONLY)
    except OSError:
        return True  # not told: the state has to do
    try:
        return os.read(file, 7) != b"running"
    except OSError:
        return True
    finally:
        os.close(file)


def is_socket(tid: int, descriptor: int) -> bool:
    """Whether a task's descriptor is a socket; False when there is no such descriptor."""
    try:
        return str(Path(f"/proc/{tid}/fd/{descriptor}").readlink()).startswith("socket:")
    except OSError:
        return False


def parent(tid: int) -> int:
    """The process that is the parent of a task's process; 0 when unknown."""
    try:
        return int(Path(f"/proc/{tid}/stat").read_text().rpartition(") ")[2].split()[1])
    except OSError:
        return 0


def processor() -> int:
    """The processor that we are running on."""
    return int(Path("/proc/self/stat").read_text().rpartition(") ")[2].split()[36])


def is_thread_of(pid: int, tid: int) -> bool:
    """Whether a task is one of the threads of a process."""
    return Path(f"/proc/{pid}/task/{tid}").exists()


def arguments(pid: int) -> list[str]:
    """The arguments of a process's program, one character a byte."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("latin-1").split("\0")[:-1]
    except OSError:
        return []


def call_in_progress(tid: int) -> Call | None:
    """The call in which a task waits, from /proc/TID/syscall; None when unknown."""
    try:
        words = Path(f"/proc/{tid}/syscall").read_text().split()
    except OSError:
        return None
    if len(words) < 9 or int(words[0]) < 0:
        return None
    number, *rest = (int(word, 0) for word in words)
    return Call(number, tuple(rest[:6]), None, rest[7], rest[6])
