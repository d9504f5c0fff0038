"""What differs, said: of the stored traces, each sentence by its kind, its words and its events."""

from collections.abc import Sequence

import pytest

from echotrace.servers import traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.compare.nouns import Difference
from echotrace.story.replay import replay
from echotrace.tracefile import load

#: The sentences of fork against thread, in order.
_FORK_AGAINST_THREAD = (
    (
        "P1 is a new process: fork() → clone without CLONE_VM (event 25 of fork); T1 is a new "
        "thread of P0, in its memory: pthread_create() → clone3 with CLONE_VM|CLONE_THREAD "
        "(event 26 of thread)"
    ),
    (
        "P1 gets a copy of the descriptor table, so #1 has 2 references and P0 has to close its"
        " own (event 25 of fork); T1 shares the table of P0 (CLONE_FILES), so one close, by "
        "either, ends #1 (event 26 of thread)"
    ),
    (
        "P0 closes its own fd 4 (event 26 of fork), which would keep #1 open after P1 has "
        "closed its copy; in thread the table is shared, so T1's close is the only one (event "
        "57 of thread)"
    ),
    (
        "P1 calls shutdown, which sends the FIN whoever else has #1 open, before it closes "
        "(event 58 of fork); in thread T1's close is the last one, and sends the FIN (event 57 "
        "of thread)"
    ),
    (
        "P1 ends its process, which closes all descriptors: exit_group (event 60 of fork); T1 "
        "ends as one thread, which closes nothing, for P0 keeps the table: exit (event 58 of "
        "thread)"
    ),
    (
        "P1's recv takes at most 100 bytes (event 32 of fork); T1's recv takes at most 1,024 "
        "bytes (event 32 of thread): a message of 1,024 bytes takes at least 11 calls in fork, "
        "1 in thread"
    ),
)


def differences(one: str, other: str, script: str = "interleaved") -> tuple[Difference, ...]:
    """What differs between the stored traces of two servers."""
    stories = [replay(load(traces_dir() / f"{name}-{script}.jsonl")) for name in (one, other)]
    return compare(stories).differences[0]


def _told(found: Sequence[Difference], kind: str) -> str:
    (sentence,) = [each.sentence for each in found if each.kind == kind]
    return sentence


def test_fork_against_thread_names_exactly_what_differs() -> None:
    """Each difference in its own sentence, with its reason and the events of both sides."""
    found = [each for each in differences("fork", "thread") if each.kind != "send-loop"]
    assert [(each.kind, each.events) for each in found] == [
        ("task", ((25,), (26,))), ("table", ((25,), (26,))), ("parents-close", ((26,), (57,))),
        ("shutdown", ((58,), (57,))), ("exit", ((60,), (58,))), ("buffer", ((32,), (32,))),
    ]  # fmt: skip
    assert [each.sentence for each in found] == list(_FORK_AGAINST_THREAD)


def test_who_accepts_serves_too_or_hands_over() -> None:
    """fork makes a process for what iterative's only one serves itself."""
    told = _told(differences("iterative", "fork"), "task")
    assert told == (
        "P1 is a new process: fork() → clone without CLONE_VM (event 25 of fork) and ends with #1 "
        "(event 60 of fork); in iterative P0 accepts #1 and serves it too (events 19 and 25 of "
        "iterative)"
    )


@pytest.mark.parametrize("other", ["fork", "thread", "select", "epoll", "prefork", "pool"])
def test_turn_is_the_second_clients(other: str) -> None:
    """Against iterative every other server is free when C2 comes, and C1 has no such difference."""
    told = _told(differences("iterative", other), "turn")
    assert told.startswith(
        "C2 waits in the accept queue from its connect (event 26 of iterative) until P0, which "
        "serves #1, accepts it (event 38 of iterative)"
    )
    assert _told(differences(other, "iterative"), "turn") == told


def test_nobody_waits_for_a_turn_where_nobody_is_busy() -> None:
    """fork and select both accept at once."""
    assert not any(each.kind == "turn" for each in differences("fork", "select"))


def test_wait_for_all_is_told_from_a_wait_for_one() -> None:
    """select asks for all, thread waits in recv."""
    assert _told(differences("thread", "select"), "waits-for") == (
        "P0 waits in select for all descriptors at once (events 19, 33 and 41 of select), and "
        "serves whichever is ready; in thread T1 waits in recv (event 32 of thread), for #1 "
        "alone"
    )


def test_list_that_is_passed_is_told_from_the_list_that_is_kept() -> None:
    """poll passes its list with each call, epoll_wait none."""
    assert _told(differences("poll", "epoll"), "interest") == (
        "poll is passed a list with each call (events 19, 33 and 41 of poll); epoll_wait is passed "
        "no list, for the kernel keeps one (events 21, 37 and 45 of epoll), made by epoll_create1 "
        "and epoll_ctl (events 19, 20 and 28 of epoll)"
    )


def test_sentence_that_begins_with_its_place_begins_with_a_capital() -> None:
    """Where the place of the event stands in front, the sentence is still one."""
    stories = [replay(load(traces_dir() / f"{name}-reset.jsonl")) for name in ("thread", "udp")]
    told = [difference.sentence for difference in compare(stories).differences[0]]
    assert any(sentence.startswith("In event ") for sentence in told)
    assert not any(sentence.startswith("in ") for sentence in told)
