"""pool: an echo server with a fixed number of threads, made beforehand.

The main thread accepts and queues the connection; a worker takes it out and
serves it. The queue has a lock; who finds it empty, or full, sleeps.
Left out on purpose: SO_REUSEADDR, the rest of a short send; a failing recv or
accept (EMFILE) ends all.
"""

import os
import queue
import socket
import sys
import threading

WORKERS, ROOM = 2, 4
accepted: queue.Queue[socket.socket] = queue.Queue(ROOM)


# region: serve
def work() -> None:
    """Echo to one client after the other, each until it sends no more."""
    while True:
        conn = accepted.get()
        try:
            while data := conn.recv(1024):
                if not sent(conn, data):
                    break
        except OSError as error:
            print(f"recv: {error}", file=sys.stderr, flush=True)
            os._exit(1)  # ends every thread; sys.exit would end only this one
        say(f"{os.getpid()}: closing fd {conn.fileno()}")
        conn.close()


# end


def sent(conn: socket.socket, data: bytes) -> bool:
    """Send; False when this client is gone, which is no error."""
    try:
        conn.send(data)
    except OSError:
        return False
    return True


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

for _ in range(WORKERS):
    threading.Thread(target=work).start()
while True:
    # region: accept
    conn, _ = listener.accept()
    # end
    say(f"{os.getpid()}: accepted fd {conn.fileno()}")
    # region: hand-off
    accepted.put(conn)
    # end
