"""The steps of the scripted clients, as the server's kernel sees them."""

from collections.abc import Callable, Mapping

from echotrace.kernel.sockets import SocketState
from echotrace.story.explain import udp_clients
from echotrace.story.explain.case import function_of, number_of
from echotrace.story.explain.fates import may_be_passed
from echotrace.story.explain.meanings import LEFT_BY_A_RESET
from echotrace.story.explain.text import count, listed
from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import ClientStep, Syscall


def of_step(story: Story, event: StoryEvent, step: ClientStep) -> str:
    """The sentence of a client's step, without its full stop."""
    if step.error is not None:
        return f"{event.actor} cannot {_VERBS.get(step.action, 'take this step')}: the step fails"
    rule = (udp_clients.STEPS if step.datagram else _STEPS).get(step.action)
    if rule is None:
        return f"{event.actor} takes a step of its script"
    return f"{event.actor} {rule(story, event, step)}" + _unfinished(step) + _wakes(story, event)


_VERBS: Mapping[str, str] = {
    "connect": "connect",
    "send": "send what it has to send",
    "expect": "get the bytes that it expects",
    "shutdown": "end its data",
    "close": "close its connection",
    "reset": "reset its connection",
}


def _unfinished(step: ClientStep) -> str:
    return "" if step.end is not None else ", with which it is not done when the recording ends"


def _wakes(story: Story, event: StoryEvent) -> str:
    """Whose waiting this step ends; a connect says it itself."""
    calls = story.links.woken.get(event.seq, ())
    told = [
        f"{call.actor}'s {function_of(call.record)} (event {call.seq})"
        for call in calls
        if isinstance(call.record, Syscall)
    ]
    if not told:
        return ""
    return f"; this wakes {' and '.join(told)}{_sleepers(story, event, calls[0])}"


def _sleepers(story: Story, event: StoryEvent, woken: StoryEvent) -> str:
    """The calls that go on waiting in accept: a connection wakes one of them.

    They wait exclusively, each at the tail of the socket's queue, and the kernel wakes the one at
    its head (inet_csk_wait_for_connect in net/ipv4/inet_connection_sock.c).
    """
    socket = event.touch.used if event.touch else None
    if socket is None or not _accepts(woken):
        return ""
    others = [
        call
        for call in story.links.in_flight.get(socket.id, ())
        if _accepts(call) and call is not woken and call.start < event.start
        if call.end is None or call.end > (woken.end or 0)
    ]
    if not others:
        return ""
    names = listed([f"{call.actor}'s (event {call.seq})" for call in others])
    waits = "waits" if len(others) == 1 else "wait"
    longest = all(woken.start < call.start for call in others)
    since = f", since {woken.actor} has waited longest" if longest else ""
    return f" and not {names}, which {waits} too{since}"


def _accepts(event: StoryEvent) -> bool:
    return event.logical == "accept"


def _connect(story: Story, event: StoryEvent, step: ClientStep) -> str:
    if step.end is None:
        return "tries to connect"
    touch = event.touch
    if touch is None or touch.used is None or touch.after is None:
        return "connects" if _is_unix(step) else f"connects: {_HANDSHAKE}"
    queue = f"the accept queue of {number_of(story, touch.used)}"
    pending = len(touch.after.pending)
    how = "" if _is_unix(step) else f"{_HANDSHAKE}, and "
    said = f"connects: {how}the connection waits in {queue} ({pending} pending)"
    return said + _until_accept(story, event)


_HANDSHAKE = "the kernel completes the handshake by itself"


def _is_unix(step: ClientStep) -> bool:
    """Whether no network is between: nothing is sent but the bytes (unix(7))."""
    return (step.local or "").startswith("unix:")


def _until_accept(story: Story, event: StoryEvent) -> str:
    """Which accept takes it."""
    if event.seq in story.links.woken:
        return ""
    number = event.place.connection
    accepted = story.connection(number).accepted if number is not None else None
    if accepted is None:
        return "; no accept takes it in this trace"
    taker = story.event(accepted)
    return f" until {taker.actor} accepts it (event {accepted})"


def _send(story: Story, event: StoryEvent, step: ClientStep) -> str:
    said = f"sends {count(step.size or 0, 'byte')}"
    after = event.touch.after if event.touch else None
    if after is None:
        return f"{said} to the server"
    if after.state is SocketState.LISTENING:
        return f"{said}, which wait in the kernel, for accept has not taken the connection yet"
    if _is_closed(story, event) and may_be_passed(story, event):
        return f"{said} to the server"
    if _is_closed(story, event):
        return f"{said}, but the server has closed the connection: its kernel answers with a reset"
    if after.unread is None:
        return f"{said}, which arrive in the receive buffer of {event.place.name}"
    held = count(after.unread, "byte")
    return f"{said}: the receive buffer of {event.place.name} holds {held} now"


def _is_closed(story: Story, event: StoryEvent) -> bool:
    """Whether the server has given up its last reference to the connection."""
    used = event.touch.used if event.touch else None
    closed = story.links.lasts.get(used.id) if used else None
    return closed is not None and closed < event.start


def _shutdown(_story: Story, event: StoryEvent, step: ClientStep) -> str:
    return f"ends its data (SHUT_WR), and can still receive: {_its_end(event, step)}"


def _close(_story: Story, event: StoryEvent, step: ClientStep) -> str:
    if step.unread:
        comes = "recv in the server fails with ECONNRESET once all bytes are received"
        so = comes if _is_unix(step) else "its kernel sends a reset and no FIN"
        unread = count(step.unread, "byte")
        return f"closes with {unread} not received, so {so}{_not_accepted(event)}"
    return f"closes: {_its_end(event, step)}"


def _its_end(event: StoryEvent, step: ClientStep) -> str:
    before = event.touch.before if event.touch else None
    state = before.state if before else SocketState.CONNECTED
    return (_UNIX_END if _is_unix(step) else _FIN)[state]


#: What the client's FIN does, by the state of the server's socket before.
_FIN: Mapping[SocketState, str] = {
    **dict.fromkeys(
        SocketState, "its FIN makes recv return 0 in the server once all bytes are received"
    ),
    SocketState.LISTENING: "its FIN arrives before accept has taken the connection",
    SocketState.PEER_ENDED: "its FIN is sent already",
    SocketState.ENDED: "its FIN ends the second direction of the connection, as the server's did "
    "the first",
    SocketState.CLOSED: "both directions are ended already",
    SocketState.RESET: "the connection was reset before, so nothing is sent",
}


#: The same where there is no FIN.
_UNIX_END: Mapping[SocketState, str] = {
    **_FIN,
    **dict.fromkeys(
        (SocketState.CONNECTED, SocketState.UNBOUND, SocketState.BOUND),
        "recv returns 0 in the server once all bytes are received",
    ),
    SocketState.LISTENING: "accept has not taken the connection yet",
    SocketState.PEER_ENDED: "its data is ended already",
    SocketState.ENDED: "both directions are ended now",
}


def _reset(story: Story, event: StoryEvent, step: ClientStep) -> str:
    if _is_unix(step):  # af_unix.c knows no SO_LINGER
        return f"{_close(story, event, step)}; SO_LINGER of 0 changes nothing for a Unix socket"
    before = event.touch.before if event.touch else None
    if before is not None and before.state is SocketState.RESET:
        return "closes with SO_LINGER 0; the connection was reset before"
    said = "closes with SO_LINGER 0: its kernel sends a reset"
    if _is_closed(story, event) and not may_be_passed(story, event):
        return f"{said}, but the server does not hold the connection any more"
    return f"{said}; {LEFT_BY_A_RESET}{_not_accepted(event)}"


def _expect(_story: Story, _event: StoryEvent, step: ClientStep) -> str:
    return f"has received the {count(step.size or 0, 'byte')} that it expects"


def _not_accepted(event: StoryEvent) -> str:
    after = event.touch.after if event.touch else None
    waits = after is not None and after.state is SocketState.LISTENING
    return "; accept has not taken the connection yet" if waits else ""


_Rule = Callable[[Story, StoryEvent, ClientStep], str]
_STEPS: Mapping[str, _Rule] = {
    "connect": _connect,
    "send": _send,
    "shutdown": _shutdown,
    "close": _close,
    "reset": _reset,
    "expect": _expect,
}
