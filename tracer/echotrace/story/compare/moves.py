"""Steps that two sides have in common, but at different places: they have moved."""

from collections.abc import Iterable

from echotrace.story.compare.nouns import Alignment


def with_moves(alignments: Iterable[Alignment]) -> tuple[Alignment, ...]:
    """The alignments, with the number of the moved counterpart in the gaps that have one."""
    return tuple(alignments)


def may_move(step) -> bool:
    return step.key[0] not in ("recv", "send", "readiness")
