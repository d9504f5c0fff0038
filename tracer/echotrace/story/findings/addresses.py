"""Findings about the address on which a server listens."""

from collections.abc import Iterator

from echotrace.story.findings.calls import Call
from echotrace.story.findings.datagrams import serving
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding

_EVERYWHERE = ("0.0.0.0:", "[::]:")
#: Either lets a new socket have the address while old connections are in TIME-WAIT (socket(7)).
_REUSE = ("SO_REUSEADDR", "SO_REUSEPORT")


def no_so_reuseaddr(evidence: Evidence) -> Iterator[Finding]:
    """A TCP socket is bound without SO_REUSEADDR, and then listens."""
    for call in evidence.of("bind"):
        touch = call.event.touch
        if call.failed or touch is None or touch.after is None or not _is_ip(call):
            continue
        options = touch.after.options
        if call.uses in evidence.listening and not any(map(options.get, _REUSE)):
            yield evidence.finding(
                "no-so-reuseaddr",
                f"{call.actor} binds fd {call.fd} (event {call.seq}) without having set "
                "SO_REUSEADDR.",
                call.seq,
            )
            return


def _is_ip(call: Call) -> bool:
    return not str(call.record.args.get("addr")).startswith("unix:")


def listens_on_every_interface(evidence: Evidence) -> Iterator[Finding]:
    """The server's address is that of every interface (ip(7), INADDR_ANY)."""
    binds = (bind for bind, _ in serving(evidence) if bind)
    for call in (*evidence.of("listen"), *binds):
        touch = call.event.touch
        local = touch.after.local if touch and touch.after else None
        if not call.failed and local and local.startswith(_EVERYWHERE):
            verb = "listens" if call.kind == "listen" else "receives datagrams"
            yield evidence.finding(
                "listens-on-every-interface",
                f"{call.actor} {verb} on {local} (event {call.seq}), that is on every "
                "interface of the machine.",
                call.seq,
            )
            return
