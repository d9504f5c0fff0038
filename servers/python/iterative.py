"""iterative: an echo server with one connection at a time.

The next client is accepted when the one before has left: until then the
kernel answers its connect and keeps it and its bytes in the accept queue.
A short send is sent to its end. A failing recv or send (ECONNRESET, EPIPE)
ends that connection, and the next client gets its turn.
Left out on purpose, to show what it costs: a client that says nothing and
stays keeps all others waiting; and as in its neighbours, SO_REUSEADDR.
"""

import os
import socket
import sys


# region: serve
def serve(conn: socket.socket) -> None:
    """Echo until the client sends no more; an error ends only this connection."""
    try:
        while data := conn.recv(1024):
            conn.sendall(data)
    except OSError as error:
        print(f"client: {error}", file=sys.stderr, flush=True)
    print(f"{os.getpid()}: closing fd {conn.fileno()}", flush=True)
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

while True:
    # region: accept
    try:
        conn, _ = listener.accept()
    except ConnectionAbortedError:
        continue  # it has left
    # end
    print(f"{os.getpid()}: accepted fd {conn.fileno()}", flush=True)
    serve(conn)  # accept comes again when this client has left
