"""The books of the model: what each event touched, what is doubtful, what was learnt of sockets."""

from echotrace.kernel.descriptions import Arrival, Description, Doubt, Touch
from echotrace.kernel.facts import same_form
from echotrace.trace import Endpoint


class Ledger:
    """Grows as moments are applied; nothing in it is ever taken back.

    `touches` by event number; `arrivals` in the order in which accept or recvfrom returned; `peers`
    by the address of a peer that has sent a datagram, which of them it is; `asked` are sockets, by
    description id, and addresses to which they sent before they had anything from there: the server
    is itself a client of those. By description id:
    `listening` (listen(2) succeeded, or accept(2) worked on it), `datagram` (made as SOCK_DGRAM),
    `bound` (bind(2) succeeded), `watching` (an interest list with an epoll_ctl(2)) and `endpoints`,
    the addresses told last.
    """

    def __init__(self) -> None:
        self.touches: dict[int, Touch] = {}
        self.doubts: list[Doubt] = []
        self.arrivals: list[Arrival] = []
        self.peers: dict[str, int] = {}
        self.asked: set[tuple[int, str]] = set()
        self.listening: dict[int, Description] = {}
        self.datagram: set[int] = set()
        self.bound: dict[int, Description] = {}
        self.watching: set[int] = set()
        self.endpoints: dict[int, Endpoint] = {}

    def arrive(self, description: Description, local: str | None, peer: str) -> None:
        """A datagram of `peer` was received: its first one makes it known, unless it answers."""
        address = same_form(peer)
        if address not in self.peers and (description.id, address) not in self.asked:
            self.arrivals.append(Arrival(description, local, peer, datagram=True))
            self.peers[address] = len(self.arrivals)

    def ask(self, description: Description, peer: str) -> None:
        """A datagram was sent to `peer`."""
        if same_form(peer) not in self.peers:
            self.asked.add((description.id, same_form(peer)))

    def doubt(self, seq: int, sentence: str) -> None:
        """Remember what the model cannot explain."""
        self.doubts.append(Doubt(seq, sentence))
