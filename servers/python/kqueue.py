"""kqueue: an echo server with one process that waits for all connections.

The kernel keeps the list: one control() both changes it and returns what is
ready. Linux has no kqueue: here epoll does its work, in two calls.
A short send is sent to its end; ECONNRESET and EPIPE end one connection.
Left out on purpose: SO_REUSEADDR; a client that never reads blocks all.
"""

import os
import socket
import sys

try:
    from select import KQ_EV_ADD, KQ_FILTER_READ, kevent, kqueue
except ImportError:  # Linux
    sys.dont_write_bytecode = True  # what is imported leaves nothing behind
    from kqueue_on_epoll import KQ_EV_ADD, KQ_FILTER_READ, kevent, kqueue


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
queue = kqueue()
changes = [kevent(listener.fileno(), KQ_FILTER_READ, KQ_EV_ADD)]
while True:
    # region: wait
    [ready] = queue.control(changes, 1)
    # end
    changes = []
    if ready.ident != listener.fileno():
        serve(connections[ready.ident])
        continue
    # region: accept
    try:
        conn, _ = listener.accept()
    except ConnectionAbortedError:
        continue  # it has left
    # end
    print(f"{os.getpid()}: accepted fd {conn.fileno()}", flush=True)
    connections[conn.fileno()] = conn
    changes = [kevent(conn.fileno(), KQ_FILTER_READ, KQ_EV_ADD)]
