"""Which processes can be attached to, and why others cannot: a sentence for each reason."""

import errno
import os
import pwd
import threading
from pathlib import Path

from echotrace.errors import EchotraceError, SystemRefused, UserError
from echotrace.record import procfs

_SCOPE = Path("/proc/sys/kernel/yama/ptrace_scope")


def check(pid: int) -> None:
    """Raise UserError when a process cannot be attached to, whoever asks."""
    fields = procfs.status(pid)
    if not fields:
        raise UserError(f"there is no process {pid}; 'ps -e' lists those that there are")
    leader = fields.get("Tgid", str(pid))
    if leader != str(pid):
        raise UserError(f"{pid} is a thread of process {leader}; attach to {leader}")
    if pid == os.getpid():
        raise UserError(f"{named(pid)} is echotrace itself; attach to another process")
    if pid in procfs.ancestors(os.getpid()):
        raise UserError(
            f"echotrace is a descendant of {named(pid)} and cannot trace itself; "
            "start it from a terminal of its own, or attach to another process"
        )
    if procfs.is_kernel_thread(pid):
        raise UserError(f"{named(pid)} is a thread of the kernel, which makes no system calls")
    if procfs.state(pid) in "ZX" and len(procfs.threads(pid)) < 2:
        raise UserError(f"{named(pid)} has ended; only its parent has not taken notice yet")
    check_program(pid)


def check_program(pid: int) -> None:
    """Raise UserError when a process is traced by somebody, or runs a program of 32 bits."""
    tracer = int(procfs.status(pid).get("TracerPid", "0"))
    if tracer:
        raise UserError(
            f"{named(pid)} is traced already, by {named(tracer)}; "
            "a process has one tracer at a time: end that one first"
        )
    if procfs.is_32_bit(pid):
        raise UserError(f"{named(pid)} runs a 32-bit program; echotrace knows 64-bit calls only")


def named(pid: int) -> str:
    """`process 12 (nginx)`."""
    return f"process {pid} ({procfs.name(pid)})"


def is_ours(tid: int) -> bool:
    """Whether the calling thread traces a task: what a tracee makes is traced from its birth."""
    return procfs.status(tid).get("TracerPid") == str(threading.get_native_id())


def refusal(tid: int, number: int) -> EchotraceError:
    """Why the kernel did not let us trace a task, as far as can be told (ptrace(2), EPERM)."""
    fields = procfs.status(tid)
    if fields.get("TracerPid", "0") != "0":
        try:
            check_program(tid)
        except UserError as traced:
            return traced
    owner = int(fields.get("Uid", str(os.getuid())).split()[0])
    if os.geteuid() and owner != os.getuid():
        return SystemRefused(
            f"{named(tid)} belongs to {_user(owner)}; only root may trace it: try with sudo"
        )
    scope = _SCOPE.read_text().strip() if _SCOPE.exists() else "0"
    if scope != "0":
        return SystemRefused(
            f"the kernel lets echotrace trace only what it starts (ptrace_scope is {scope}): "
            "sudo sysctl kernel.yama.ptrace_scope=0, or attach with sudo"
        )
    reason = errno.errorcode.get(number, str(number))
    return SystemRefused(
        f"the kernel does not let echotrace trace {named(tid)} ({reason}); "
        "'echotrace doctor' says why"
    )


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
