"""The steps of scripted clients that have a UDP socket: only `send` sends anything (udp(7))."""

from collections.abc import Callable, Mapping

from echotrace.story.explain.case import number_of
from echotrace.story.explain.text import count
from echotrace.story.nouns import Story, StoryEvent
from echotrace.trace import ClientStep

_UNSEEN = "so the server sees nothing of it"


def _connect(_story: Story, event: StoryEvent, _step: ClientStep) -> str:
    said = f"connects: UDP only notes the server's address and sends nothing, {_UNSEEN}"
    if event.place.connection is None:
        return f"{said}; no datagram of {event.actor} is received in this trace"
    return said


def _send(story: Story, event: StoryEvent, step: ClientStep) -> str:
    size = step.size or 0
    datagram = f"a datagram of {count(size, 'byte')}" if size else "an empty datagram"
    said = f"sends {datagram}"
    touch = event.touch
    if touch is None or touch.used is None or touch.after is None:
        return f"{said} to the server"
    queued = count(len(touch.after.queue), "datagram")
    return f"{said}: the receive queue of {number_of(story, touch.used)} holds {queued} now"


def _shutdown(_story: Story, _event: StoryEvent, _step: ClientStep) -> str:
    return f"will send no more (SHUT_WR), and can still receive; UDP sends nothing, {_UNSEEN}"


def _close(_story: Story, _event: StoryEvent, _step: ClientStep) -> str:
    return f"closes: UDP has no FIN and sends nothing, {_UNSEEN}"


def _reset(_story: Story, _event: StoryEvent, _step: ClientStep) -> str:
    return f"closes: UDP has no reset and sends nothing, {_UNSEEN}"


def _expect(_story: Story, _event: StoryEvent, step: ClientStep) -> str:
    return f"has received the datagram of {count(step.size or 0, 'byte')} that it expects"


STEPS: Mapping[str, Callable[[Story, StoryEvent, ClientStep], str]] = {
    "connect": _connect,
    "send": _send,
    "shutdown": _shutdown,
    "close": _close,
    "reset": _reset,
    "expect": _expect,
}
