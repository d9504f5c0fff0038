"""udp: an echo server without connections.

One socket serves all: recvfrom takes one whole datagram, however large, and
tells who sent it; sendto answers that address. There is nothing to accept, to
hand off or to close, and the kernel tells of nobody who comes or leaves.
Left out on purpose, to show what it costs: UDP promises nothing, so what is
lost on the way, there or back, is lost, and no one is told.
"""

import os
import socket
import sys


# region: serve
def serve(sock: socket.socket) -> None:
    """Echo one datagram; where that fails, this answer is lost."""
    data, (host, port) = sock.recvfrom(65535)  # no datagram is larger
    told = f"{len(data)} bytes from {host}:{port} on fd {sock.fileno()}"
    print(f"{os.getpid()}: {told}", flush=True)
    try:
        sock.sendto(data, (host, port))
    except OSError as error:
        print(f"sendto: {error}", file=sys.stderr)


# end

# region: listen
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
address = ("0.0.0.0", 0)  # noqa: S104 - without an argument, as in C
if len(sys.argv) > 1:
    host, port = sys.argv[1].split(":")
    address = (host, int(port))
sock.bind(address)  # always: no listen() would pick a port
host, port = sock.getsockname()  # port 0: which is it?
# end
if host == "0.0.0.0":  # noqa: S104 - not bound here, only shown as an address
    host = "127.0.0.1"
print(f"listening on {host}:{port}", flush=True)

while True:
    serve(sock)
