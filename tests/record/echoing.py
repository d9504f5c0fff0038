"""A client that echoes without a pause until its standard input ends: `echoing.py PORT CLIENTS`.

Prints a line when all clients are connected and served once, and at last how many replies came.
"""

import select
import socket
import sys


def main() -> None:
    """Send, and expect the same back, with all clients in turn."""
    port, count = int(sys.argv[1]), int(sys.argv[2])
    clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    replies = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        for client in clients:
            client.settimeout(30)
            client.sendall(b"%08d" % replies)
        for client in clients:
            expected = b"%08d" % replies
            got = b""
            while len(got) < len(expected):
                piece = client.recv(len(expected) - len(got))
                assert piece, "the server closed a connection"
                got += piece
            assert got == expected, got
        replies += 1
        if replies == 1:
            _say("serving")
    _say(str(replies))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
