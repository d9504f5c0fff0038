"""What `check` says of our own servers, in any script: none of it is a wrong answer about them."""

from collections.abc import Mapping

#: The findings of a server, by the name of it that a trace has; both languages together.
RAISED: Mapping[str, frozenset[str]] = {
    "iterative": frozenset({"no-so-reuseaddr"}),
    "fork": frozenset({
        "child-never-reaped", "short-send-ignored", "child-keeps-listening-socket",
        "sigpipe-possible", "no-so-reuseaddr",
    }),
    "thread": frozenset({
        "thread-neither-joined-nor-detached", "recv-error-ends-all", "sigpipe-possible",
        "no-so-reuseaddr",
    }),
    "select": frozenset({"no-so-reuseaddr"}),
    "poll": frozenset({"no-so-reuseaddr"}),
    "epoll": frozenset({"no-so-reuseaddr"}),
    "kqueue": frozenset({"no-so-reuseaddr"}),
    "prefork": frozenset({"short-send-ignored", "sigpipe-possible", "no-so-reuseaddr"}),
    "pool": frozenset({
        "recv-error-ends-all", "short-send-ignored", "sigpipe-possible", "no-so-reuseaddr",
    }),
    "udp": frozenset(),
}  # fmt: skip
