"""The teaching servers: what their sources promise, and that they serve."""

import os
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest

from echotrace import servers
from echotrace.record.build import FLAGS
from echotrace.servers import Language

NAMES = [server.name for server in servers.SERVERS]
LANGUAGES: list[Language] = ["c", "python"]
SOURCES = [servers.source(name, language) for name in NAMES for language in LANGUAGES]
COMPILERS = [name for name in ("cc", "gcc", "clang") if shutil.which(name)]
REGIONS = {"listen", "accept", "serve"}
#: The region of the idea, where a server has one of its own.
IDEAS = {
    "fork": "hand-off", "thread": "hand-off", "select": "wait", "poll": "wait", "epoll": "wait",
    "kqueue": "wait", "prefork": "hand-off", "pool": "hand-off",
}  # fmt: skip
#: Those that make a task for each connection.
MAKES = {"fork", "thread"}
#: Those in which a failing recv ends a worker for ever, or all of them.
ENDS_WITH_A_RESET = {"thread", "prefork", "pool"}
#: Those that serve a connection to its end before they accept the next.
ONE_AT_A_TIME = {"iterative"}
AT_THE_SAME_TIME = [name for name in NAMES if name not in ONE_AT_A_TIME]
PATIENCE = 30  # seconds until a silent server fails the test instead of hanging it


class Running:
    """A server that runs, with the address that it printed on its first line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None
        self.lines = process.stdout
        self.first_line = self.lines.readline()
        found = re.fullmatch(r"listening on (127\.0\.0\.1):(\d+)\n", self.first_line)
        assert found, self.first_line
        self.address = (found[1], int(found[2]))

    def connect(self) -> socket.socket:
        """A new client of this server."""
        return socket.create_connection(self.address, timeout=PATIENCE)

    def end(self) -> str:
        """Kill the server and its children; what it printed after the first line."""
        os.killpg(self.process.pid, signal.SIGKILL)
        output, _ = self.process.communicate()
        return output


Start: TypeAlias = Callable[..., Running]


@pytest.fixture(scope="session")
def binaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C servers, compiled with the first compiler found."""
    folder = tmp_path_factory.mktemp("servers")
    for name in NAMES if COMPILERS else ():
        source = str(servers.source(name, "c"))
        subprocess.run([COMPILERS[0], *FLAGS, source, "-o", str(folder / name)], check=True)
    return folder


@pytest.fixture(params=LANGUAGES)
def start(request: pytest.FixtureRequest, binaries: Path) -> Iterator[Start]:
    """Starts servers of one language, and ends them with the test."""
    language: Language = request.param
    if language == "c" and not COMPILERS:
        pytest.skip("needs a C compiler")

    @contextmanager
    def running(name: str, *address: str, first_free: int = 3) -> Iterator[Running]:
        twin = [sys.executable, str(servers.source(name, "python"))]
        process = subprocess.Popen(
            [*([str(binaries / name)] if language == "c" else twin), *address],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
            close_fds=first_free == 3,
            preexec_fn=partial(take_descriptors, first_free),  # noqa: PLW1509 -- no threads here
        )
        with process:
            try:
                yield Running(process)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    with ExitStack() as stack:
        yield lambda *words, **kw: stack.enter_context(running(*words, **kw))


def take_descriptors(first_free: int) -> None:
    """In a new process: leave it no descriptor from 3 on below `first_free`."""
    if first_free > 3:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (2048, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
        )
    for fd in range(3, first_free):
        os.dup2(0, fd)


def receive(client: socket.socket, size: int) -> bytes:
    """Exactly `size` bytes, or fewer when the server sends no more."""
    parts = b""
    while len(parts) < size and (part := client.recv(size - len(parts))):
        parts += part
    return parts


def reset(client: socket.socket) -> None:
    """End the connection so that the server's next recv fails with ECONNRESET."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("name", NAMES)
def test_compiles_without_a_warning(name: str, compiler: str, tmp_path: Path) -> None:
    """Every C server compiles with every compiler at hand, warnings being errors."""
    source = str(servers.source(name, "c"))
    done = subprocess.run(
        [compiler, *FLAGS, "-pedantic", source, "-o", str(tmp_path / name)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_fits_on_a_projector(source: Path) -> None:
    """A server is at most 80 lines of at most 80 columns, without tabs."""
    lines = source.read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 80
    assert max(map(len, lines)) <= 80
    assert not any("\t" in line for line in lines)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_marks_the_regions_of_a_handout(source: Path) -> None:
    """Each region is there once, is ended before the next begins, and holds code."""
    if source.suffix == ".c":
        mark = re.compile(
            r"^ *(?:/\* region: (?P<name>[a-z-]+) \*/|(?P<end>/\* end \*/))$", re.MULTILINE
        )
    else:
        mark = re.compile(r"^ *(?:# region: (?P<name>[a-z-]+)|(?P<end># end))$", re.MULTILINE)
    text = source.read_text(encoding="utf-8")
    marks = list(mark.finditer(text))
    begins, ends = marks[::2], marks[1::2]
    idea = IDEAS.get(source.stem.removesuffix("_"))
    assert sorted(begin["name"] for begin in begins) == sorted(
        REGIONS | ({idea} if idea else set())
    )
    assert len(begins) == len(ends)
    for begin, end in zip(begins, ends, strict=True):
        assert end["end"]
        assert text[begin.end() : end.start()].strip()


@pytest.mark.parametrize("name", AT_THE_SAME_TIME)
def test_echoes_to_clients_at_the_same_time(start: Start, name: str) -> None:
    """A client is served while another is connected and silent; each gets its own bytes."""
    server = start(name, "127.0.0.1:0")
    with server.connect() as first, server.connect() as second:
        for client, data in ((second, b"two"), (first, b"one"), (second, b"three")):
            client.sendall(data)
            assert receive(client, len(data)) == data


@pytest.mark.parametrize("name", sorted(ONE_AT_A_TIME))
def test_serves_the_second_client_when_the_first_has_left(start: Start, name: str) -> None:
    """A client that waits in the accept queue gets its bytes back once the one before has left."""
    server = start(name, "127.0.0.1:0")
    with server.connect() as first, server.connect() as second:
        second.sendall(b"two")
        first.sendall(b"one")
        assert receive(first, 3) == b"one"
        second.setblocking(False)
        with pytest.raises(BlockingIOError):
            second.recv(1)
        second.settimeout(PATIENCE)
        first.close()
        assert receive(second, 3) == b"two"


@pytest.mark.parametrize("name", NAMES)
def test_echoes_more_than_its_buffer(start: Start, name: str) -> None:
    """What is longer than the server's buffer comes back whole when the client reads it."""
    server = start(name, "127.0.0.1:0")
    data = bytes(range(256)) * 20
    with server.connect() as client:
        client.sendall(data)
        assert receive(client, len(data)) == data


@pytest.mark.parametrize("name", NAMES)
def test_ends_the_connection_when_the_client_does(start: Start, name: str) -> None:
    """After the client's end of input the server ends its side too, and serves the next."""
    server = start(name, "127.0.0.1:0")
    for _ in range(2):
        with server.connect() as client:
            client.sendall(b"bye")
            client.shutdown(socket.SHUT_WR)
            assert receive(client, 100) == b"bye"


@pytest.mark.parametrize("name", NAMES)
def test_narrates_what_it_does(start: Start, name: str) -> None:
    """Accept, hand-off and end of a connection are told with pid and descriptor, line by line."""
    server = start(name, "127.0.0.1:0")
    for _ in range(2):  # the second accept is told after the first hand-off
        with server.connect() as client:
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""
    pid, told = server.process.pid, server.end()
    accepted = re.search(r"^(\d+): accepted fd (\d+)$", told, re.MULTILINE)
    assert accepted
    worker, fd = accepted.groups()
    assert (worker == str(pid)) == (name != "prefork")
    if name in MAKES:
        given = re.search(
            rf"^{pid}: gave fd {fd} to (?:process (\d+)|a thread)$", told, re.MULTILINE
        )
        assert given
        worker = given[1] or worker
    assert f"{worker}: closing fd {fd}\n" in told


@pytest.mark.parametrize("name", NAMES)
def test_without_an_address_the_kernel_picks_the_port(start: Start, name: str) -> None:
    """Without an argument the server listens all the same, and prints an address that works."""
    server = start(name)
    with server.connect() as client:
        client.sendall(b"hello")
        assert receive(client, 5) == b"hello"


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
@pytest.mark.parametrize("address", ["nonsense", "127.0.0.1:70000", "300.0.0.1:0"])
def test_refuses_an_address_that_is_none(source: Path, binaries: Path, address: str) -> None:
    """A wrong address ends the server with exit status 1 and a message."""
    if source.suffix == ".c" and not COMPILERS:
        pytest.skip("needs a C compiler")
    twin = [sys.executable, str(source)]
    done = subprocess.run(
        [*(twin if source.suffix == ".py" else [str(binaries / source.stem)]), address],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr


@pytest.mark.parametrize(
    "name", [name for name in AT_THE_SAME_TIME if name not in ENDS_WITH_A_RESET]
)
def test_reset_ends_only_its_connection(start: Start, name: str) -> None:
    """A failing recv ends one connection: the other client is still served, and so is the next."""
    server = start(name, "127.0.0.1:0")
    with server.connect() as other:
        reset(server.connect())
        other.sendall(b"still here")
        assert receive(other, 10) == b"still here"
        with server.connect() as third:
            third.sendall(b"me too")
            assert receive(third, 6) == b"me too"


@pytest.mark.parametrize("name", ["thread", "pool"])
def test_reset_ends_the_whole_process(start: Start, name: str) -> None:
    """With threads, a failing recv may end the process: the other client loses its connection."""
    server = start(name, "127.0.0.1:0")
    with server.connect() as other:
        other.sendall(b"served")
        assert receive(other, 6) == b"served"
        reset(server.connect())
        assert server.process.wait(PATIENCE) == 1
        assert other.recv(1) == b""


def test_reset_ends_one_worker_in_prefork(start: Start) -> None:
    """In `prefork`, a failing recv ends one child, its sibling serves on; then the parent ends."""
    server = start("prefork", "127.0.0.1:0")
    with server.connect() as other:
        other.sendall(b"served")
        assert receive(other, 6) == b"served"
        reset(server.connect())
        other.sendall(b"still here")
        assert receive(other, 10) == b"still here"
        reset(other)
    assert server.process.wait(PATIENCE) == 1


@pytest.mark.parametrize("name", ["prefork", "pool"])
def test_serves_as_many_as_there_are_workers(start: Start, name: str) -> None:
    """A third client is served when one of the two workers has no client any more."""
    server = start(name, "127.0.0.1:0")
    with server.connect() as first, server.connect() as second, server.connect() as third:
        for client in (third, second, first):
            client.sendall(b"here")
        assert receive(first, 4) + receive(second, 4) == b"herehere"
        third.setblocking(False)
        with pytest.raises(BlockingIOError):
            third.recv(1)
        third.settimeout(PATIENCE)
        second.close()
        assert receive(third, 4) == b"here"


@pytest.mark.parametrize("name", sorted(ONE_AT_A_TIME))
def test_reset_gives_the_next_its_turn(start: Start, name: str) -> None:
    """A failing recv ends one connection, and the client that waits is served."""
    server = start(name, "127.0.0.1:0")
    first = server.connect()
    with server.connect() as second:
        second.sendall(b"my turn")
        reset(first)
        assert receive(second, 7) == b"my turn"


def test_select_refuses_what_has_no_room_in_its_set(start: Start) -> None:
    """In `select`, a connection from FD_SETSIZE on is closed at once; those below are served."""
    server = start("select", "127.0.0.1:0", first_free=1022)  # the listening socket's number
    with server.connect() as last, server.connect() as refused:
        assert refused.recv(1) == b""
        last.sendall(b"still here")
        assert receive(last, 10) == b"still here"


@pytest.mark.parametrize("language", LANGUAGES)
def test_begins_like_its_neighbours(language: Language) -> None:
    """Servers of TCP listen in the same lines, so that only the idea differs."""
    texts = (servers.source(name, language).read_text(encoding="utf-8") for name in NAMES)
    heads = {text.partition("region: listen")[2].partition("end")[0] for text in texts}
    assert len([head for head in heads if "SOCK_STREAM" in head]) == 1
