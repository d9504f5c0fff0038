"""Where a program can be reached, told by its records; and clients of every kind of socket."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from echotrace.record.clients import Client
from echotrace.record.script import Step
from echotrace.record.services import Service, Services
from echotrace.trace import Endpoint, Syscall


def call(
    name: str, local: str | None, link: str, errno: str | None = None, kind: str = ""
) -> Syscall:
    """A call on a socket, with what the kernel said of it."""
    return Syscall(
        seq=1, tid=1, name=name, args={"type": kind}, result=-1 if errno else 3, errno=errno,
        start=1, end=2, endpoints=[Endpoint(3, link, local)],
    )  # fmt: skip


def found(*records: Syscall) -> list[Service]:
    """The services that the records tell of."""
    services = Services()
    services.learn(records)
    return services.found


def test_a_listening_socket_is_a_service() -> None:
    """A stream socket takes clients from a successful listen on, not from bind on."""
    made = call("socket", None, "socket:[1]", kind="SOCK_STREAM")
    bound = call("bind", "127.0.0.1:80", "socket:[1]")
    assert found(made, bound, call("listen", "127.0.0.1:80", "socket:[1]", "EADDRINUSE")) == []
    assert found(made, bound, call("listen", "127.0.0.1:80", "socket:[1]")) == [
        Service("127.0.0.1:80")
    ]


def test_a_bound_udp_socket_is_a_service() -> None:
    """A UDP socket takes clients from bind on; a UNIX datagram socket is left alone."""
    made = call("socket", None, "socket:[1]", kind="SOCK_DGRAM|SOCK_CLOEXEC")
    assert found(made, call("bind", "[::]:53", "socket:[1]")) == [Service("[::]:53", True)]
    assert found(made, call("bind", "unix:/run/log", "socket:[1]")) == []


def test_services_come_in_order_and_once() -> None:
    """A second listen on the same socket adds nothing; a second socket comes after the first."""
    first, second = (call("listen", f"127.0.0.1:{n}", f"socket:[{n}]") for n in (9, 8))
    assert found(first, second, first) == [Service("127.0.0.1:9"), Service("127.0.0.1:8")]


@pytest.mark.parametrize(
    ("local", "family", "address", "port"),
    [
        ("0.0.0.0:80", socket.AF_INET, ("127.0.0.1", 80), 80),
        ("192.0.2.1:80", socket.AF_INET, ("192.0.2.1", 80), 80),
        ("[::]:80", socket.AF_INET6, ("::1", 80), 80),
        ("[2001:db8::1]:80", socket.AF_INET6, ("2001:db8::1", 80), 80),
        ("unix:/run/x", socket.AF_UNIX, b"/run/x", None),
        ("unix:@x:1", socket.AF_UNIX, b"\0x:1", None),
    ],
)
def test_clients_connect_to_the_services_address(
    local: str, family: int, address: object, port: int | None
) -> None:
    """The address is the service's own, or that of the loopback interface where it has all."""
    service = Service(local)
    assert (service.family, service.address, service.port) == (family, address, port)


def listeners(folder: Path) -> Iterator[tuple[socket.socket, str]]:
    """A listening socket of each family, and how a trace spells its address."""
    for family, where, form in (
        (socket.AF_INET, ("127.0.0.1", 0), "{0}:{1}"),
        (socket.AF_INET6, ("::1", 0), "[{0}]:{1}"),
        (socket.AF_UNIX, str(folder / "a"), "unix:{0}"),
        (socket.AF_UNIX, f"\0{os.getpid()}", "unix:@{0}"),
    ):
        listener = socket.socket(family)
        listener.bind(where)
        listener.listen()
        name = listener.getsockname()
        words = name if isinstance(name, tuple) else (os.fsdecode(name).removeprefix("\0"),)
        yield listener, form.format(*words)


def test_a_client_of_every_family_knows_both_its_addresses(tmp_path: Path) -> None:
    """A client's own address is the one that accept gives the server, for UNIX sockets too."""
    for listener, spelt in listeners(tmp_path):
        with closing(listener):
            client = Client(1, Service(spelt))
            while not client.act(Step((1,), "connect")):
                pass
            accepted, peer = listener.accept()
            with accepted:
                assert client.peer == spelt
                shown = peer if isinstance(peer, tuple) else (os.fsdecode(peer),)
                assert client.local is not None
                assert str(shown[-1 if len(shown) == 1 else 1]).strip("\0") in client.local
                client.act(Step((1,), "send", b"hey"))
                assert accepted.recv(9) == b"hey"
                client.abandon()
