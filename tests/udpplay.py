"""Builds the traces of UDP servers and their clients."""

from msgspec.structs import replace

from echotrace.trace import ClientStep, Endpoint
from tracebuilder import TraceBuilder

SERVER = "127.0.0.1:53"


def peer(client: int) -> str:
    """The address of a client."""
    return f"127.0.0.1:{50000 + client}"


class UdpPlay(TraceBuilder):
    """A server with a bound UDP socket, 3; each method is a call or a client's step."""

    def __init__(self, address: str = SERVER) -> None:
        super().__init__()
        self.binds(3, address)

    def binds(self, fd: int, address: str = SERVER) -> tuple[int, int]:
        """A UDP socket is made and bound; gives the numbers of the calls."""
        unbound, bound = Endpoint(fd, f"socket:[{fd}]"), Endpoint(fd, f"socket:[{fd}]", address)
        made = self.call(10, "socket", "AF_INET", "SOCK_DGRAM", 0, result=fd, told=unbound)
        return made, self.call(10, "bind", fd, address, 16, told=bound)

    def connects(self, fd: int, client: int) -> int:
        """The server connects a socket to a client."""
        told = Endpoint(fd, f"socket:[{fd}]", SERVER, peer(client))
        return self.call(10, "connect", fd, peer(client), 16, told=told)

    def takes(self, client: int, size: int = 5, *, fd: int = 3, room: int = 100) -> int:
        """recvfrom of a client's datagram."""
        got = min(size, room)
        return self.call(10, "recvfrom", fd, None, room, 0, peer(client), 16, result=got)

    def answers(self, client: int, size: int = 5, *, fd: int = 3) -> int:
        """sendto a client."""
        return self.call(10, "sendto", fd, None, size, 0, peer(client), 16, result=size)

    def step(self, client: int, action: str, text: str | None = None) -> int:
        """A step of a client that has a UDP socket."""
        seq = self.client(client, action, local=peer(client), text=text, peer=SERVER)
        step = self.records[-1]
        assert isinstance(step, ClientStep)
        self.records[-1] = replace(step, datagram=True)
        return seq
