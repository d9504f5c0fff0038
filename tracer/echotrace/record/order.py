"""Which steps of a client can never be taken after those that it took before."""

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Order:
    """Follows which clients of a script are connected."""

    _connected: set[int] = field(default_factory=set)

    def take(self, clients: Iterable[int], action: str) -> None:
        """Let clients take a step; ValueError when one of them never can."""
        for client in clients:
            if action == "connect":
                if client in self._connected:
                    raise ValueError(f"client {client} is connected already")
                self._connected.add(client)
            elif action != "wait":
                if client not in self._connected:
                    raise ValueError(
                        f"client {client} is not connected, so it cannot {action}; "
                        f"write '{client} connect' before"
                    )
                if action in ("close", "reset"):
                    self._connected.remove(client)
