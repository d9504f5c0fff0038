"""A call in progress, as a state holds it: what was passed, and what it waits for."""

from echotrace.kernel.state import TaskState
from echotrace.story.replay import replay
from tracebuilder import TraceBuilder

CLIENT = "127.0.0.1:50001"


def served() -> TraceBuilder:
    """A server at fd 3 with a connection at fd 4."""
    b = TraceBuilder()
    b.server()
    b.client(1, "connect", local=CLIENT, peer="127.0.0.1:7000")
    b.accept(10, 4)
    return b


def waiting(b: TraceBuilder, seq: int) -> TaskState:
    """The task as that call has begun."""
    return replay(b.trace()).at(seq, begun=True).by_tid[10]


def test_select_in_progress() -> None:
    """The sets it asks for are there, its answer is not."""
    b = served()
    call = b.begin(10, "select", 5, [3, 4], [4], None, None)
    b.client(1, "send", local=CLIENT, text="hello")
    seq = b.end(call, 1, readable=[4])
    task = waiting(b, seq)
    assert task.calling is not None
    assert (task.calling.result, task.calling.end) == (None, None)
    assert task.calling.args["readfds"] == [3, 4]
    assert "readable" not in task.calling.args
    found = [(wanted.fd, wanted.events, wanted.ready) for wanted in task.waits_for]
    assert found == [(3, "readfds", None), (4, "readfds|writefds", None)]
    later = replay(b.trace()).at(seq + 1).by_tid[10]
    assert [wanted.ready for wanted in later.waits_for] == [None, True]
    assert replay(b.trace()).at(seq).by_tid[10].waits_for == ()


def test_poll_in_progress() -> None:
    """The list is there, without what came."""
    b = served()
    entries = [{"fd": 4, "events": "POLLIN", "revents": ""}]
    call = b.begin(10, "poll", entries, 1, -1)
    seq = b.end(call, 1, fds=[entries[0] | {"revents": "POLLIN"}])
    task = waiting(b, seq)
    assert task.calling is not None
    assert task.calling.args["fds"] == [{"fd": 4, "events": "POLLIN"}]
    assert [(wanted.fd, wanted.events, wanted.ready) for wanted in task.waits_for] == [
        (4, "POLLIN", False)
    ]


def test_what_the_kernel_fills_in_is_not_there_yet() -> None:
    """Bytes, errors, addresses, new descriptors and events come as the call ends."""
    b = served()
    recv = b.call(10, "recvfrom", 4, "hey", 9, 0, CLIENT, 16, result=3, data="hey")
    pipe = b.call(10, "pipe2", [7, 8], 0)
    failed = b.call(10, "recvfrom", 4, None, 9, 0, None, None, errno="ECONNRESET")
    passed = [waiting(b, seq).calling for seq in (recv, pipe, failed)]
    told = [(call.args, call.data, call.errno) for call in passed if call]
    assert told == [
        ({"fd": 4, "len": 9, "flags": 0, "addr": "…"}, None, None),
        ({"flags": 0}, None, None),
        ({"fd": 4, "buf": None, "len": 9, "flags": 0, "addr": None, "addrlen": None}, None, None),
    ]
