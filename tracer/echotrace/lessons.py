"""What each recording teaches: one sentence a script, or one a server and script where it differs.

Each sentence is true of the trace that the server gives with two clients, in C and in Python.
"""

from collections.abc import Mapping

#: By script: what most servers show.
BY_SCRIPT: Mapping[str, str] = {
    "interleaved": "Both clients are connected at the same time, and each gets its own bytes back.",
    "sequential": "The first client has left before the second connects: nobody waits for a turn.",
    "burst": "Both connections are in the accept queue before accept returns; each accept takes "
    "one.",
    "silent": "The silent client holds nobody up: the second gets its answer meanwhile.",
    "large": "What a client sends at once is received in three parts, each of at most 1,024 bytes.",
    "half-close": "After shutdown recv returns 0 in the server, and the client still reads its "
    "answer.",
    "reset": "recv fails with ECONNRESET; the server closes that connection and serves the other.",
    "idle": "A client that leaves without a word: recv returns 0, and nothing is sent.",
}

#: By server and script, where a server shows something else.
BY_SERVER: Mapping[tuple[str, str], str] = {
    ("iterative", "interleaved"): "The second client's connection, and its bytes, wait in the "
    "kernel until the first client has left.",
    ("iterative", "burst"): "Both connections are in the accept queue before accept returns; the "
    "second one stays there until the first client has left.",
    ("iterative", "silent"): "The silent client keeps the second one waiting until it leaves.",
    ("iterative", "reset"): "recv fails with ECONNRESET; the server closes that connection and "
    "accepts the next.",
    ("fork", "interleaved"): "Each client has a process of its own, which waits for it alone.",
    ("fork", "large"): "What a client sends at once is received in 25 parts of 100 bytes.",
    ("fork", "reset"): "recv fails with ECONNRESET and ends that child with status 1; the parent "
    "goes on, and so does the other child until its own client resets.",
    ("fork", "idle"): "A client that leaves without a word still costs a process.",
    ("thread", "interleaved"): "Each client has a thread of its own, which waits for it alone.",
    ("thread", "reset"): "recv fails with ECONNRESET, and that thread ends the whole process: the "
    "other client's connection is closed too.",
    ("thread", "idle"): "A client that leaves without a word still costs a thread.",
    ("select", "interleaved"): "One select waits for both clients: each recv finds its bytes "
    "there.",
    ("poll", "interleaved"): "One poll waits for both clients: each recv finds its bytes there.",
    ("epoll", "interleaved"): "One epoll_wait waits for both clients: each recv finds its bytes "
    "there.",
    ("kqueue", "interleaved"): "One kevent waits for both clients; Linux has no kqueue, so here "
    "calls of epoll do its work.",
    ("kqueue", "burst"): "The listening socket is ready as long as a connection is in the accept "
    "queue: kevent reports it twice.",
    ("prefork", "interleaved"): "Both children wait in accept: the first connection wakes the one "
    "that has waited longest, the second the other.",
    ("prefork", "sequential"): "The second client is not served by the child that served the "
    "first: its sibling has waited in accept for longer.",
    ("prefork", "silent"): "The silent client keeps one of two children busy; the other serves "
    "the second client.",
    ("prefork", "large"): "What a client sends at once is received in 25 parts of 100 bytes.",
    ("prefork", "reset"): "recv fails with ECONNRESET and ends a child; after the second reset no "
    "child is left, and the parent ends too.",
    ("prefork", "idle"): "A client that leaves without a word costs no process: the child that "
    "was woken goes back to accept.",
    ("pool", "interleaved"): "One thread accepts; each client is served by a thread that was "
    "there before it.",
    ("pool", "sequential"): "The second client is not served by the thread that served the first: "
    "the other one has slept for longer.",
    ("pool", "silent"): "The silent client keeps one of two workers busy; the other serves the "
    "second client.",
    ("pool", "reset"): "recv fails with ECONNRESET, and that thread ends the whole process: the "
    "other client's connection is closed too.",
    ("pool", "idle"): "A client that leaves without a word costs no thread: the one that was "
    "woken waits for the next.",
    ("select", "burst"): "The listening socket is ready as long as a connection is in the accept "
    "queue: select reports it twice.",
    ("poll", "burst"): "The listening socket is ready as long as a connection is in the accept "
    "queue: poll reports it twice.",
    ("epoll", "burst"): "The listening socket is ready as long as a connection is in the accept "
    "queue: epoll_wait reports it twice.",
    ("udp", "interleaved"): "No connection is accepted: each datagram carries its sender's "
    "address, and the answer goes there.",
    ("udp", "sequential"): "The server cannot tell that the first client has left: a UDP "
    "client's close sends nothing.",
    ("udp", "burst"): "Two connects, and the server sees nothing: a UDP client's connect sends "
    "nothing.",
    ("udp", "silent"): "For the server there is no silent client: who sends no datagram is unknown "
    "to it, and nobody waits.",
    ("udp", "large"): "Boundaries are kept: one send is one datagram, which one recvfrom takes "
    "whole, all 2,500 bytes.",
    ("udp", "half-close"): "A client's shutdown sends nothing: recvfrom never returns 0 for it.",
    ("udp", "reset"): "UDP has no reset: no call of the server fails, and it serves on.",
    ("udp", "idle"): "Who connects and leaves has sent nothing: recvfrom waits all the time.",
}


def lesson(server: str, script: str) -> str:
    """The lesson of a built-in script under a server, in one sentence; KeyError if it is none."""
    return BY_SERVER.get((server, script)) or BY_SCRIPT[script]
