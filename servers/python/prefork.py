"""prefork: an echo server with a fixed number of processes, made beforehand.

The children inherit one listening socket and wait in accept together. Who
wakes? For each connection the kernel wakes one, the first that came to wait.
Left out on purpose, to show what it costs: the parent makes no new child for
one that an error has ended; the rest of a short send; SO_REUSEADDR.
"""

import os
import socket
import sys

CHILDREN = 2


# region: serve
def serve(conn: socket.socket) -> None:
    """Echo until the client sends no more; an error ends this child."""
    while data := conn.recv(100):
        conn.send(data)
    print(f"{os.getpid()}: closing fd {conn.fileno()}", flush=True)
    conn.shutdown(socket.SHUT_WR)  # sends the FIN
    conn.close()


# end

# region: listen
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
if len(sys.argv) > 1:  # without bind: a free port, on every interface
    host, port = sys.argv[1].split(":")
    listener.bind((host, int(port)))
listener.listen(100)
host, port = listener.getsockname()  # port 0: which is it?
# end
if host == "0.0.0.0":  # noqa: S104 - not bound here, only shown as an address
    host = "127.0.0.1"
print(f"listening on {host}:{port}", flush=True)

for _ in range(CHILDREN):
    # region: hand-off
    child = os.fork()  # which hands the listening socket on
    if child > 0:
        continue
    # end
    while True:
        # region: accept
        conn, _ = listener.accept()  # as its siblings
        # end
        print(f"{os.getpid()}: accepted fd {conn.fileno()}", flush=True)
        serve(conn)

while True:
    child, _ = os.wait()  # fails when no child is left to accept
    print(f"{os.getpid()}: process {child} ended", flush=True)
