"""The catalogue of findings: one row each, with what does not depend on the trace."""

from collections.abc import Mapping
from typing import NamedTuple

from echotrace.story.findings.nouns import Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE


class Entry(NamedTuple):
    """A kind of finding: its severity, the remedy, and what it costs not to apply it."""

    severity: Severity
    remedy: str
    cost: str


CATALOGUE: Mapping[str, Entry] = {
    "connection-leaked-by-parent": Entry(
        _ERROR,
        "Close the connection's descriptor in the parent as soon as fork has returned.",
        "One descriptor a client until accept fails with EMFILE; and unless the child calls "
        "shutdown, no client sees the end of its connection.",
    ),
    "child-keeps-listening-socket": Entry(
        _WARNING,
        "Close the listening socket in the child before it serves.",
        "While a child lives the port stays taken, even if the server itself has ended; clients "
        "are queued that nobody accepts.",
    ),
    "child-never-reaped": Entry(
        _ERROR,
        "Wait for ended children: waitpid with WNOHANG in a loop, or ignore SIGCHLD.",
        "One process id and entry of the process table a client until fork fails with EAGAIN.",
    ),
    "thread-neither-joined-nor-detached": Entry(
        _ERROR,
        "Call pthread_detach or pthread_join, or create the thread detached.",
        "One stack a client (8 MiB of address space by default) until pthread_create fails.",
    ),
    "short-send-ignored": Entry(
        _ERROR,
        "Send in a loop until all bytes are handed over; send returns how many it took.",
        "Bytes are lost whenever send takes only a part: when a signal interrupts it, or on a "
        "non-blocking socket whose buffer is nearly full.",
    ),
    "accept-unchecked": Entry(
        _ERROR,
        "Check the result of accept before it is used as a descriptor.",
        "Where accept fails (EMFILE, ECONNABORTED), the server works on descriptor -1.",
    ),
    "eintr-on-accept-ends-server": Entry(
        _ERROR,
        "Call accept again after EINTR, or install the handler with SA_RESTART.",
        "Any signal with a handler, such as SIGCHLD at a client's end, stops the whole server.",
    ),
    "sigpipe-kills": Entry(
        _ERROR,
        "Send with MSG_NOSIGNAL, or ignore SIGPIPE, and handle EPIPE.",
        "A client that leaves early ends the process that serves it.",
    ),
    "sigpipe-possible": Entry(
        _WARNING,
        "Send with MSG_NOSIGNAL, or ignore SIGPIPE, and handle EPIPE.",
        "To send again to a client that has left ends the process, with all that it serves.",
    ),
    "recv-error-ends-all": Entry(
        _ERROR,
        "On a failed recv close that connection only, and go on with the others.",
        "One client that resets its connection ends the service of all others.",
    ),
    "process-crashes": Entry(
        _ERROR,
        "Find the fault at the last line that the trace shows, with a debugger or -fsanitize.",
        "A client can end the process that serves it; in a server of one process, the service.",
    ),
    "bind-unchecked": Entry(
        _ERROR,
        "Check the result of bind, and end with its error.",
        "Clients look for the server at a port where it is not.",
    ),
    "closed-twice": Entry(
        _ERROR,
        "Close each descriptor once, and forget its number.",
        "The number may belong to another client by then: then that connection is closed.",
    ),
    "used-after-close": Entry(
        _ERROR,
        "Do not use a number after it was closed: take it out of select's set (FD_CLR) and out of "
        "poll's list when you close it.",
        "The number may belong to another client by then: then bytes go to the wrong one. Until "
        "then select fails with EBADF, whatever else is ready, and poll returns at once.",
    ),
    "argument-race": Entry(
        _ERROR,
        "Give each thread a descriptor of its own: by value, or in memory allocated for it.",
        "Two threads serve one client, and another is never served.",
    ),
    "select-beyond-fd-setsize": Entry(
        _ERROR,
        "Refuse connections whose descriptor is not below FD_SETSIZE, or use poll or epoll.",
        "Once descriptor 1024 is open, FD_SET and the kernel write behind the end of the set: "
        "other variables change without notice.",
    ),
    "readiness-loop-spins": Entry(
        _ERROR,
        "Wait for readiness with select, poll or epoll, only for what is wanted now.",
        "A processor is busy with nothing as long as this goes on.",
    ),
    "no-so-reuseaddr": Entry(
        _NOTE,
        "Set SO_REUSEADDR before bind.",
        "After the server ends, bind to the same port fails with EADDRINUSE while a connection of "
        "it is left there: established, in a child that lives on; or for a minute in TIME-WAIT, if "
        "the server closed first.",
    ),
    "listens-on-every-interface": Entry(
        _WARNING,
        "Bind to 127.0.0.1 unless other machines are meant to connect.",
        "Whoever can reach the machine can use the server.",
    ),
    "descriptor-open-at-exit": Entry(
        _NOTE,
        "Close what was opened when it is no longer needed.",
        "Nothing once the process has ended, since the kernel closes it; one descriptor each time "
        "if the code moves into a process that lives on.",
    ),
    "descriptor-never-closed": Entry(
        _ERROR,
        "Close it when its client has gone, on errors too.",
        "One descriptor a client until open and accept fail with EMFILE.",
    ),
    "kind": Entry(_NOTE, "", ""),
}
