"""The kinds of difference there are, the most telling first: in this order they are told."""

#: What decides how a server is built comes first, then what a connection meets in its course, how
#: the bytes go, and at the end the set-up and what belongs to the program's language.
KINDS = (
    "connection", "no-connections", "task", "made-before", "hand-off", "table", "waits-for",
    "interest", "turn", "parents-close", "end-of-input", "shutdown", "reset", "exit", "exit-of-all",
    "send-loop", "buffer", "functions", "outcome", "flags", "signals", "variant", "moved",
    "extra-call", "socket", "bind", "listen", "option", "close-on-exec", "name-asked",
    "left-waiting",
)  # fmt: skip

#: The rank of each kind.
RANKS = {kind: rank for rank, kind in enumerate(KINDS)}
