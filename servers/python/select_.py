"""select: an echo server with one process that waits for all connections.

select() says which of a set of descriptors can be read. The set is passed
anew each time; a descriptor from FD_SETSIZE on has no room and is refused.
A short send is sent to its end; ECONNRESET and EPIPE end one connection.
Left out on purpose: SO_REUSEADDR; a client that never reads blocks all.
The file has an underscore, or "import select" would find it, not the module.
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

FD_SETSIZE = 1024  # <sys/select.h>; the module does not tell it
watched = [listener]
while True:
    # region: wait
    ready, _, _ = select.select(watched, [], [])
    # end
    for conn in ready:
        if conn is not listener and not serve(conn):
            watched.remove(conn)
    if listener not in ready:
        continue
    # region: accept
    try:
        conn, _ = listener.accept()
    except ConnectionAbortedError:
        continue  # it has left
    # end
    print(f"{os.getpid()}: accepted fd {conn.fileno()}", flush=True)
    if conn.fileno() < FD_SETSIZE:
        watched.append(conn)
    else:
        conn.close()  # no room for it
