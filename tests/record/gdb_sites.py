"""Runs inside gdb: says of each system call where gdb's backtrace has its first line.

    gdb -nx -batch -x gdb_sites.py --args PROGRAM …

with the names of the calls in $SITES_CALLS, separated by spaces, and the file to write in
$SITES_LOG: a line of JSON for each entry of a call, as it happens. gdb catches the calls of one
process at a time: of the first one or, from its beginning on, of the child it makes as the
$SITES_CHILD-th. Frames that gdb infers from tail calls, which are not on the stack, do not count.
"""

import json
import os

import gdb

_SETTINGS = (
    "pagination off",
    "confirm off",
    "startup-with-shell off",
    "backtrace past-main on",
    "backtrace past-entry on",
    "debug-file-directory /nonexistent",  # what echotrace does not know is not to count
    "breakpoint pending on",
)
_ENTERING = -38  # ENOSYS, which rax holds until the call is made
_FORKS = {56: "clone", 57: "fork", 58: "vfork"}  # on x86-64; threads are made by clone3


def main() -> None:
    """Follow all tasks of the program from call to call, until none is left."""
    for setting in _SETTINGS:
        gdb.execute(f"set {setting}")
    gdb.execute("handle all nostop noprint pass")
    gdb.execute(f"catch syscall {os.environ['SITES_CALLS']}")
    with open(os.environ["SITES_LOG"], "w", encoding="utf-8", buffering=1) as log:
        gdb.execute("run")
        children = 0
        while gdb.selected_inferior().pid:
            if int(gdb.newest_frame().read_register("rax")) == _ENTERING:
                site = _site()
                log.write(json.dumps(site) + "\n")
                children += site["call"] in _FORKS
                whom = "child" if children == int(os.environ["SITES_CHILD"]) else "parent"
                gdb.execute(f"set follow-fork-mode {whom}")
            gdb.execute("continue")


def _site() -> dict[str, object]:
    """The task, the number of the call, file and line."""
    frame = gdb.newest_frame()
    _, tid, _ = gdb.selected_thread().ptid
    number = int(frame.read_register("orig_rax"))
    found = {"tid": tid, "call": number, "file": None, "line": None}
    while frame is not None:
        where = frame.find_sal()
        if frame.type() != gdb.TAILCALL_FRAME and where.symtab is not None and where.line:
            return found | {"file": where.symtab.filename, "line": where.line}
        frame = frame.older()
    return found


main()
