"""Servers of other authors, as Debian packages them: what is found in them is true."""

import shutil
import socket
from pathlib import Path

import pytest
from recordings import own_folders, played, steps

from echotrace.record import inject, script
from echotrace.record.plan import Plan
from echotrace.record.script import Script
from echotrace.story.findings.check import findings
from echotrace.story.replay import replay
from echotrace.trace import Trace
from proofs import prove
from real_programs import needs

SOCAT = shutil.which("socat") or ""
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin") or ""

#: socat's child ends without closing its pipe or its end of the socket pair: true, and a note.
ENDS_OPEN = "descriptor-open-at-exit"
RUNS = (
    ("interleaved", ""), ("sequential", ""), ("burst", ""), ("reset", ""), ("half-close", ""),
    ("interleaved", "send:short=3"), ("interleaved", "accept:ECONNABORTED"),
)  # fmt: skip
GET = '"GET / HTTP/1.0\\r\\n\\r\\n"'
OK = '"HTTP/1.1 200 OK"'
ASK = steps(
    f"1 connect;2 connect;1 send {GET};2 send {GET};1 expect {OK};2 expect {OK};1 close;2 close"
)


@pytest.fixture(autouse=True)
def folders(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is kept in the user's folders."""
    own_folders(monkeypatch, tmp_path_factory)


def recorded(argv: list[str], program: str, play: Script, fault: str = "") -> Trace:
    """A server of the system, under a script and perhaps a fault."""
    injections = (inject.parse(fault),) if fault else ()
    return played(Plan(Path(program).name, "c", argv, play, program, mute=True,
                       injections=injections))  # fmt: skip


def found(trace: Trace) -> tuple[set[str], str]:
    """The ids of what is found, proved by the raw records, and the kind."""
    all_found = findings(replay(trace))
    for finding in all_found:
        prove(finding, trace)
    kind = next(f.sentence.partition(":")[0] for f in all_found if f.id == "kind")
    return {f.id for f in all_found} - {"kind"}, kind


@needs("socat")
@pytest.mark.parametrize("end", ["PIPE", "EXEC:cat"])
@pytest.mark.parametrize(("name", "fault"), RUNS)
def test_socat(name: str, fault: str, end: str) -> None:
    """socat forks for each client; it waits for its children and sends what a send left over."""
    argv = ["socat", "TCP-LISTEN:0,bind=127.0.0.1,reuseaddr,fork", end]
    trace = recorded(argv, SOCAT, script.find(name, 2), fault)
    assert found(trace) == ({ENDS_OPEN}, "This is a fork server")


@needs("socat")
def test_option_of_the_address_is_a_finding() -> None:
    """Without reuseaddr and bind, socat's port cannot be used again, and is open to everybody."""
    trace = recorded(["socat", "TCP-LISTEN:0,fork", "PIPE"], SOCAT, script.find("interleaved", 2))
    assert found(trace)[0] == {ENDS_OPEN, "no-so-reuseaddr", "listens-on-every-interface"}


@needs("nginx")
@pytest.mark.parametrize("fault", ["", "accept4:ECONNABORTED"])
@pytest.mark.parametrize(
    ("workers", "kind"), [(1, "This is an epoll server"), (2, "This is a prefork server")]
)
def test_nginx(tmp_path: Path, workers: int, kind: str, fault: str) -> None:
    """nginx's workers have the master's listening socket, and need it: nothing is wrong."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    own = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; worker_processes {workers}; pid {tmp_path}/pid; error_log stderr;\n"
        "events { worker_connections 64; }\n"
        "http { access_log off;\n"
        + "".join(f"{name}_temp_path {tmp_path}/{name};\n" for name in own)
        + f'server {{ listen 127.0.0.1:{port}; location / {{ return 200 "hey"; }} }} }}\n'
    )
    argv = ["nginx", "-p", str(tmp_path), "-e", "stderr", "-c", str(tmp_path / "nginx.conf")]
    assert found(recorded(argv, NGINX, ASK, fault)) == (set(), kind)
