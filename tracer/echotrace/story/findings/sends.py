"""Findings about send: what it does not take, and what it does when the client has gone."""

from collections.abc import Iterator

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.findings.calls import Call, following, grouped, last_before
from echotrace.story.findings.dispositions import Dispositions
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding
from echotrace.trace import Exit, Signal

#: A file may hold fewer bytes than sendfile is asked for; nothing is lost then.
_MAY_END_EARLY = ("sendfile",)


def short_send_ignored(evidence: Evidence) -> Iterator[Finding]:
    """send takes fewer bytes than it is given, and the rest is never sent."""
    for call in evidence.of("send"):
        rest = _rest(call)
        if not rest or call.uses not in evidence.connection_of or _is_sent(evidence, call, rest):
            continue
        how = ", as echotrace made it do" if call.injected else ""
        yield evidence.finding(
            "short-send-ignored",
            f"{call.function} takes {call.record.result:,} of {call.asked:,} bytes{how} (event "
            f"{call.seq}), and {call.actor} never sends the other {rest:,}.",
            call.seq,
        )
        return


def _rest(call: Call) -> int:
    """How many bytes a send did not take, if it took some."""
    taken = call.record.result or 0
    if call.failed or taken <= 0 or call.asked is None or call.record.name in _MAY_END_EARLY:
        return 0
    return max(0, call.asked - taken)


def _is_sent(evidence: Evidence, short: Call, rest: int) -> bool:
    """Whether the rest is sent later, or may be: what follows on the connection shows it.

    A send of at least so many bytes is taken for it, since a server may gather more before it sends
    again. One of just the bytes that came in since is taken for their answer, unless it begins with
    the rest, or as much goes out in the end as the rest and all that came in.
    """
    received = sent = 0
    answered, owed = False, rest
    for call in following(evidence.using(short.uses or 0), short.seq):
        if call.kind == "recv" and not call.failed:
            received += call.record.result or 0
        elif call.kind == "send":
            sent += 0 if call.failed else call.record.result or 0
            if call.asked is None or call.asked == rest or _begins_with_rest(call, short):
                return True
            answered |= call.asked == received
            if call.asked >= rest and not answered:
                return True
            rest -= 0 if answered else call.asked
    if answered:
        return sent >= owed + received
    if evidence.story.trace.end is None:
        return True  # cut off
    last = evidence.by_actor[short.actor][-1]
    # a full buffer: it waits until it may send on
    return not short.injected and last.kind in WAITS_FOR_READINESS and last.event.end is None


def _begins_with_rest(call: Call, short: Call) -> bool:
    """Whether a send begins with what a short one left, as far as both payloads were kept."""
    given, later = short.record.data, call.record.data
    if given is None or later is None or len(given) != short.asked:
        return False  # cut, or written with escapes
    rest = given[short.record.result :]
    return later.startswith(rest) or (bool(later) and rest.startswith(later))


def sigpipe(evidence: Evidence) -> Iterator[Finding]:
    """SIGPIPE ends a process, or would: a send without MSG_NOSIGNAL, and no one ignores it."""
    killed = _killed(evidence)
    if killed is not None:
        yield killed
        return
    dispositions = Dispositions(evidence)
    sends = (
        call for call in evidence.of("send")
        if call.uses in evidence.connection_of and "MSG_NOSIGNAL" not in call.flags
    )  # fmt: skip
    for process, calls in grouped(sends, lambda call: evidence.process(call.actor)).items():
        first = calls[0]
        if not dispositions.is_default(process, "SIGPIPE", first.seq):
            continue
        how = "without MSG_NOSIGNAL" if "flags" in first.record.args else "over the connection"
        yield evidence.finding(
            "sigpipe-possible",
            f"{first.actor} calls {first.function} {how} (event {first.seq}), and SIGPIPE has "
            "its default action, which ends the process.",
            first.seq,
        )
        return


def _killed(evidence: Evidence) -> Finding | None:
    """The end of a process by SIGPIPE, and the send that brought the signal."""
    for actor, signals in evidence.signals.items():
        got = next((e for e in signals if _is_sigpipe(e.record)), None)
        process = evidence.process(actor)
        ends = evidence.ends.get(process, ())
        end = next((e for e in ends if _is_sigpipe(e.record)), None)
        if got is None or end is None:
            continue
        send = last_before(evidence.by_actor.get(actor, ()), got.seq)
        place = evidence.connection_of.get(send.uses or 0) if send else None
        if send is not None and place is not None and send.record.errno == "EPIPE":
            return evidence.finding(
                "sigpipe-kills",
                f"{actor} calls {send.function} on connection {place.place.name}, whose client "
                f"is gone (event {send.seq}): SIGPIPE (event {got.seq}) ends {process} "
                f"(event {end.seq}).",
                send.seq, got.seq, end.seq,
            )  # fmt: skip
    return None


def _is_sigpipe(record: object) -> bool:
    return isinstance(record, Signal | Exit) and record.signal == "SIGPIPE"
