"""Why a call failed: by errno and logical event where servers meet it, else what errno(3) says."""

from collections.abc import Callable, Mapping

from echotrace.kernel.sockets import SocketState
from echotrace.story.explain.case import Case, speaks_tcp
from echotrace.story.explain.meanings import LEFT_BY_A_RESET, MEANINGS
from echotrace.story.explain.text import plain, words_of
from echotrace.story.explain.waits import until

#: A reason: a text, or what makes one from the state.
_Reason = str | Callable[[Case], str]


def failed(case: Case) -> str:
    """The sentence of a call that failed, without its full stop."""
    errno = plain(case.call.errno, "an error")
    where = f" on {case.thing()}" if "fd" in case.call.args else ""
    waker = until(case)
    waiting = f"{case.who} waits until {waker}, then its" if waker else f"{case.who}'s"
    if case.call.injected is not None:
        return (
            f"{waiting} {case.function}{where} fails with {errno}, for echotrace injected it; from "
            f"the kernel it would mean: {_reason(case, errno)}"
        )
    if errno.startswith("ERESTART"):
        return f"{waiting} {case.function}{where} is interrupted ({errno}): {_reason(case, errno)}"
    return f"{waiting} {case.function}{where} fails with {errno}: {_reason(case, errno)}"


def _reason(case: Case, errno: str) -> str:
    same = {"EWOULDBLOCK": "EAGAIN", "ENOTSUP": "EOPNOTSUPP"}.get(errno, errno)
    known = _REASONS.get((case.logical, same)) or _ANYWHERE.get(same)
    if known is None:
        return MEANINGS.get(errno, "the manual page of the call says what that means")
    return known if isinstance(known, str) else known(case)


def _not_now(nothing: str) -> Callable[[Case], str]:
    """EAGAIN: why the call did not wait (recv(2), socket(7))."""

    def reason(case: Case) -> str:
        socket = case.touch.before
        options = socket.options if socket else {}
        if "MSG_DONTWAIT" in words_of(case.flags()):
            return f"{nothing}, and MSG_DONTWAIT says not to wait"
        if options.keys() & {"SO_RCVTIMEO", "SO_SNDTIMEO"}:
            return f"{nothing}, and the call does not wait, or no longer than its timeout"
        return f"{nothing}, and the call does not wait (O_NONBLOCK or a timeout)"

    return reason


def _no_descriptor(case: Case) -> str:
    """A number that is not open, or one that is not open for this."""
    fd = case.integer("fd")
    if case.touch.used is None and fd is not None:
        return f"no descriptor of {case.who} has the number {fd}"
    return MEANINGS["EBADF"]


def _broken_pipe(case: Case) -> str:
    """send(2), EPIPE; the signal comes too unless it is told not to."""
    socket = case.touch.before
    ended = socket is not None and socket.state in (SocketState.ENDED, SocketState.CLOSED)
    gone = "the server has ended its own data" if ended else "the connection is gone"
    silent = "MSG_NOSIGNAL" in words_of(case.flags())
    if case.on_datagrams:  # no SIGPIPE either
        return "shutdown has ended the sending on this socket"
    if socket is None:
        gone = MEANINGS["EPIPE"]
    return f"{gone}" + (
        "; MSG_NOSIGNAL keeps SIGPIPE away" if silent else "; the kernel sends SIGPIPE as well"
    )


def _reset(left: str) -> Callable[[Case], str]:
    """ECONNRESET, and what is left; a Unix peer closes with bytes not received (unix(7))."""

    def reason(case: Case) -> str:
        socket = case.touch.before
        if socket is not None and not speaks_tcp(case.touch.used, socket):
            return f"{case.peer()} has closed without receiving all bytes"
        return f"{case.peer()} has reset the connection; {left}"

    return reason


def _aborted(case: Case) -> str:
    return f"a client gave its connection up before accept could take it; {case.fd()} listens on"


def _not_connected(otherwise: str) -> Callable[[Case], str]:
    """ENOTCONN and the like: a datagram socket has no connection, at most a peer."""

    def reason(case: Case) -> str:
        return "a datagram socket has no connections" if case.on_datagrams else otherwise

    return reason


def _in_use(case: Case) -> str:
    if case.on_datagrams:
        return "another socket has the address"
    return (
        "another socket has the address, or connections of an earlier server are still in "
        "TIME-WAIT there, which SO_REUSEADDR would permit"
    )


_NOBODY = "an earlier datagram was answered: nobody receives there (ICMP, port unreachable)"
_FULL_TABLE = (
    "the process has as many open descriptors as RLIMIT_NOFILE allows; the connection stays in the "
    "accept queue"
)
_FULL_SYSTEM = (
    "the whole system has as many open files as it can have; the connection stays in the accept "
    "queue"
)
#: What a recv that fails shows: it looks at the receive buffer first (net/ipv4/tcp.c).
_NOTHING_LEFT = (
    "the receive buffer is empty and nothing more comes, and output that is not sent yet is "
    "discarded"
)
_NO_ENTRY = "the descriptor is not in the interest list"

#: Reasons by logical event and errno (section 2 of the manual pages, ERRORS).
_REASONS: Mapping[tuple[str, str], _Reason] = {
    ("accept", "EAGAIN"): _not_now("the accept queue is empty"),
    ("accept", "EMFILE"): _FULL_TABLE,
    ("accept", "ENFILE"): _FULL_SYSTEM,
    ("accept", "ECONNABORTED"): _aborted,
    ("accept", "EINVAL"): "the socket does not listen",
    ("accept", "EOPNOTSUPP"): "only a socket with connections can accept any",
    ("listen", "EOPNOTSUPP"): "only a socket with connections can listen for them",
    ("accept", "EPERM"): "a firewall rule forbids the connection",
    ("bind", "EADDRINUSE"): _in_use,
    ("bind", "EACCES"): "a port below 1024 needs the privilege CAP_NET_BIND_SERVICE",
    ("bind", "EINVAL"): "the socket has an address already, or the given one is not valid",
    ("listen", "EADDRINUSE"): "another socket listens on the same port",
    ("listen", "EINVAL"): "the socket is connected already",
    ("connect", "EINPROGRESS"): "the socket is nonblocking, so the handshake goes on by itself; "
    "the socket becomes writable when it is over",
    ("connect", "ECONNREFUSED"): "nobody listens at the address: the answer was a reset",
    ("connect", "ETIMEDOUT"): "no answer to the SYN came in time",
    ("connect", "EAGAIN"): "no local port is free, or the accept queue of a Unix socket is full",
    ("recv", "EAGAIN"): _not_now("nothing has arrived that could be received"),
    ("recv", "ECONNRESET"): _reset(_NOTHING_LEFT),
    ("recv", "ENOTCONN"): "the socket has no peer",
    ("recv", "ETIMEDOUT"): "the peer no longer answers, so the kernel gave the connection up",
    ("recv", "ECONNREFUSED"): _NOBODY,
    ("send", "ECONNREFUSED"): _NOBODY,
    ("send", "EAGAIN"): _not_now("the send buffer is full"),
    ("send", "EPIPE"): _broken_pipe,
    ("send", "ECONNRESET"): _reset(LEFT_BY_A_RESET),
    ("send", "ENOTCONN"): "the socket has no peer",
    ("send", "ETIMEDOUT"): "the peer no longer answers, so the kernel gave the connection up",
    ("send", "EMSGSIZE"): "the message is too long to be sent as one",
    ("shutdown", "ENOTCONN"): _not_connected(
        "the connection is no longer there to be ended, or never was"
    ),
    ("name", "ENOTCONN"): "there is no peer, or no longer one",
    ("close", "EINTR"): "a signal interrupted the call; on Linux the descriptor is closed all the "
    "same, and must not be closed again",
    ("futex", "EAGAIN"): "the value in memory has changed already, so there is no need to sleep",
    ("wait", "ECHILD"): lambda case: f"{case.who} has no child left to wait for",
    ("spawn", "EAGAIN"): "a limit on the number of tasks is reached, as RLIMIT_NPROC",
    ("epoll control", "EEXIST"): "the descriptor is in the interest list already",
    ("epoll control", "ENOENT"): _NO_ENTRY,
    ("epoll control", "EPERM"): "a regular file or a directory cannot be watched; it is always "
    "ready",
    ("epoll control", "EINVAL"): "the first descriptor is no interest list, or it would watch "
    "itself",
    ("select", "EINVAL"): "the number of descriptors or the timeout is not valid",
    ("select", "EBADF"): "a number in the sets stands for no open descriptor",
    ("exec", "ENOENT"): "there is no such program",
    ("exec", "EACCES"): "the file may not be executed",
    ("open", "ENOENT"): "there is no such file",
    ("open", "EEXIST"): "the file exists already, and O_EXCL insists on a new one",
    ("control", "ENOTTY"): "the descriptor is no terminal, which is what the C library wanted "
    "to know before it writes",
    (
        "connect",
        "EINTR",
    ): "a signal interrupted the waiting; the connection attempt goes on by itself, "
    "and the socket becomes writable when it is over",
    ("send", "EINTR"): "a signal came before anything was sent",
    ("recv", "EINTR"): "a signal came before anything was received",
    ("accept", "EINTR"): "a signal came before any connection did; nothing is lost, so the server "
    "can call accept again",
}

#: Reasons that are the same for every call.
_ANYWHERE: Mapping[str, _Reason] = {"EBADF": _no_descriptor}
