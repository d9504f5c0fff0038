"""Servers that nobody here wrote, how a user starts them, what their clients do, what is true."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / "programs"
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"

ECHO = r"""
1 connect
2 connect
1 send "hey"
2 send "you"
2 expect "you"
1 expect "hey"
2 close
1 shutdown
1 close
"""
SINK = r"""
1 connect
1 send "hey"
1 close
2 connect
2 send "you"
2 close
"""
PING = r"""
1 connect
2 connect
1 send "PING\r\n"
2 send "*1\r\n$4\r\nPING\r\n"
1 expect "+PONG\r\n"
2 expect "+PONG\r\n"
1 close
2 close
"""
GET = r"""
1 connect
1 send "GET /hello.txt HTTP/1.0\r\n\r\n"
1 expect "HTTP/1.STAR 200 OK\r\n"
2 connect
2 send "GET /hello.txt HTTP/1.0\r\n\r\n"
2 expect "HTTP/1.STAR 200 OK\r\n"
2 close
1 close
"""
NODE = "require('net').createServer(c => c.pipe(c)).listen(0, '127.0.0.1')"
CLUSTER = """
const cluster = require('cluster');
if (cluster.isPrimary) { cluster.fork(); cluster.fork(); }
else require('net').createServer(c => c.pipe(c)).listen(0, '127.0.0.1');
"""
#: socat's child, and ncat's, leave an end of a pipe or a socket pair to the kernel.
ENDS_OPEN = frozenset({"descriptor-open-at-exit"})
#: The children of socketserver and ncat do not close their copy of the listening socket.
KEEPS_LISTENING = frozenset({"child-keeps-listening-socket"})


def _nothing(_folder: Path, _port: int) -> None:
    pass


@dataclass(frozen=True)
class Real:
    """A program, with `{folder}` and `{port}` in its words; `prepare` fills the folder before.

    `kind` is what it is called, `found` what is found in it; `answered` how many bytes it
    sends to a client, as far as that is known here. In one that `races`, which process takes a
    connection is the scheduler's choice.
    """

    name: str
    words: Sequence[str]
    script: str
    kind: str
    answered: int | None = 3
    found: frozenset[str] = field(default=frozenset())
    prepare: Callable[[Path, int], None] = _nothing
    races: bool = False

    @property
    def program(self) -> str | None:
        """The path of the program; None where it is not installed."""
        return shutil.which(self.words[0], path=PATH)

    def argv(self, folder: Path) -> list[str]:
        """The words to start it with, in a folder that is made for it, at a port that is free."""
        folder.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.prepare(folder, port)
        first = self.program or self.words[0]
        words = [first, *self.words[1:]]
        return [w.replace("{folder}", str(folder)).replace("{port}", str(port)) for w in words]


def _hello(folder: Path, _port: int) -> None:
    (folder / "hello.txt").write_text("hello\n")


def _cluster(folder: Path, _port: int) -> None:
    (folder / "cluster.js").write_text(CLUSTER)


def _nginx(workers: int, sendfile: str) -> Callable[[Path, int], None]:
    def prepare(folder: Path, port: int) -> None:
        _hello(folder, port)
        own = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        (folder / "nginx.conf").write_text(
            f"daemon off; worker_processes {workers}; pid {folder}/pid; error_log stderr;\n"
            + ("user root;\n" if os.geteuid() == 0 else "")
            + "events { worker_connections 64; }\n"
            f"http {{ access_log off; sendfile {sendfile};\n"
            + "".join(f"{name}_temp_path {folder}/{name};\n" for name in own)
            + f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
        )

    return prepare


def _get(star: str) -> str:
    return GET.replace("STAR", star)


_SOCAT = "fork,reuseaddr"
_NGINX = ("nginx", "-p", "{folder}", "-e", "stderr", "-c", "{folder}/nginx.conf")

REAL = (
    Real("http.server", (sys.executable, "-m", "http.server", "--bind", "127.0.0.1",
         "--directory", "{folder}", "0"), _get("0"), "a thread server",
         answered=None, prepare=_hello),
    Real("socketserver forking", (sys.executable, f"{PROGRAMS}/forking_tcp_server.py"), ECHO,
         "a fork server", found=KEEPS_LISTENING),
    Real("socketserver threading", (sys.executable, f"{PROGRAMS}/threading_tcp_server.py"), ECHO,
         "a thread server"),
    Real("asyncio", (sys.executable, f"{PROGRAMS}/asyncio_server.py"), ECHO, "an epoll server"),
    Real("socat", ("socat", f"TCP-LISTEN:0,bind=127.0.0.1,{_SOCAT}", "EXEC:cat"), ECHO,
         "a fork server", found=ENDS_OPEN),
    Real("socat IPv6", ("socat", f"TCP6-LISTEN:0,bind=[::1],{_SOCAT}", "EXEC:cat"), ECHO,
         "a fork server", found=ENDS_OPEN),
    Real("socat UNIX", ("socat", "UNIX-LISTEN:{folder}/socket,fork", "EXEC:cat"), ECHO,
         "a fork server", found=ENDS_OPEN),
    Real("ncat", ("ncat", "-l", "-k", "--exec", "/bin/cat", "127.0.0.1", "{port}"), ECHO,
         "a fork server", found=KEEPS_LISTENING | ENDS_OPEN),
    Real("nc", ("nc.openbsd", "-l", "-k", "127.0.0.1", "{port}"), SINK,
         "an iterative server", answered=0),
    Real("nginx", _NGINX, _get("1"), "an epoll server", answered=None,
         prepare=_nginx(1, "off")),
    Real("nginx sendfile", _NGINX, _get("1"), "an epoll server", answered=None,
         prepare=_nginx(1, "on")),
    Real("nginx 2 workers", _NGINX, _get("1"), "a prefork server", answered=None,
         prepare=_nginx(2, "on"), races=True),
    Real("redis", ("redis-server", "--port", "{port}", "--bind", "127.0.0.1", "--save", "",
         "--dir", "{folder}"), PING, "an epoll server", answered=7),
    Real("node", ("node", "-e", NODE), ECHO, "an epoll server"),
    Real("node cluster", ("node", "{folder}/cluster.js"), ECHO,
         "a server that passes connections", prepare=_cluster, races=True),
)  # fmt: skip


def needs(program: str) -> pytest.MarkDecorator:
    """Skip where a program is not installed; never in CI, which installs it."""
    absent = shutil.which(program, path=PATH) is None and not os.environ.get("CI")
    return pytest.mark.skipif(absent, reason=f"needs {program}")


EVERY = [pytest.param(real, id=real.name, marks=needs(real.words[0])) for real in REAL]
