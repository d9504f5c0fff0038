"""Which service the clients of a program are sent to."""

import pytest

from echotrace.errors import NotReachable
from echotrace.record.arrival import choose
from echotrace.record.services import Service

FOUR, SIX = Service("0.0.0.0:80"), Service("[::]:80")
OTHER, UDP, UNIX = Service("127.0.0.1:81"), Service("0.0.0.0:80", datagrams=True), Service("unix:a")


@pytest.mark.parametrize(
    ("found", "port", "chosen"),
    [
        ([], None, None),
        ([FOUR], None, FOUR),
        ([SIX, FOUR], None, SIX),
        ([FOUR, UDP], None, FOUR),
        ([UNIX, FOUR], None, FOUR),
        ([UNIX, Service("unix:b")], None, UNIX),
        ([FOUR, OTHER], 81, OTHER),
        ([UNIX, FOUR, SIX], 80, FOUR),
        ([FOUR], 81, None),
    ],
)
def test_choice(found: list[Service], port: int | None, chosen: Service | None) -> None:
    """Ports come before UNIX sockets, one in IPv4 and IPv6 is one, and --port decides."""
    assert choose("x", found, port) == chosen


def test_two_ports_are_no_choice() -> None:
    """Of two ports none is taken by chance; the sentence names them in their order."""
    with pytest.raises(NotReachable, match=r"'x' listens on 0.0.0.0:80 and 127.0.0.1:81; say"):
        choose("x", [UNIX, FOUR, SIX, OTHER], None)
