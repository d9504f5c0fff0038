"""The steps of the scripted clients, as the server's kernel sees them."""

from collections.abc import Callable, Mapping

from echotrace.kernel.sockets import Socket, SocketState
from echotrace.story.explain.case import number_of
from echotrace.story.explain.text import count
from echotrace.story.nouns import Story, StoryEvent
from echotrace.syscalls import c_function
from echotrace.trace import ClientStep, Syscall


def of_step(story: Story, event: StoryEvent, step: ClientStep) -> str:
    """The sentence of a client's step, without its full stop."""
    if step.error is not None:
        return f"{event.actor} cannot {_VERBS.get(step.action, 'take this step')}: the step fails"
    rule = _STEPS.get(step.action)
    if rule is None:
        return f"{event.actor} takes a step of its script"
    return f"{event.actor} {rule(story, event, step)}" + _unfinished(step) + _wakes(story, event)


_VERBS: Mapping[str, str] = {
    "connect": "connect",
    "send": "send all its bytes",
    "expect": "get the bytes that it expects",
    "shutdown": "end its data",
    "close": "close its connection",
    "reset": "reset its connection",
}


def _unfinished(step: ClientStep) -> str:
    return "" if step.end is not None else ", with which it is not done when the recording ends"


def _wakes(story: Story, event: StoryEvent) -> str:
    """Whose waiting this step ends; a connect says it itself."""
    calls = [story.by_seq[seq] for seq in story.woken.get(event.seq, ()) if seq in story.by_seq]
    told = [
        f"{call.actor}'s {c_function(call.record.name, call.record.args)} (event {call.seq})"
        for call in calls
        if isinstance(call.record, Syscall)
    ]
    return f"; this wakes {' and '.join(told)}" if told else ""


def _connect(story: Story, event: StoryEvent, step: ClientStep) -> str:
    if step.end is None:
        return "tries to connect"
    touch = event.touch
    if touch is None or touch.used is None or touch.after is None:
        return "connects: the kernel completes the handshake by itself"
    queue = f"the accept queue of {number_of(story, touch.used)}"
    pending = len(touch.after.pending)
    said = (
        f"connects: the kernel completes the handshake by itself, and the connection waits in "
        f"{queue} ({pending} pending)"
    )
    return said + _until_accept(story, event)


def _until_accept(story: Story, event: StoryEvent) -> str:
    """Which accept takes it."""
    if event.seq in story.woken:
        return ""
    number = event.place.connection
    accepted = story.connection(number).accepted if number is not None else None
    if accepted is None:
        return "; no accept takes it in this trace"
    taker = story.event(accepted)
    return f" until {taker.actor} accepts it (event {accepted})"


def _send(_story: Story, event: StoryEvent, step: ClientStep) -> str:
    said = f"sends {count(step.size or 0, 'byte')}"
    after, where = _end_of(event)
    if after is None:
        return f"{said} to the server"
    if after.state is SocketState.LISTENING:
        return f"{said}, which wait in the kernel, for accept has not taken the connection yet"
    if after.unread is None:
        return f"{said}, which arrive in the receive buffer of {where}"
    return f"{said}: the receive buffer of {where} holds {count(after.unread, 'byte')} now"


def _shutdown(_story: Story, event: StoryEvent, _step: ClientStep) -> str:
    return (
        "ends its data (SHUT_WR): its FIN makes recv return 0 once all bytes are received, and it "
        f"can still receive{_not_accepted(event)}"
    )


def _close(_story: Story, event: StoryEvent, step: ClientStep) -> str:
    if step.unread:
        return (
            f"closes with {count(step.unread, 'byte')} not received, so its kernel sends a reset "
            f"and no FIN{_not_accepted(event)}"
        )
    after, _ = _end_of(event)
    if after is not None and after.state is SocketState.RESET:
        return "closes; the connection was reset before"
    return f"closes: its FIN makes recv return 0 once all bytes are received{_not_accepted(event)}"


def _reset(_story: Story, event: StoryEvent, _step: ClientStep) -> str:
    return (
        "closes with SO_LINGER 0: its kernel sends a reset, and what the server has not received "
        f"yet is lost{_not_accepted(event)}"
    )


def _expect(_story: Story, _event: StoryEvent, step: ClientStep) -> str:
    return f"has received the {count(step.size or 0, 'byte')} that it expects"


def _end_of(event: StoryEvent) -> tuple[Socket | None, str]:
    """The server's end after the step, and its name."""
    return (event.touch.after if event.touch else None), event.place.name


def _not_accepted(event: StoryEvent) -> str:
    after, _ = _end_of(event)
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
