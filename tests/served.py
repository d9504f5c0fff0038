"""Small hand-made servers that several tests of views step through."""

from tracebuilder import TraceBuilder, connected


def forked(data: str = "hello", clients: int = 1) -> TraceBuilder:
    """A server that forks a process a client, one after the other; the children stay zombies."""
    b = TraceBuilder()
    b.server()
    for n in range(1, clients + 1):
        accept = b.begin(10, "accept", 3, None, None)
        local = f"127.0.0.1:{5000 + n}"
        b.client(n, "connect", local=local)
        b.client(n, "send", text=data, local=local)
        b.end(accept, 4, told=connected(4, 5000 + n))
        child = 10 + n
        b.fork(10, child)
        b.call(10, "close", 4)
        b.call(child, "recvfrom", 4, 64, 0, None, result=len(data), data=data)
        b.call(child, "sendto", 4, len(data), 0, None, result=len(data), data=data)
        received = b.begin(child, "recvfrom", 4, 64, 0, None)
        b.client(n, "close", local=local)
        b.end(received, 0)
        b.call(child, "close", 4)
        b.exit(child)
    return b
