"""The UDP sockets at which a server waits for whoever sends it something."""

from collections.abc import Iterator

from echotrace.story.findings.calls import MOVES, Call
from echotrace.story.findings.evidence import Evidence


def serving(evidence: Evidence) -> Iterator[tuple[Call | None, Call]]:
    """The bind and the first recv of each such socket; no bind if it was there before the trace.

    A client may bind its socket too; but it sends before it receives, or has a peer.
    """
    for description, listener in evidence.story.receivers.items():
        calls = evidence.using(description)
        bind = next((c for c in calls if c.kind == "bind" and not c.failed), None)
        first = next((c for c in calls if c.kind in MOVES and not c.failed), None)
        if first is None or first.kind != "recv" or listener.noun != "UDP socket":
            continue
        if bind or (listener.maker is None and not _has_peer(first)):
            yield bind, first


def _has_peer(call: Call) -> bool:
    socket = call.event.touch.before if call.event.touch else None
    return socket is not None and socket.peer is not None
