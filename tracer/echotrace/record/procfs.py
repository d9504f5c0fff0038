"""What /proc says of a task (proc(5)); a task that is gone is no error."""

import os
import signal
from pathlib import Path

from echotrace.record.machine import Call

_PF_KTHREAD = 0x00200000  # linux/sched.h
_STOPPING = sum(
    1 << number - 1 for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU)
)  # as a mask of signals
_ELF_32 = b"\x7fELF\x01"  # elf(5): EI_CLASS is ELFCLASS32


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


def status(tid: int) -> dict[str, str]:
    """The fields of /proc/TID/status without their white space; empty when the task is gone."""
    try:
        text = Path(f"/proc/{tid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    fields = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in fields}


def is_to_notice_a_signal(tid: int) -> bool:
    """Whether a signal is pending that the task handles, or that stops it."""
    fields = status(tid)
    names = ("SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt")
    own, shared, blocked, ignored, caught = (int(fields.get(name, "0"), 16) for name in names)
    return bool((own | shared) & ~blocked & (caught | _STOPPING & ~ignored))


def process(tid: int) -> int:
    """The process that a task is of; 0 when it is gone."""
    return int(status(tid).get("Tgid", "0"))


def name(tid: int) -> str:
    """The name of a task, one character a byte; `?` when it is gone."""
    try:
        return Path(f"/proc/{tid}/comm").read_bytes().rstrip(b"\n").decode("latin-1")
    except OSError:
        return "?"


def program(pid: int) -> str:
    """The name of the file that a process runs; empty when unreadable."""
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return ""


def directory(pid: int) -> Path:
    """The working directory of a process; the root when it cannot be told."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:
        return Path("/")


def is_kernel_thread(pid: int) -> bool:
    """Whether a task is one of the kernel's own (PF_KTHREAD in its flags)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return False
    return bool(int(fields[6]) & _PF_KTHREAD)


def is_32_bit(pid: int) -> bool:
    """Whether a process runs a 32-bit program: what its ELF header says; False when unreadable."""
    try:
        with Path(f"/proc/{pid}/exe").open("rb") as program:
            return program.read(5) == _ELF_32
    except OSError:
        return False


def threads(pid: int) -> list[int]:
    """The tasks of a process, zombies too; none when it is gone."""
    try:
        return sorted(int(task) for task in os.listdir(f"/proc/{pid}/task"))  # noqa: PTH208 -- names
    except OSError:
        return []


def ancestors(pid: int) -> list[int]:
    """The parents of a process, the nearest first."""
    found = []
    while pid := parent(pid):
        found.append(pid)
    return found


def tree(pid: int) -> list[int]:
    """A process and its descendants, each behind its parent."""
    children: dict[int, list[int]] = {}
    for process in sorted(int(entry) for entry in os.listdir("/proc") if entry.isdigit()):  # noqa: PTH208
        children.setdefault(parent(process), []).append(process)
    found = [pid]
    for process in found:  # which grows meanwhile
        found += children.get(process, ())
    return found
