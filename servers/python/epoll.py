"""epoll: an echo server with one process that waits for all connections.

The kernel keeps the list: epoll_ctl() adds a descriptor once, and
epoll_wait() returns what is ready, here one at a time.
A short send is sent to its end; ECONNRESET and EPIPE end one connection.
Left out on purpose: SO_REUSEADDR; a client that never reads blocks all.
"""

import os
import select
import socket
import sys


# region: serve
def serve(conn: socket.socket) -> None:
    """Echo once, as it is ready; an error ends only this connection."""
    try:
        if data := conn.recv(1024):
            conn.sendall(data)
            return
    except OSError as error:
        print(f"client: {error}", file=sys.stderr, flush=True)
    print(f"{os.getpid()}: closing fd {conn.fileno()}", flush=True)
    conn.close()  # and the list lets it go


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

connections: dict[int, socket.socket] = {}
poller = select.epoll()
poller.register(listener, select.EPOLLIN)
while True:
    # region: wait
    [(fd, _)] = poller.poll(maxevents=1)
    # end
    if fd != listener.fileno():
        serve(connections[fd])
        continue
    # region: accept
    try:
        conn, _ = listener.accept()
    except ConnectionAbortedError:
        continue  # it has left
    # end
    print(f"{os.getpid()}: accepted fd {conn.fileno()}", flush=True)
    connections[conn.fileno()] = conn
    poller.register(conn, select.EPOLLIN)
