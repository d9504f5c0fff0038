"""All findings of a story, errors first."""

from collections.abc import Callable, Iterator

from echotrace.pauses import no_garbage_collection
from echotrace.story.findings import (
    addresses,
    descriptors,
    errors,
    failures,
    kinds,
    leaks,
    numbers,
    readiness,
    sends,
    tasks,
)
from echotrace.story.findings.evidence import Evidence
from echotrace.story.findings.nouns import Finding, Severity
from echotrace.story.nouns import Story

#: Each rule looks for one kind of finding and speaks at most once for each.
RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    kinds.kind,
    failures.crashes,
    failures.bind_unchecked,
    leaks.connection_leaked,
    leaks.child_keeps_listening_socket,
    numbers.closed_or_used_again,
    descriptors.never_closed,
    descriptors.open_at_exit,
    tasks.child_never_reaped,
    tasks.thread_never_joined,
    tasks.argument_race,
    sends.short_send_ignored,
    errors.accept_unchecked,
    errors.eintr_ends_server,
    sends.sigpipe,
    errors.recv_error_ends_all,
    readiness.select_beyond_fd_setsize,
    readiness.readiness_loop_spins,
    addresses.no_so_reuseaddr,
    addresses.listens_on_every_interface,
)

#: Rules that take what is not in the trace for what was not done.
_TRUST_IN_ALL = frozenset({
    kinds.kind, leaks.connection_leaked, leaks.child_keeps_listening_socket,
    numbers.closed_or_used_again, descriptors.never_closed, descriptors.open_at_exit,
    tasks.child_never_reaped, sends.short_send_ignored, readiness.readiness_loop_spins,
    addresses.no_so_reuseaddr,
})  # fmt: skip

#: Rules that take what is not in the trace for what was not done before it began either.
_TRUST_IN_THE_PAST = frozenset({tasks.child_never_reaped, addresses.no_so_reuseaddr})

_ORDER = {severity: place for place, severity in enumerate(Severity)}


@no_garbage_collection()
def findings(story: Story) -> tuple[Finding, ...]:
    """What the rules find, errors first, in the order of the rules."""
    evidence = Evidence(story)
    silent = _TRUST_IN_ALL if evidence.blind else frozenset()
    if story.trace.header.attached is not None:
        silent |= _TRUST_IN_THE_PAST
    found = [finding for rule in RULES if rule not in silent for finding in rule(evidence)]
    return tuple(sorted(found, key=lambda finding: _ORDER[finding.severity]))
