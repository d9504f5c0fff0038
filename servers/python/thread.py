"""thread: an echo server with one thread per connection.

Threads share one descriptor table: only one of them may close a connection,
and here that is its own thread.
Left out on purpose, to show what it costs: threads are never joined (Python
itself detaches them), SO_REUSEADDR is not set, and a failing recv ends the
process, and with it the connections of all the others.
"""

import os
import socket
import sys
import threading


# region: serve
def serve(conn: socket.socket) -> None:
    """Echo until the client sends no more, or can be sent no more."""
    while True:
        try:
            data = conn.recv(1024)
        except OSError as error:
            print(f"recv: {error}", file=sys.stderr, flush=True)
            os._exit(1)  # ends every thread; sys.exit would end only this one
        if not data:
            break
        try:
            while data:
                sent = conn.send(data)
                data = data[sent:]
        except OSError:
            break  # this client is gone: not an error
    say(f"{os.getpid()}: closing fd {conn.fileno()}")
    conn.close()


# end


def say(line: str) -> None:
    """Print a line in one piece, so that threads cannot mix theirs."""
    print(line + "\n", end="", flush=True)


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
say(f"listening on {host}:{port}")

while True:
    # region: accept
    conn, _ = listener.accept()
    # end
    fd = conn.fileno()
    say(f"{os.getpid()}: accepted fd {fd}")
    # region: hand-off
    threading.Thread(target=serve, args=(conn,)).start()
    # no close here: it would close the thread's connection
    # end
    say(f"{os.getpid()}: gave fd {fd} to a thread")
