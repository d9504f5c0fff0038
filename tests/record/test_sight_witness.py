"""strace as a witness of what moves bytes and descriptors without read and write."""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from recordings import PATIENCE, free, own_folders, plan

from echotrace.kernel.flows import messages_of, moved, rights
from echotrace.story.replay import replay
from echotrace.syscalls import ROWS
from echotrace.trace import Syscall

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CI"), reason="needs strace"
)

WATCHED = (
    "accept", "sendfile", "splice", "tee", "vmsplice", "copy_file_range", "sendmmsg", "recvmmsg",
    "sendmsg", "recvmsg", "sendto", "recvfrom", "close",
)  # fmt: skip
#: The second descriptor of a call, as strace prints it: the position of its argument.
SECOND = {"sendfile": 1, "splice": 2, "tee": 1, "copy_file_range": 2}
#: One line of strace's: the call, its descriptors, its result, its bytes, what its messages carry.
Line = tuple[str, tuple[int, ...], int, int, tuple[int, ...]]


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


@pytest.mark.parametrize("seccomp", [True, False])
@pytest.mark.parametrize("name", ["moves", "passing"])
def test_bytes_and_descriptors_are_those_of_strace(
    name: str, seccomp: bool, tmp_path: Path
) -> None:
    """Each process makes the calls that strace logs, with its descriptors, bytes and rights."""
    what = plan(name, seccomp=seccomp)
    story = replay(free(what))
    assert story.doubts == ()
    seen: dict[str, list[Line]] = {}
    for event in story.events:
        if isinstance(event.record, Syscall) and event.record.name in WATCHED:
            seen.setdefault(event.actor, []).append(own_line(event.record))
    assert [seen[actor] for actor in sorted(seen)] == logged(what.argv, tmp_path)


@pytest.mark.parametrize("seccomp", [True, False])
def test_each_connection_counts_what_strace_says_moved_over_it(
    seccomp: bool, tmp_path: Path
) -> None:
    """A file, a pipe between two connections and vectors of messages are counted in and out."""
    what = plan("moves", seccomp=seccomp)
    found = replay(free(what)).connections
    connections = [connection for connection in found if not connection.datagram]
    (log,) = logged(what.argv, tmp_path)
    accepted = [result for name, _, result, *_ in log if name == "accept"]
    assert len(connections) == len(accepted) == 2
    for connection, fd in zip(connections, accepted, strict=True):
        came = [size for name, fds, _, size, _ in log if source(name, fds) == fd]
        went = [size for name, fds, _, size, _ in log if sink(name, fds) == fd]
        assert (connection.bytes_in, connection.bytes_out) == (sum(came), sum(went))
        assert connection.bytes_in
        assert connection.bytes_out


def source(name: str, fds: tuple[int, ...]) -> int | None:
    """The descriptor that bytes come from, by the manual pages."""
    if name == "sendfile":
        return fds[1]
    return fds[0] if name in ("splice", "recvmmsg", "recvmsg", "recvfrom") else None


def sink(name: str, fds: tuple[int, ...]) -> int | None:
    """The descriptor that bytes go to."""
    if name == "splice":
        return fds[1]
    return fds[0] if name in ("sendfile", "sendmmsg", "sendmsg", "sendto") else None


def own_line(call: Syscall) -> Line:
    """A recorded call as `Line`."""
    names = [argument.name for argument in ROWS[call.name].arguments if argument.kind == "fd"]
    carried = tuple(fd for message in messages_of(call) for fd in rights(message))
    result = -1 if call.result is None else call.result
    return call.name, tuple(call.args[name] for name in names), result, moved(call), carried


def logged(argv: Sequence[str], folder: Path) -> list[list[Line]]:
    """What strace logs of each process, by their ids."""
    command = ["strace", "-ff", "-yy", "-s64", "-o", str(folder / "log")]
    done = subprocess.run(
        [*command, f"--trace={','.join(WATCHED)}", *argv], check=False, timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0
    files = sorted(folder.glob("log.*"), key=lambda file: int(file.suffix[1:]))
    return [
        [line for text in file.read_text().splitlines() if (line := strace_line(text)) is not None]
        for file in files
    ]


def strace_line(text: str) -> Line | None:
    """A line of a log."""
    found = re.fullmatch(r"(\w+)\((.*)\)\s+= (-?\d+)(.*)", text)
    if found is None:
        return None  # a signal, or the end of the process
    name, inner, result = found[1], found[2], int(found[3])
    arguments = re.split(r", (?![^{\[<]*[}\]>])", inner)
    fds = [number(arguments[0])]
    if name in SECOND:
        fds.append(number(arguments[SECOND[name]]))
    lengths = [int(size) for size in re.findall(r"msg_len=(\d+)", inner)]
    size = sum(lengths) if name.endswith("mmsg") else result
    carried = re.findall(r"SCM_RIGHTS, cmsg_data=\[(.*?)\]\}", inner)
    rights_ = [int(fd) for each in carried for fd in re.findall(r"(\d+)<", each)]
    return name, tuple(fds), result, max(0, size), tuple(rights_)


def number(argument: str) -> int:
    """`4<TCP:[…]>` is 4."""
    found = re.match(r"\d+", argument)
    assert found, argument
    return int(found[0])
