"""The books of the model: what each event touched, what is doubtful, what was learnt of sockets."""

from echotrace.kernel.descriptions import Description, Doubt, Touch
from echotrace.trace import Endpoint


class Ledger:
    """Grows as moments are applied; nothing in it is ever taken back.

    `touches` by event number; `accepted` in the order in which accept returned. By description id:
    `listening` (listen(2) succeeded, or accept(2) worked on it), `datagram` (made as SOCK_DGRAM),
    `bound` (bind(2) succeeded), `watching` (an interest list with an epoll_ctl(2)) and `endpoints`,
    the addresses told last.
    """

    def __init__(self) -> None:
        self.touches: dict[int, Touch] = {}
        self.doubts: list[Doubt] = []
        self.accepted: list[Description] = []
        self.listening: dict[int, Description] = {}
        self.datagram: set[int] = set()
        self.bound: dict[int, Description] = {}
        self.watching: set[int] = set()
        self.endpoints: dict[int, Endpoint] = {}

    def doubt(self, seq: int, sentence: str) -> None:
        """Remember what the model cannot explain."""
        self.doubts.append(Doubt(seq, sentence))
