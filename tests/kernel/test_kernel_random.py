"""The kernel model against an independent naive one, on random call sequences."""

from hypothesis import given, settings
from hypothesis import strategies as st
from socket_machine import SocketMachine

from echotrace.kernel.model import Kernel, run
from echotrace.kernel.sockets import Socket, SocketState
from naive import Connection, Listener, Naive, Object


def compare(naive: Naive, kernel: Kernel) -> None:
    """Same tasks, same numbers, same sharing, same flags, same counts, same zombies."""
    state = kernel.state(0)
    zombies = {process.pid: process.parent for process in state.processes if process.zombie}
    assert zombies == naive.zombies
    assert {p.pid: p.parent for p in state.processes} == naive.parents | naive.zombies
    assert sorted(kernel.tasks()) == sorted(naive.tables)
    same: dict[int, Object] = {}
    for tid, table in naive.tables.items():
        slots = kernel.descriptors(tid)
        assert [slot.fd for slot in slots] == sorted(table)
        for slot in slots:
            wanted, cloexec = table[slot.fd]
            assert same.setdefault(slot.description.id, wanted) is wanted
            assert slot.cloexec == bool(cloexec)
            assert slot.references == naive.references(wanted)
            compare_socket(wanted, state.by_description[slot.description.id].socket)
    assert len({id(wanted) for wanted in same.values()}) == len(same)


def compare_socket(wanted: Object, socket: Socket | None) -> None:
    """Same state, same bytes to read, same queue."""
    if isinstance(wanted, Connection):
        assert socket is not None
        assert (socket.state, socket.unread) == (wanted.state, wanted.unread)
        assert (socket.peer, socket.peer_gone) == (wanted.peer, wanted.gone)
    elif isinstance(wanted, Listener):
        assert socket is not None
        assert socket.state is SocketState.LISTENING
        assert [(waiting.peer, waiting.unread, waiting.state) for waiting in socket.pending] == [
            (made.peer, made.unread, made.state) for made in wanted.queue
        ]


@settings(max_examples=200)
@given(st.data())
def test_agrees_with_a_naive_kernel(data: st.DataObject) -> None:
    """After random valid calls the model and a naive kernel hold the same tables and counts."""
    machine = SocketMachine(data.draw)
    for _ in range(data.draw(st.integers(1, 40))):
        machine.step()
    kernel = run(machine.trace.records)
    assert kernel.ledger.doubts == []
    compare(machine.naive, kernel)
