"""Broken variants as they were recorded once, and whose bug is asked for."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from echotrace.gallery import Mutant
from echotrace.servers import traces_dir
from echotrace.story.findings.check import findings
from echotrace.story.nouns import Story
from echotrace.story.quiz.quiz import asked
from echotrace.story.quiz.variants import RECORDED, path_of, variants
from echotrace.story.replay import replay
from echotrace.tracefile import load

_MOST = 1_000_000  # bytes of all traces of variants


def _named(story: Story, name: str) -> Story:
    """The same, as that of a server of a student's."""
    header = replace(story.trace.header, server=name)
    return replay(replace(story.trace, header=header))


def test_each_variant_is_stored_and_no_other() -> None:
    """There is one trace of each variant, and together they are small."""
    stored = sorted((traces_dir() / "broken").glob("*.jsonl"))
    assert stored == sorted(map(path_of, RECORDED))
    assert sum(path.stat().st_size for path in stored) < _MOST


@pytest.mark.parametrize("mutant", RECORDED, ids=lambda mutant: mutant.finding)
def test_a_variant_has_its_bug_and_no_other(mutant: Mutant) -> None:
    """A stored trace is that of its mutant, and shows the finding that it is named after, alone."""
    story = replay(load(path_of(mutant)))
    assert story.trace.header.server == f"broken/{mutant.finding}"
    assert {each.id for each in findings(story)} - {"kind"} == {mutant.finding.replace("_", "-")}
    assert story.doubts == ()


def test_variants_are_of_the_servers_kind(stored: Mapping[str, Story]) -> None:
    """A server of processes has variants of processes, and so on; one of datagrams has none."""
    models = {
        name: {each.mutant.counterpart for each in variants(story)}
        for name, story in stored.items()
    }
    assert models["fork"] == models["prefork"] == {"clean_fork"}
    assert models["thread"] == models["pool"] == {"clean_thread"}
    assert models["epoll"] == models["poll"] == models["select"] == {"clean_epoll"}
    assert models["iterative"] == {"clean_iterative"}
    assert models["udp"] == set()


def test_a_students_own_bug_is_asked_for(stored: Mapping[str, Story]) -> None:
    """Beside model servers the bug of the student's is asked for, with whatever seed."""
    (leaks,) = (m for m in RECORDED if m.finding == "connection_leaked_by_parent")
    own = _named(replay(load(path_of(leaks))), "own_fork")
    for seed in range(6):
        (question,) = asked([stored["fork"], own, stored["thread"]], seed, ["bug"])
        assert (question.side, question.answer) == (1, "connection-leaked-by-parent")
        assert question.variant is None


def test_what_the_model_has_too_comes_after(stored: Mapping[str, Story]) -> None:
    """Of a student's fork that nobody waits for the same is asked for, before any variant."""
    own = _named(stored["fork"], "own_fork")
    for seed in range(3):
        (question,) = asked([stored["fork"], own], seed, ["bug"])
        assert (question.side, question.answer) == (1, "child-never-reaped")


def test_a_reference_server_is_not_accused(stored: Mapping[str, Story]) -> None:
    """With model servers alone a variant is shown, a different one with other seeds."""
    sides = [stored["fork"], stored["thread"]]
    found = [asked(sides, seed, ["bug"])[0] for seed in range(8)]
    assert all(each.variant for each in found)
    assert len({each.answer for each in found}) > 2
