"""The UDP sockets at which a server waits for whoever sends it something."""

from collections.abc import Iterator

from echotrace.story.findings.calls import MOVES, Call
from echotrace.story.findings.evidence import Evidence


def serving(evidence: Evidence) -> Iterator[tuple[Call, Call]]:
    """The bind and the first recv of each such socket.

    A client may bind its socket too; but it sends before it receives.
    """
    for description, listener in evidence.story.receivers.items():
        calls = evidence.using(description)
        bind = next((c for c in calls if c.kind == "bind" and not c.failed), None)
        first = next((c for c in calls if c.kind in MOVES and not c.failed), None)
        if bind and first and first.kind == "recv" and listener.noun == "UDP socket":
            yield bind, first
