"""What this machine lets echotrace do: checks that each say what was found and what would mend it.

The functions that judge take plain facts, so that any machine can be described to them; `examine`
gathers the facts of this one. A check is `bad` when recording cannot work as it is, and a `note`
when it works with a limit.
"""

import errno
import os
import platform
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from echotrace import servers
from echotrace.errors import EchotraceError

Status: TypeAlias = Literal["ok", "note", "bad"]

OLDEST_KERNEL = (5, 3)  # PTRACE_GET_SYSCALL_INFO (ptrace(2))
ARCHITECTURES = ("x86_64", "aarch64")

_PTRACE_SEIZE = 0x4206  # linux/ptrace.h; python-ptrace does not name it
_CAP_SYS_PTRACE = 19  # linux/capability.h
_IN_CONTAINER = "run the container with: docker run --cap-add=SYS_PTRACE"


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report; `advice` says what to do when the status is not ok."""

    name: str
    status: Status
    found: str
    advice: str | None = None


def examine(system: str = sys.platform) -> tuple[Check, ...]:
    """Examine this machine; starts a child that is traced for a moment, and the compiler."""
    if system != "linux":
        return (other_system(system),)
    process = _fields(_text("/proc/self/status"))
    capable = bool(int(process.get("CapEff", "0"), 16) >> _CAP_SYS_PTRACE & 1)
    filtered = process.get("Seccomp", "0") != "0"
    traced = process.get("TracerPid", "0") != "0"
    refusal = ptrace_refusal()
    hints = container_hints(Path("/"), os.environ)
    return (
        kernel(platform.release()),
        architecture(platform.machine()),
        python(platform.python_version(), sys.executable),
        tracing(refusal, traced=traced, contained=bool(hints), filtered=filtered),
        tracing_scope(_text("/proc/sys/kernel/yama/ptrace_scope"), capable=capable),
        seccomp(_text("/proc/sys/kernel/seccomp/actions_avail")),
        container(hints, traceable=refusal is None or traced),
        compiler(),
        cores(),
        loopback(),
    )


def other_system(system: str) -> Check:
    """The only check of a system that is not Linux."""
    return Check(
        "system",
        "note",
        f"{system}: recording needs Linux",
        "echotrace show and echotrace compare work here with recorded traces.",
    )


def kernel(release: str) -> Check:
    """Judge the kernel by its release, as `uname -r` prints it."""
    found = f"Linux {release}"
    version = re.match(r"(\d+)\.(\d+)", release)
    if version is None:
        return Check("kernel", "note", found, "Recording needs Linux 5.3 or newer.")
    if (int(version[1]), int(version[2])) >= OLDEST_KERNEL:
        return Check("kernel", "ok", found)
    return Check(
        "kernel", "bad", found, "Record on Linux 5.3 or newer; show and compare work here."
    )


def architecture(machine: str) -> Check:
    """Judge the processor's architecture, as `uname -m` prints it."""
    if machine in ARCHITECTURES:
        return Check("architecture", "ok", machine)
    return Check(
        "architecture",
        "bad",
        machine,
        f"Record on {' or '.join(ARCHITECTURES)}; show and compare work here.",
    )


def python(version: str, executable: str) -> Check:
    """Say which Python runs; its version was checked when echotrace was installed."""
    return Check("Python", "ok", f"{version}, {executable}")


def tracing(refusal: str | None, *, traced: bool, contained: bool, filtered: bool) -> Check:
    """Judge an attempt to trace a child: `refusal` is the error's name, None when it worked.

    The likely cause is that echotrace itself is `traced`, `contained` or `filtered` by seccomp.
    """
    if refusal is None:
        return Check("ptrace", "ok", "a child of echotrace can be traced")
    if traced:
        advice = "Run echotrace outside strace or the debugger that traces it now."
    elif contained:
        advice = f"In a container, {_IN_CONTAINER}"
    elif filtered:
        advice = "A seccomp filter is on this process and may forbid ptrace: use another shell."
    else:
        advice = "See ptrace scope below; else a security module may forbid it."
    return Check("ptrace", "bad", f"tracing a child was refused ({refusal})", advice)


def tracing_scope(setting: str | None, *, capable: bool) -> Check:
    """Judge Yama's ptrace_scope (None: no Yama); `capable` is having CAP_SYS_PTRACE."""
    name = "ptrace scope"
    match (setting or "").strip():
        case "":
            return Check(name, "ok", "not restricted (no Yama)")
        case "0":
            return Check(name, "ok", "0: every process of yours can be traced")
        case "3":
            advice = "Set kernel.yama.ptrace_scope in /etc/sysctl.d to 1 and restart the machine."
            return Check(name, "bad", "3: nothing can be traced", advice)
        case number if capable:
            return Check(name, "ok", f"{number}, and echotrace has CAP_SYS_PTRACE")
        case "1":
            found = "1: what echotrace starts can be traced; attach is refused"
            advice = "For attach: sudo sysctl kernel.yama.ptrace_scope=0"
            return Check(name, "note", found, advice)
        case number:
            found = f"{number}: only root can trace"
            return Check(name, "bad", found, "Run: sudo sysctl kernel.yama.ptrace_scope=1")


def seccomp(actions: str | None) -> Check:
    """Judge the kernel's list of seccomp actions (None: there is no such list)."""
    if "trace" in (actions or "").split():
        return Check("seccomp", "ok", "only the calls that matter stop the server")
    return Check(
        "seccomp",
        "note",
        "every call stops the server",
        "Recording works, but slower: this kernel has no seccomp action 'trace'.",
    )


def container(hints: tuple[str, ...], *, traceable: bool) -> Check:
    """Say whether this looks like a container, and what it must allow."""
    if not hints:
        return Check("container", "ok", "none seen")
    found = ", ".join(hints)
    if traceable:
        return Check("container", "ok", f"{found}; it allows ptrace")
    advice = f"To record, {_IN_CONTAINER}"
    return Check("container", "note", f"{found}; ptrace is refused", advice)


def container_hints(root: Path, environment: Mapping[str, str]) -> tuple[str, ...]:
    """What makes the file system under `root` and the environment look like a container's."""
    cgroup = _text(str(root / "proc/1/cgroup")) or ""
    manager = re.search(r"docker|kubepods|containerd|libpod|lxc", cgroup)
    hints = {
        "/.dockerenv": (root / ".dockerenv").exists(),
        "/run/.containerenv": (root / "run/.containerenv").exists(),
        f"cgroup of {manager[0] if manager else ''}": manager is not None,
        "KUBERNETES_SERVICE_HOST": "KUBERNETES_SERVICE_HOST" in environment,
    }
    return tuple(hint for hint, seen in hints.items() if seen)


def compiler() -> Check:
    """Find the C compiler and compile a server with it, as recording would."""
    from echotrace.record import build  # noqa: PLC0415 - recording is loaded where it is used

    name = "C compiler"
    try:
        path = build.find_compiler()
        if path is None:
            advice = "For C, install one; on Debian: sudo apt install gcc libc6-dev"
            return Check(name, "note", "none: the Python servers are recorded instead", advice)
        version = build.compiler_version(path)
        build.build(servers.source("fork", "c"), path)
    except EchotraceError as error:
        found = " ".join(str(error).splitlines()[:2])
        return Check(name, "bad", found, "Without a compiler: echotrace fork --lang python")
    return Check(name, "ok", f"{path}, {version}")


def cores() -> Check:
    """Try to pin this process to the cores it already has: recording pins a server to one."""
    try:
        allowed = os.sched_getaffinity(0)
        os.sched_setaffinity(0, allowed)
    except OSError as error:
        advice = "Recording works, but slower: server and tracer cannot share a core."
        return Check("cores", "note", f"pinning was refused ({_name(error)})", advice)
    return Check("cores", "ok", f"{len(allowed)} usable, pinning works")


def loopback() -> Check:
    """Bind a port on the loopback interface, as the servers do."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind(("127.0.0.1", 0))
    except OSError as error:
        found = f"no socket on 127.0.0.1 ({_name(error)})"
        return Check("loopback", "bad", found, "Bring it up: sudo ip link set lo up")
    return Check("loopback", "ok", "127.0.0.1 can be used")


def ptrace_refusal() -> str | None:
    """Trace a child that waits on a pipe, then let it go: the error's name, None when it worked."""
    try:
        from ptrace import PtraceError  # noqa: PLC0415 - loads the C library
        from ptrace.binding.func import ptrace  # noqa: PLC0415
    except (ImportError, NotImplementedError, OSError) as error:
        return f"python-ptrace cannot be loaded: {error}"
    waits, releases = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(releases)
            os.read(waits, 1)
        finally:
            os._exit(0)
    try:
        ptrace(_PTRACE_SEIZE, child)
    except PtraceError as refused:
        return _name(OSError(refused.errno, str(refused)))
    finally:
        os.close(releases)
        os.close(waits)
        os.waitpid(child, 0)
    return None


def _name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, str(error))


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _fields(text: str | None) -> dict[str, str]:
    """The fields of /proc/PID/status (proc(5)), without their white space."""
    parts = (line.partition(":") for line in (text or "").splitlines())
    return {name: value.strip() for name, _, value in parts}
