"""What the kernel sends when a connection's descriptor is given up, or its sending is shut down.

Of a description that others refer to nothing is sent. The last close sends a FIN, unless one was
sent already; with bytes unread, or SO_LINGER of 0, it sends a reset (RFC 1122, 4.2.2.13; tcp_close
in net/ipv4/tcp.c). shutdown(2) with SHUT_WR sends a FIN whoever else holds the socket.
"""

from collections.abc import Mapping

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import Act, Socket, SocketState
from echotrace.story.closings import Sent, at_change
from echotrace.story.explain.case import speaks_tcp
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.exits import end_of
from echotrace.syscalls import logical_event
from echotrace.trace import Exit, Syscall

FIN, RST, NOTHING = "FIN", "RST", "nothing"
_S = SocketState
#: What is an answer; of what is left no question is asked.
_ANSWERS: Mapping[Sent, str] = {
    Sent.FIN: FIN, Sent.RESET: RST, Sent.ENDED_BEFORE: NOTHING, Sent.RESET_BEFORE: NOTHING,
}  # fmt: skip


def sent_by(story: Story, event: StoryEvent) -> str | None:
    """What the kernel sends for the connection of an event; None where that is no question.

    So it is where the model does not know whether bytes were unread, where another call keeps the
    socket meanwhile, and where the event gives up nothing.
    """
    freed = given_up(story, event)
    if freed is not None:
        return _of_close(freed)
    call, touch = event.record, event.touch
    if touch is None or not isinstance(call, Syscall) or logical_event(call.name) != "shutdown":
        return None
    if call.errno or not _known(touch.before) or not speaks_tcp(touch.used, touch.before):
        return None
    if call.args.get("how") == "SHUT_RD":
        return NOTHING
    return _change(touch.before, touch.after)


def given_up(story: Story, event: StoryEvent) -> Freed | None:
    """The descriptor of its connection that the event gave up, if it was one, and not more."""
    number = event.place.connection
    connection = story.connection(number) if number else None
    end = end_of(story, event) if isinstance(event.record, Syscall | Exit) else None
    if connection is None or connection.description is None or end is None or end.touch is None:
        return None
    own = [each for each in end.touch.freed if each.description.id == connection.description]
    return own[0] if len(own) == 1 else None


def _of_close(freed: Freed) -> str | None:
    if not speaks_tcp(freed.description, freed.before) or freed.in_flight:
        return None
    if freed.left:
        return NOTHING
    if not _known(freed.before) or _is_kept(freed):
        return None
    return _change(freed.before, freed.after)


def _is_kept(freed: Freed) -> bool:
    """Whether a call of another task keeps the socket, which has a reset to send yet."""
    before, after = freed.before, freed.after
    aborts = before is not None and before.last_act is Act.OWN_ABORT
    return aborts and after is not None and after.state is _S.ENDED


def _known(socket: Socket | None) -> bool:
    """Whether it is a connection of which the model knows what has arrived."""
    return socket is not None and socket.unread is not None


def _change(before: Socket | None, after: Socket | None) -> str | None:
    return _ANSWERS.get(at_change(before.state, after.state)) if before and after else None
