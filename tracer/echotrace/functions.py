"""The C functions behind system calls: which usually makes a call, and which did make this one."""

from collections.abc import Callable, Mapping
from typing import Any

from echotrace.syscalls import ROWS
from echotrace.trace import Site, Syscall


def _without_address(short: str, full: str) -> Callable[[Mapping[str, Any]], str]:
    """recv and send are recvfrom and sendto without an address (recv(2), send(2)).

    A recvfrom that has not returned has no address yet, but a place for one, with its length.
    """
    return lambda args: full if args.get("addr") or args.get("addrlen") else short


def _spawner(own: str) -> Callable[[Mapping[str, Any]], str]:
    """glibc makes threads, forks and posix_spawn's vforks with clone and clone3 (clone(2))."""

    def name(args: Mapping[str, Any]) -> str:
        flags = str(args.get("flags", "")).split("|")
        if "CLONE_THREAD" in flags:
            return "pthread_create"
        if "CLONE_VM" not in flags and "SIGCHLD" in flags:
            return "fork"
        return "posix_spawn" if {"CLONE_VM", "CLONE_VFORK"} <= set(flags) else own

    return name


_FUNCTION_BY_ARGUMENTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "recvfrom": _without_address("recv", "recvfrom"),
    "sendto": _without_address("send", "sendto"),
    "clone": _spawner("clone"),
    "clone3": _spawner("clone3"),
    "wait4": lambda args: "waitpid" if args.get("rusage") is None else "wait4",
}


def c_function(name: str, args: Mapping[str, Any]) -> str:
    """The C function that usually makes the call `name` with these decoded arguments."""
    rule = _FUNCTION_BY_ARGUMENTS.get(name)
    if rule:
        return rule(args)
    return ROWS[name].function if name in ROWS else name


#: Logical events whose calls are better known by the C function that makes them.
_BETTER_KNOWN = frozenset({
    "accept", "recv", "send", "open", "select", "poll", "epoll wait", "epoll control",
    "epoll create", "spawn", "exec", "wait", "exit", "signal", "futex",
})  # fmt: skip

#: Ends of the names under which Python knows its sources: files, `<string>`, `<stdin>`.
_PYTHON = (".py", ">")


def is_python(site: Site) -> bool:
    """Whether a call was made by Python code."""
    return site.file.endswith(_PYTHON)


def called(call: Syscall) -> str:
    """The C function that made a call: what the program called, where the trace tells that.

    What a Python program called is no C function: `socket.close` makes other calls than close too.
    And where a C function makes several calls, those beside its purpose keep their own names: the
    fstat of dprintf, the set_robust_list of fork.
    """
    row, site = ROWS.get(call.name), call.site
    if row is None or site is None or not site.call or is_python(site):
        return c_function(call.name, call.args)
    purpose = row.event in _BETTER_KNOWN or site.call == row.function
    return site.call if purpose else c_function(call.name, call.args)
