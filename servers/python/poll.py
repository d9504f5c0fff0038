"""poll: an echo server with one process that waits for all connections.

poll() is passed a list each time, here by Python, which keeps it; and it says
for each descriptor what is ready.
A short send is sent to its end; ECONNRESET and EPIPE end one connection.
Left out on purpose: SO_REUSEADDR; a client that never reads blocks all.
"""

import os
import select
import socket
import sys


# region: serve
def serve(conn: socket.socket) -> bool:
    """Echo once; whether the connection goes on. An error ends only this one."""
    try:
        if data := conn.recv(1024):
            conn.sendall(data)
            return True
    except OSError as error:
        print(f"client: {error}", file=sys.stderr, flush=True)
    print(f"{os.getpid()}: closing fd {conn.fileno()}", flush=True)
    conn.close()
    return False


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
poller = select.poll()
poller.register(listener, select.POLLIN)
while True:
    # region: wait
    ready = [fd for fd, _ in poller.poll()]
    # end
    for fd in ready:
        if fd != listener.fileno() and not serve(connections[fd]):
            poller.unregister(fd)  # from Python's list: no system call
            del connections[fd]
    if listener.fileno() not in ready:
        continue
    # region: accept
    try:
        conn, _ = listener.accept()
    except ConnectionAbortedError:
        continue  # it has left
    # end
    print(f"{os.getpid()}: accepted fd {conn.fileno()}", flush=True)
    connections[conn.fileno()] = conn
    poller.register(conn, select.POLLIN)
