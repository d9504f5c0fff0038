"""fork: an echo server with one process per connection.

os.fork() copies the descriptor table, so two processes hold each connection:
the child serves its copy, the parent must close its own.
Left out on purpose, to show what it costs: the child keeps the listening
socket, the parent never waits for its children (they stay zombies), what a
short send leaves over is lost, and SO_REUSEADDR is not set.
"""

import os
import socket
import sys


# region: serve
def serve(conn: socket.socket) -> None:
    """Echo until the client sends no more; an error ends only this child."""
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

while True:
    # region: accept
    conn, _ = listener.accept()
    # end
    fd = conn.fileno()
    print(f"{os.getpid()}: accepted fd {fd}", flush=True)
    # region: hand-off
    child = os.fork()
    if child == 0:
        serve(conn)
        os._exit(0)  # as in C, the kernel closes what is still open
    conn.close()  # the child keeps its copy
    # end
    print(f"{os.getpid()}: gave fd {fd} to process {child}", flush=True)
