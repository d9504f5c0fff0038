"""The books of the model: what each event touched, what is doubtful, what was learnt of sockets."""

from echotrace.kernel.descriptions import Arrival, Description, Doubt, Touch
from echotrace.kernel.facts import same_form
from echotrace.trace import Endpoint


class Ledger:
    """Grows as moments are applied; nothing in it is ever taken back.

    `touches` by event number; `arrivals` in the order in which accept or recvfrom returned; `peers`
    by the address of a peer that has sent a datagram, which of them it is. By description id:
    `listening` (listen(2) succeeded, or accept(2) worked on it), `datagram` (made as SOCK_DGRAM),
    `bound` (bind(2) succeeded), `watching` (an interest list with an epoll_ctl(2)) and `endpoints`,
    the addresses told last.
    """

    def __init__(self) -> None:
        self.touches: dict[int, Touch] = {}
        self.doubts: list[Doubt] = []
        self.arrivals: list[Arrival] = []
        self.peers: dict[str, int] = {}
        self.listening: dict[int, Description] = {}
        self.datagram: set[int] = set()
        self.bound: dict[int, Description] = {}
        self.watching: set[int] = set()
        self.endpoints: dict[int, Endpoint] = {}

    def arrive(self, description: Description, local: str | None, peer: str) -> None:
        """A datagram of `peer` was received: its first one makes it known."""
        if same_form(peer) not in self.peers:
            self.arrivals.append(Arrival(description, local, peer, datagram=True))
            self.peers[same_form(peer)] = len(self.arrivals)

    def doubt(self, seq: int, sentence: str) -> None:
        """Remember what the model cannot explain."""
        self.doubts.append(Doubt(seq, sentence))
