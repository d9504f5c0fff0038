"""`echotrace run` as a user meets it: programs of one's own, and what is wrong with some."""

import os
import pty
import re
import signal
import socket
import subprocess
import sys
import termios
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from recordings import PATIENCE

from echotrace.record import build
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.story.sequence import canonical
from echotrace.trace import Syscall
from echotrace.tracefile import load

MARK = "ECHOTRACE_RUN_TEST"
OWN_C = """#include <netinet/in.h>
#include <unistd.h>
int main(int argc, char **argv) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), conn, size;
    char buffer[100];
    if (argc > 1 || listen(fd, 5)) return 3;
    while ((conn = accept(fd, 0, 0)) >= 0) {
        while ((size = read(conn, buffer, sizeof buffer)) > 0) write(conn, buffer, size);
        close(conn);
    }
}
"""
#: Serves as many connections as its last argument says; LISTENER is to be replaced.
OWN_PYTHON = """import socket, sys
listener = LISTENER
for _ in range(int((sys.argv + ["9"])[1])):
    conn, _ = listener.accept()
    while data := conn.recv(100):
        conn.sendall(data)
    conn.close()
"""
IPV4 = "socket.create_server(('127.0.0.1', 0))"
IPV6 = "socket.create_server(('::1', 0), family=socket.AF_INET6)"
BOTH = "socket.create_server(('', 0), family=socket.AF_INET6, dualstack_ipv6=True)"
UNIX = "socket.socket(socket.AF_UNIX); listener.bind('place'); listener.listen()"
UDP = """import socket
server = socket.socket(type=socket.SOCK_DGRAM)
server.bind(('127.0.0.1', 0))
while True:
    server.sendto(*server.recvfrom(100))
"""
TWO = """import signal, socket
listeners = [socket.create_server(('127.0.0.1', port)) for port in (0, 0)]
while True:
    conn, _ = listeners[1].accept()
    conn.sendall(conn.recv(100))
"""


pytestmark = pytest.mark.usefixtures("own_state")


@pytest.fixture(autouse=True)
def nothing_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every test leaves no process behind."""
    mark = str(uuid.uuid4())
    monkeypatch.setenv(MARK, mark)
    if build.find_compiler() is None:
        pytest.skip("needs a C compiler")
    yield
    assert left_behind(mark) == []


def left_behind(mark: str) -> list[str]:
    """The processes that have inherited a test's mark, but for ours."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:
            continue  # it is gone
    return found


def write(name: str, text: str, mode: int = 0o644) -> None:
    """Make a file in the working directory."""
    Path(name).write_text(text)
    Path(name).chmod(mode)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `echotrace run` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "echotrace", "run", *words],
        capture_output=True, check=False, text=True, timeout=PATIENCE,
    )  # fmt: skip


def recorded(*words: str) -> Story:
    """What a recording that succeeds shows."""
    done = run("-q", "-f", "-o", "trace.jsonl", *words)
    assert done.returncode == 0, done.stderr
    return replay(load(Path("trace.jsonl")))


def refused(*words: str) -> str:
    """The one sentence about a program that cannot be recorded; nothing is shown."""
    done = run("-q", *words)
    assert (done.returncode, done.stdout) == (2, "")
    lines = [line for line in done.stderr.splitlines() if line.startswith("echotrace: ")]
    assert len(lines) == 1, done.stderr
    return lines[0].removeprefix("echotrace: ")


class Following:
    """An `echotrace run` in the background that has said where its program listens."""

    def __init__(self, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "echotrace", "run", *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip

    def port(self) -> int:
        """The port that it announces."""
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        found = re.fullmatch(r"echotrace: '.*' listens on .*:(\d+); Ctrl-C ends .*\n", line)
        assert found, line
        return int(found[1])

    def end(self, number: int | None = None) -> tuple[int, str, str]:
        """Send it a signal, and wait for its end: status, standard output, standard error."""
        if number is not None:
            self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, errors


def visit(port: int) -> str:
    """Be a client that is no client of ours; its own address."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"
        host, own = client.getsockname()
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
        return f"{host}:{own}"


def test_c_source_is_compiled_with_its_lines() -> None:
    """A C file is compiled with -g and shown with its own lines."""
    write("server.c", OWN_C)
    story = recorded("server.c")
    assert story.trace.header.server == "server.c"
    assert len(story.connections) == 2
    accept = next(call for call in story.trace.syscalls() if call.name == "accept")
    assert accept.site is not None
    assert (accept.site.file, accept.site.line) == ("server.c", 7)


@pytest.mark.parametrize("words", [("server.c", "8000"), ("server.c", "--", "--eight")])
def test_source_takes_arguments(words: tuple[str, ...]) -> None:
    """What stands behind a source file, with or without --, is for the program."""
    write("server.c", OWN_C)
    assert refused(*words) == "'server.c' exits with status 3 before it listens"


def test_options_behind_a_source_are_not_taken_for_arguments() -> None:
    """Options of echotrace go before the source file, and the error says so."""
    done = run("server.c", "--clients", "3")
    assert done.returncode == 2
    assert "options of echotrace stand before server.c" in done.stderr


def test_compiler_speaks_for_itself() -> None:
    """The compiler's errors are shown as they are, with the path as it was typed."""
    Path("folder").mkdir()
    write("folder/bad.c", "int main(void) { return x; }\n")
    compiler = build.find_compiler()
    assert compiler is not None
    said = subprocess.run(
        [compiler, "-c", "-o", os.devnull, "folder/bad.c"],
        capture_output=True, check=False, text=True,
    ).stderr  # fmt: skip
    done = run("folder/bad.c")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"echotrace: {compiler} cannot compile folder/bad.c:\n{said}"


@pytest.mark.parametrize(
    ("words", "name", "argv"),
    [
        (["server.py"], "server.py", [sys.executable, "server.py"]),
        (["./server.py", "8"], "server.py", ["./server.py", "8"]),
        (["--", "python3", "-X", "utf8", "server.py"], "server.py",
         ["python3", "-X", "utf8", "server.py"]),
        (["python3", "-m", "server"], "server", ["python3", "-m", "server"]),
    ],
)  # fmt: skip
def test_python_program_has_the_lines_of_its_script(
    words: list[str], name: str, argv: list[str]
) -> None:
    """However a Python program is started, it is called like its script, with its lines."""
    write("server.py", f"#!{sys.executable}\n" + OWN_PYTHON.replace("LISTENER", IPV4), 0o755)
    story = recorded(*words)
    header = story.trace.header
    assert (header.server, header.language, header.argv) == (name, "python", argv)
    sites = {call.site.line for call in _serving(story) if call.site}
    assert sites == {5, 6, 7}  # the lines of accept, recv and sendall
    assert all(call.site and call.site.file == "server.py" for call in _serving(story))


def test_installed_program_has_its_lines() -> None:
    """A script below site-packages, as pip installs it, is the program's own all the same."""
    folder = Path("lib/python3.13/site-packages/own")
    folder.mkdir(parents=True)
    write(f"{folder}/server.py", OWN_PYTHON.replace("LISTENER", IPV4))
    lines = {call.site.line for call in _serving(recorded(f"{folder}/server.py")) if call.site}
    assert lines == {4, 5, 6}  # of accept, recv and sendall


def _serving(story: Story) -> list[Syscall]:
    return [c for c in story.trace.syscalls() if c.name in ("accept4", "recvfrom", "sendto")]


def test_script_with_an_interpreter_line_runs_as_it_is() -> None:
    """A shell script that becomes a server in the end is recorded, in no known language."""
    write("server.py", OWN_PYTHON.replace("LISTENER", IPV4))
    write("start", f"#!/bin/sh\nexec {sys.executable} server.py\n", 0o755)
    done = run("./start")
    assert done.returncode == 0
    assert done.stdout.startswith("start - 2 clients, interleaved - Linux")
    assert "next: echotrace show " in done.stderr


@pytest.mark.parametrize(
    ("listener", "place"),
    [
        (IPV4, r"127\.0\.0\.1:\d+"),
        (IPV6, r"\[::1\]:\d+"),
        (BOTH, r"\[::\]:\d+"),
        (UNIX, "unix:place"),
    ],
)
def test_place_is_found(listener: str, place: str) -> None:
    """Clients find the program's port, in IPv4 or IPv6, or its UNIX socket, by themselves."""
    write("server.py", OWN_PYTHON.replace("LISTENER", listener))
    story = recorded("server.py")
    assert re.fullmatch(place, story.listeners[0].local or "")
    assert [connection.client for connection in story.connections] == [1, 2]


@pytest.mark.parametrize("listener", [IPV6, BOTH, UNIX])
def test_clients_run_freely_wherever_a_program_listens(listener: str) -> None:
    """--free-run too finds IPv6 and UNIX sockets, and every client has all its bytes."""
    write("server.py", OWN_PYTHON.replace("LISTENER", listener))
    totals = recorded("--free-run", "--clients", "3", "server.py").trace.totals()
    assert [(total.received, total.error) for total in totals] == [(640, None)] * 3


def test_bound_udp_socket_is_found() -> None:
    """A UDP server takes the clients at the port to which it is bound."""
    write("server.py", UDP)
    story = recorded("server.py")
    assert story.listeners[0].datagram
    assert sum(call.name == "sendto" for call in story.trace.syscalls()) == 2


def test_port_decides_between_two() -> None:
    """With two ports --port must say which."""
    write("two.py", TWO)
    told = re.fullmatch(
        r"'two.py' listens on 127\.0\.0\.1:(\d+) and 127\.0\.0\.1:(\d+); say which with --port",
        refused("two.py"),
    )
    assert told
    port = told[2]
    write("two.py", TWO.replace("(0, 0)", f"(0, {port})"))
    assert len(recorded("--port", port, "-n", "1", "two.py").connections) == 1


def test_port_that_is_not_the_programs() -> None:
    """If it does not listen on --port, the error names where it listens."""
    write("server.py", OWN_PYTHON.replace("LISTENER", IPV4))
    assert re.fullmatch(
        r"'server.py' does not listen on port 1, but on 127.0.0.1:\d+; leave out --port",
        refused("--port", "1", "--timeout", "2", "server.py"),
    )


SPINS = (
    "'spin' does not listen within 1 s, it runs on without waiting for anything; "
    "--timeout gives it more time"
)
REFUSED = {
    "no-such-command": "there is no command 'no-such-command' in PATH",
    "start": "there is no command 'start' in PATH; did you mean ./start?",
    "./sart": "cannot run './sart': No such file or directory; did you mean start?",
    "server.cc": "there is no command 'server.cc' in PATH",
    "serve.c": "there is no C file 'serve.c'; did you mean server.c?",
    "serve.py": "cannot run 'serve.py': No such file or directory",
    "./plain": "'./plain' is not executable; chmod +x ./plain makes it so",
    "": "the command is empty; name a program or a source file",
    "folder": "'folder' is a directory; name a program in it",
    "./textual": "'textual' has no #! line that says what runs it; name the interpreter, "
    "as for a shell script: echotrace run -- sh textual",
    "n.js": "'n.js' is run by an interpreter: echotrace run -- node n.js",
    "./n.rb": "'n.rb' is run by an interpreter: echotrace run -- ruby n.rb",
    "./n.php": "'n.php' is run by an interpreter: echotrace run -- php n.php",
    "./orphan": "'orphan' is to be run by '/no/such', which is not there",
    "true": "'true' exits with status 0 before it listens",
    "false": "'false' exits with status 1 before it listens",
    "./killed": "'killed' is ended by SIGSEGV before it listens",
    "--timeout 1 sleep 100": "'sleep' does not listen within 1 s, it waits in clock_nanosleep; "
    "--timeout gives it more time",
    "./taken": "'taken' exits with status 1 before it listens: "
    "bind(1.2.3.4:80) failed with EADDRNOTAVAIL",
    "--timeout 1 ./spin": SPINS,
    "--timeout 1 --free-run ./spin": SPINS,
    "./garb": "cannot run 'garb': Exec format error",
    "./asks": "'asks' exits with status 1 before it listens; it was given no input and no "
    "terminal: run it in a terminal of its own, and there echotrace attach PID follows it",
    "sh": "'sh' exits with status 0 before it listens; it was given no input and no terminal: ",
    "--no-clients false": "'false' exits with status 1 before it listens",
}


@pytest.mark.parametrize("command", REFUSED)
def test_program_that_cannot_serve(command: str) -> None:
    """What is wrong with a program is said in one sentence, with exit status 2."""
    Path("folder").mkdir()
    write("server.c", OWN_C)
    write("plain", "#!/bin/sh\n")
    write("textual", "echo\n", 0o755)
    write("orphan", "#!/no/such\n", 0o755)
    for name in ("n.js", "n.php"):
        write(name, "listen();\n")
    write("n.rb", "listen\n", 0o755)
    write("start", "#!/bin/sh\n", 0o755)
    write("spin", "#!/bin/sh\nwhile true; do :; done\n", 0o755)
    write("garb", "\x7fELF\x02\x01\x01\0\0", 0o755)
    write("killed", "#!/bin/sh\nkill -SEGV $$\n", 0o755)
    write("taken", f"#!{sys.executable}\nimport socket\n"
          "socket.create_server(('1.2.3.4', 80))\n", 0o755)  # fmt: skip
    write("asks", f"#!{sys.executable}\nimport os\ntry:\n    os.open('/dev/tty', os.O_RDWR)\n"
          "finally:\n    os._exit(1)\n", 0o755)  # fmt: skip
    assert refused(*command.split(" ")).startswith(REFUSED[command])


def test_names_alike_in_their_ending_only_are_not_suggested() -> None:
    """For a Python file that is not there, any other Python file is no suggestion."""
    for name in ("ux.py", "two.py", "mute.py"):
        write(name, "")
    assert refused("nosuch.py") == "cannot run 'nosuch.py': No such file or directory"


def test_clients_of_ones_own() -> None:
    """With --no-clients the user's clients are shown by their addresses; Ctrl-C ends well."""
    write("server.c", OWN_C)
    following = Following("--no-clients", "server.c")
    port = following.port()
    addresses = [visit(port), visit(port)]
    status, output, errors = following.end(signal.SIGINT)
    assert status == 0, errors
    assert output.startswith("server.c - C - clients from outside - ")
    for address in addresses:
        assert f"  {address}" in output
    assert output.count("P0 read(4) = 0") == 2, output
    assert "At the end of the recording echotrace ended the server." in output
    assert "ended early" not in output


def test_own_clients_until_the_program_ends() -> None:
    """With --no-clients the recording ends with the program, too."""
    write("server.py", OWN_PYTHON.replace("LISTENER", IPV4))
    following = Following("--no-clients", "server.py", "1")
    visit(following.port())
    status, output, errors = following.end()
    assert status == 0, errors
    assert "The server ended by itself." in output


def test_script_is_not_for_own_clients() -> None:
    """--no-clients and --script contradict each other."""
    done = run("--no-clients", "--script", "burst", "true")
    assert done.returncode == 2
    assert "--no-clients plays no script: leave out --script" in done.stderr


def test_until_exit_goes_on_after_the_script() -> None:
    """With --until-exit a program's own end is recorded; without, it is ended first."""
    text = OWN_PYTHON.replace("LISTENER", IPV4) + "import time\ntime.sleep(0.2)\nsys.exit(4)\n"
    write("server.py", text)
    waited = run("--until-exit", "server.py", "2")
    assert waited.returncode == 0
    assert "P0 exit(4)" in waited.stdout
    assert "The server ended by itself." in waited.stdout
    hurried = run("server.py", "2").stdout
    assert "P0 exit(4)" not in hurried
    assert "After the last step echotrace ended the server." in hurried


@pytest.mark.parametrize(
    ("options", "number", "status"),
    [
        (["--no-clients"], signal.SIGTERM, 143),
        (["--no-clients", "--until-exit"], signal.SIGINT, 130),
    ],
)
def test_interruption(options: list[str], number: int, status: int) -> None:
    """What ends a recording that was to go on is an interruption; what was seen is shown."""
    write("server.c", OWN_C)
    following = Following(*options, "server.c")
    visit(following.port())
    got, output, _ = following.end(number)
    assert got == status
    assert "The recording ended early: interrupted." in output
    assert 'P0 read(4) = 5 "hello"' in output


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signal_before_the_recording_leaves_nothing_behind(number: int, tmp_path: Path) -> None:
    """What ends us while we compile takes the compiler and the unfinished recording with it."""
    write("server.c", OWN_C)
    write("compiler", "#!/bin/sh\nexec sleep 1000 2>pipe\n", 0o755)
    os.mkfifo("pipe")
    with subprocess.Popen(
        [sys.executable, "-m", "echotrace", "run", "server.c"],
        env={**os.environ, "CC": str(tmp_path / "compiler")},
    ) as process:
        with Path("pipe").open(encoding="utf-8"):  # the compiler runs
            process.send_signal(number)
        assert process.wait(PATIENCE) == 128 + number
    assert list((tmp_path / "state" / "echotrace").iterdir()) == []


def test_hangup_that_is_ignored_ends_nothing() -> None:
    """What nohup started goes on when the terminal is gone."""
    write("server.c", OWN_C)
    former = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        following = Following("--no-clients", "server.c")
    finally:
        signal.signal(signal.SIGHUP, former)
    port = following.port()
    following.process.send_signal(signal.SIGHUP)
    visit(port)
    status, output, _ = following.end(signal.SIGINT)
    assert status == 0
    assert 'P0 read(4) = 5 "hello"' in output


@pytest.mark.parametrize("name", ["server.c", "server.py", "server"])
def test_directory_that_is_closed_to_us(name: str, tmp_path: Path) -> None:
    """A program in a directory that we may not search is refused by its name."""
    (tmp_path / "closed").mkdir(mode=0)
    place = tmp_path / "closed" / name
    attempt = f"""
import os, sys
from echotrace.record import program
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    program.find([{str(place)!r}])
except program.UserError as refused:
    sys.stdout.write(str(refused))
"""
    done = subprocess.run(
        [sys.executable, "-c", attempt], capture_output=True, text=True, check=True
    )
    assert done.stdout in (
        f"cannot read '{place}': Permission denied", f"cannot run '{place}': Permission denied"
    )  # fmt: skip


def test_surroundings_of_the_program() -> None:
    """It has our environment, directory and processors, no input, no terminal, output on stderr."""
    write("tells.py", """import os, sys
print(os.getcwd(), os.environ["ECHOTRACE_RUN_TEST"], len(os.sched_getaffinity(0)))
print(repr(sys.stdin.read()), os.getsid(0) == os.getpid())
""")  # fmt: skip
    done = run("-q", "tells.py")
    assert (done.returncode, done.stdout) == (2, "")
    processors = len(os.sched_getaffinity(0))
    assert done.stderr.splitlines()[:2] == [
        f"{Path.cwd()} {os.environ[MARK]} {processors}",
        "'' True",
    ]


def test_server_that_is_no_echo_server() -> None:
    """When a built-in script does not suit a server, the error says what does."""
    write("server.py", OWN_PYTHON.replace("LISTENER", IPV4).replace("(data)", "(b'220')"))
    done = run("server.py")
    assert done.returncode == 2
    assert "the server answered '220'; the script 'interleaved' expects an echo" in done.stderr
    assert done.stdout.startswith("server.py - Python")


def test_terminal_is_given_back_as_it_was() -> None:
    """A program that changes the settings of our terminal does not leave them so."""
    write("raw.py", "import tty\ntty.setraw(2)\n")
    terminal, other = pty.openpty()
    before = termios.tcgetattr(other)
    subprocess.run(
        [sys.executable, "-m", "echotrace", "run", "raw.py"],
        stdout=subprocess.DEVNULL, stderr=other, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert termios.tcgetattr(other) == before
    os.close(terminal)
    os.close(other)


def test_source_in_place_of_a_command_gets_the_hint() -> None:
    """`echotrace server.c` says which commands take a source file."""
    done = subprocess.run(
        [sys.executable, "-m", "echotrace", "server.c"], capture_output=True, check=False, text=True
    )
    assert done.returncode == 2
    assert "echotrace run server.c" in done.stderr


def test_timeline_grows_while_the_program_runs() -> None:
    """With --live a row is there, in a pipe too, while the program still waits for more clients."""
    write("server.c", OWN_C)
    following = Following("--live", "--no-clients", "server.c")
    address = visit(following.port())
    output = following.process.stdout
    assert output is not None
    seen = []
    for line in output:
        seen.append(line)
        if "P0 close(4)" in line:
            break
    assert following.process.poll() is None
    text = "".join(seen)
    assert f"#1 is {address}\n" in text
    assert text.index("P0 accept(3)") < text.index('P0 read(4) = 5 "hello"')
    status, rest, _ = following.end(signal.SIGINT)
    assert status == 0
    assert rest.splitlines()[-1].split()[:2] == ["#1", address]


def test_live_is_the_same_recording() -> None:
    """What is seen live is in the trace, and the finished timeline is the same with and without."""
    write("server.py", OWN_PYTHON.replace("LISTENER", IPV4))
    live = run("--live", "-q", "-o", "live.jsonl", "server.py")
    assert live.returncode == 0, live.stderr
    numbers = set(re.findall(r"^ +[\d.]+ +(\d+)  ", live.stdout, re.MULTILINE))
    shown = recorded("server.py")
    seen = replay(load(Path("live.jsonl")))
    assert canonical(seen) == canonical(shown)
    assert len(numbers) > 10
    assert numbers <= {str(event.seq) for event in seen.events}


@pytest.mark.parametrize("option", [["--explain"], ["--format", "jsonl"], ["-o", "view.txt"]])
def test_live_is_one_view(option: list[str]) -> None:
    """--live with another view is refused before anything runs."""
    assert "--live prints a plain timeline" in refused("--live", *option, "false")


def test_program_that_goes_into_the_background_is_followed() -> None:
    """A daemon, which leaves its session and its parent, is recorded and ended like any other."""
    daemon = "import os\nos.fork() and os._exit(0)\nos.setsid()\nos.fork() and os._exit(0)\n"
    write("daemon.py", daemon + OWN_PYTHON.replace("LISTENER", IPV4))
    story = recorded("daemon.py")
    assert [connection.tasks for connection in story.connections] == [("P2",), ("P2",)]
