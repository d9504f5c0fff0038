"""Which descriptors a wait for readiness is about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from echotrace.kernel.readiness import SETS
from echotrace.story.findings.calls import Call
from echotrace.story.findings.evidence import Evidence


@dataclass(frozen=True)
class Watching:
    """What the waits of a story watch, by number."""

    evidence: Evidence

    @cached_property
    def _interest(self) -> Mapping[int, set[int]]:
        """By interest list: the numbers that were ever added to it."""
        found: dict[int, set[int]] = {}
        for call in self.evidence.of("epoll control"):
            target = call.record.args.get("target")
            if call.uses is not None and isinstance(target, int) and not call.failed:
                found.setdefault(call.uses, set()).add(target)
        return found

    def numbers(self, call: Call) -> set[int]:
        """The descriptors that a call waits for; of epoll, all that it may wait for."""
        args = call.record.args
        match call.kind:
            case "poll":
                entries = (e for e in _listed(args.get("fds")) if isinstance(e, dict))
                return _numbers(entry.get("fd") for entry in entries)
            case "select":
                return _numbers(fd for name in SETS for fd in _listed(args.get(name)))
            case "epoll wait":
                return self._interest.get(call.uses or 0, set())
        return set()


def _numbers(found: Iterable[object]) -> set[int]:
    return {fd for fd in found if isinstance(fd, int)}


def _listed(value: object) -> list[Any]:
    """What should be a list: an argument that could not be read is None."""
    return value if isinstance(value, list) else []
