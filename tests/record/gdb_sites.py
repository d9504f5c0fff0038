"""Runs inside gdb: says of each system call where gdb's backtrace has its first line.

    gdb -nx -q -x gdb_sites.py --args PROGRAM …

with the names of the calls in $SITES_CALLS, separated by spaces, and the file to write in
$SITES_LOG: a line of JSON for each entry of a call, as it happens. gdb catches the calls of one
process at a time: of the first one or, from its beginning on, of the child it makes as the
$SITES_CHILD-th. Frames that gdb infers from tail calls, which are not on the stack, do not count.

Each thread stops by itself: if one stopped all, it would interrupt the calls of the others, which
would make them again, and stop all. The log ends when the program does; gdb goes on
until it is killed, and wants an input that does not end.
"""

import json
import os
from pathlib import Path
from typing import Any, TextIO

import gdb

_SETTINGS = (
    "pagination off",
    "confirm off",
    "non-stop on",
    "startup-with-shell off",
    "backtrace past-main on",
    "backtrace past-entry on",
    "debug-file-directory /nonexistent",  # what echotrace does not know is not to count
)
_ENTERING = -38  # ENOSYS, which rax holds until the call is made
_FORKS = {56: "clone", 57: "fork", 58: "vfork"}  # on x86-64; threads are made by clone3


class Follower:
    """Follows the tasks of a process from call to call."""

    def __init__(self, log: TextIO, child: int) -> None:
        self._log = log
        self._child = child
        self._first: int | None = None
        self._children = 0

    def stopped(self, event: Any) -> None:
        """A thread has stopped at one end of a call: write down the beginning, and go on."""
        thread = event.inferior_thread or gdb.selected_thread()
        thread.switch()
        if int(gdb.newest_frame().read_register("rax")) == _ENTERING:
            self._entered()
        gdb.post_event(lambda: _go_on(thread))

    def _entered(self) -> None:
        site = _site()
        self._first = self._first or site["pid"]
        site["child"] = 0 if site["pid"] == self._first else self._child
        self._log.write(json.dumps(site) + "\n")
        self._children += site["call"] in _FORKS
        whom = "child" if self._children == self._child else "parent"
        gdb.execute(f"set follow-fork-mode {whom}")


def _go_on(thread: Any) -> None:
    if thread.is_valid():
        thread.switch()
        gdb.execute("continue &")


def _site() -> dict[str, Any]:
    """The task, the number of the call, file and line."""
    frame = gdb.newest_frame()
    pid, tid, _ = gdb.selected_thread().ptid
    number = int(frame.read_register("orig_rax"))
    found: dict[str, Any] = {"pid": pid, "tid": tid, "call": number, "file": None, "line": None}
    while frame is not None:
        where = frame.find_sal()
        if frame.type() != gdb.TAILCALL_FRAME and where.symtab is not None and where.line:
            return found | {"file": where.symtab.filename, "line": where.line}
        frame = frame.older()
    return found


def main() -> None:
    """Start the program; gdb's own loop does the rest."""
    for setting in _SETTINGS:
        gdb.execute(f"set {setting}")
    gdb.execute("handle all nostop noprint pass")
    gdb.execute(f"catch syscall {os.environ['SITES_CALLS']}")
    log = Path(os.environ["SITES_LOG"]).open("w", encoding="utf-8", buffering=1)  # noqa: SIM115 -- till the end
    gdb.events.stop.connect(Follower(log, int(os.environ["SITES_CHILD"])).stopped)
    gdb.events.exited.connect(lambda _event: log.write("end\n"))
    gdb.execute("run &")


main()
