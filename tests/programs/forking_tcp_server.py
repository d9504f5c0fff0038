"""An echo server of Python's library: one process per connection."""

import socketserver


class Echo(socketserver.BaseRequestHandler):
    """Sends back what comes."""

    def handle(self) -> None:
        """Serve one client."""
        for data in iter(lambda: self.request.recv(1024), b""):
            self.request.sendall(data)


class Server(socketserver.ForkingTCPServer):
    """Lets its port be used again at once."""

    allow_reuse_address = True


with Server(("127.0.0.1", 0), Echo) as server:
    server.serve_forever()
