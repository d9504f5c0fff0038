"""The kinds of difference there are, the most telling first: in this order they are told."""

#: What is wrong on one side comes first; then what decides how a server is built, what a connection
#: meets in its course, how the bytes go, and at the end the set-up and what belongs to the
#: program's language.
KINDS = (
    "echo", "killed", "exit-of-all", "reset", "ends-first", "closed-twice",
    "connection", "no-connections", "task", "made-before", "hand-off", "table", "waits-for",
    "interest", "turn", "parents-close", "end-of-input", "shutdown", "exit",
    "send-loop", "buffer", "functions", "outcome", "flags", "signals", "variant", "moved",
    "extra-call", "socket", "bind", "option", "close-on-exec", "name-asked",
    "left-waiting", "listen", "set-up",
)  # fmt: skip

#: The rank of each kind.
RANKS = {kind: rank for rank, kind in enumerate(KINDS)}
