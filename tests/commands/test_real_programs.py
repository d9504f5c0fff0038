"""`echotrace run` on servers that nobody here wrote; strace says whose call is whose."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from recordings import own_folders
from witness_connections import read_log, told_by_story, told_by_strace, without_numbers

from echotrace.record import script
from echotrace.record.plan import Plan
from echotrace.story.findings.check import findings
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from every_view import every_view
from proofs import prove
from real_programs import EVERY, REAL, Real, needs

RUN = (sys.executable, "-m", "echotrace", "run")
STRACE = ("strace", "-f", "-yy", "-xx", "-e", "trace=%network,%desc,%process", "-o")
_LISTENS = re.compile(r"listens on 127\.0\.0\.1:(\d+);")


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def recorded(real: Real, folder: Path) -> Story:
    """What a user gets who runs the program with the script."""
    play, kept = folder / "play.txt", folder / "kept.jsonl"
    play.write_text(real.script)
    words = [*RUN, "--script", str(play), "-o", str(kept), "--", *real.argv(folder / "own")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return replay(load(kept))


@pytest.mark.parametrize("real", EVERY)
@needs("strace")
def test_connections_are_those_that_strace_tells(real: Real, tmp_path: Path) -> None:
    """Each connection has the calls and bytes that strace logs of it, and what is found is true.

    The calls of each task are compared in its order, which is the same every time: each step of
    the clients waits until the server is idle. Of workers that race the order is the same, too.
    """
    story = recorded(real, tmp_path)
    play = script.parse(real.script, real.name)
    plan = Plan(real.name, "c", real.argv(tmp_path / "again"), play, mute=True)
    told, witnessed = told_by_story(story), told_by_strace(plan, tmp_path / "strace.log")
    if real.races:  # the workers' descriptors have different numbers
        assert without_numbers(told) == without_numbers(witnessed)
    else:
        assert told == witnessed
    sent = {step.clients[0]: len(step.data) for step in play.steps if step.action == "send"}
    assert {client: each.bytes_in for client, each in told.items()} == sent
    if real.answered is not None:
        assert {each.bytes_out for each in told.values()} == {real.answered}
    assert story.doubts == ()
    assert_findings(story, real)
    assert all(every_view(story))


def assert_findings(story: Story, real: Real) -> None:
    """What is found is what is expected, and the raw records prove it."""
    found = findings(story)
    for finding in found:
        prove(finding, story.trace)
    assert {finding.id for finding in found} - {"kind"} == real.found
    (kind,) = (finding.sentence for finding in found if finding.id == "kind")
    assert kind.startswith(f"This is {real.kind}: ")


@needs("redis-server")
@needs("strace")
def test_clients_of_the_user_are_counted(tmp_path: Path) -> None:
    """With redis-cli as the client, its connection has the bytes that strace logs of redis-cli."""
    (redis,) = (real for real in REAL if real.name == "redis")
    kept, log = tmp_path / "kept.jsonl", tmp_path / "strace.log"
    words = [*RUN, "--no-clients", "-o", str(kept), "--", *redis.argv(tmp_path / "own")]
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as run:
        try:
            assert run.stderr is not None
            port = next(told[1] for told in map(_LISTENS.search, run.stderr) if told)
            client = ["redis-cli", "-p", port]
            asked = [*STRACE, str(log), *client, "SET", "greeting", "hello " * 1000]
            subprocess.run(asked, stdout=subprocess.DEVNULL, check=True, timeout=60)
            subprocess.run([*client, "SHUTDOWN", "NOSAVE"], check=True, timeout=60)
            assert run.wait(60) == 0
        finally:
            run.terminate()
    story = replay(load(kept))
    asking, ending = story.connections
    told = read_log(log.read_text(), {f"127.0.0.1:{port}": 1})[1]
    assert (asking.bytes_in, asking.bytes_out) == (told.bytes_out, told.bytes_in)
    assert asking.bytes_in > 6000
    assert ending.closed_by == ("end of P0",)
    assert all(every_view(story))
