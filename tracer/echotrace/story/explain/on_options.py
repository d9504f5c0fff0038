"""The options of a socket: set and asked for."""

from collections.abc import Callable, Mapping

from echotrace.story.explain.case import Case
from echotrace.story.explain.text import plain

#: What the options of socket(7), tcp(7) and ip(7) that servers set are for.
_OPTIONS: Mapping[str, str] = {
    # socket(7); that both sockets need it: inet_csk_bind_conflict in net/ipv4/
    "SO_REUSEADDR": "bind may then take a port on which only connections are left, established or "
    "in TIME-WAIT, of a server that set it too; never one on which a socket listens",
    "SO_REUSEPORT": "several sockets may then listen on the same port",
    "SO_KEEPALIVE": "the kernel then probes a peer that is silent for long",
    "SO_LINGER": "it decides what close does with bytes that are not sent yet",
    "SO_RCVTIMEO": "recv and accept then wait no longer than this",
    "SO_SNDTIMEO": "send and connect then wait no longer than this",
    "SO_RCVBUF": "the size of the receive buffer",
    "SO_SNDBUF": "the size of the send buffer",
    "SO_BROADCAST": "datagrams may then be sent to all hosts",
    "TCP_NODELAY": "small pieces of data are then sent at once",
    "TCP_CORK": "data is then kept until a segment is full",
    "TCP_DEFER_ACCEPT": "accept then returns a connection only when data has come",
    "TCP_QUICKACK": "acknowledgements are then sent at once",
    "IPV6_V6ONLY": "whether an IPv6 socket also serves IPv4",
}


#: What is different for datagram sockets (socket(7), ip(7)).
_FOR_DATAGRAMS: Mapping[str, str] = {
    "SO_REUSEADDR": "other sockets with this option may then be bound to the same port, and the "
    "kernel puts each datagram into the queue of one",
    "SO_REUSEPORT": "several sockets may then be bound to the same port, and the kernel divides "
    "the peers among them",
    "SO_RCVBUF": "the size of the receive queue; datagrams that find no room in it are lost",
    "SO_LINGER": "it means nothing without a connection",
}


def _setsockopt(case: Case) -> str:
    option = plain(case.call.args.get("optname"), "an option")
    why = (_FOR_DATAGRAMS.get(option) if case.on_datagrams else None) or _OPTIONS.get(option)
    off = case.call.args.get("optval") == 0
    return f"{'clears' if off else 'sets'} {option} of {case.thing()}" + (
        f": {why}" if why and not off else ""
    )


#: The errors that a socket may keep, by Linux's numbers (x86-64 and most others, errno(3)).
_ERRORS: Mapping[int, str] = {
    1: "EPERM",
    4: "EINTR",
    5: "EIO",
    9: "EBADF",
    11: "EAGAIN",
    12: "ENOMEM",
    13: "EACCES",
    22: "EINVAL",
    32: "EPIPE",
    71: "EPROTO",
    90: "EMSGSIZE",
    92: "ENOPROTOOPT",
    95: "EOPNOTSUPP",
    98: "EADDRINUSE",
    99: "EADDRNOTAVAIL",
    100: "ENETDOWN",
    101: "ENETUNREACH",
    102: "ENETRESET",
    103: "ECONNABORTED",
    104: "ECONNRESET",
    105: "ENOBUFS",
    106: "EISCONN",
    107: "ENOTCONN",
    110: "ETIMEDOUT",
    111: "ECONNREFUSED",
    112: "EHOSTDOWN",
    113: "EHOSTUNREACH",
    114: "EALREADY",
    115: "EINPROGRESS",
}


def _getsockopt(case: Case) -> str:
    option = plain(case.call.args.get("optname"), "an option")
    value = case.call.args.get("optval")
    told = f": it is {value}" if isinstance(value, int) else ""
    if option == "SO_ERROR":
        if isinstance(value, int):
            told = f": it is {_ERRORS.get(value, value)}" if value else ": there is none"
        return f"asks for the error pending on {case.thing()}, and clears it{told}"
    return f"asks for {option} of {case.thing()}{told}"


EXPLAINERS: Mapping[str, Callable[[Case], str]] = {
    "setsockopt": _setsockopt,
    "getsockopt": _getsockopt,
}
