"""What becomes of an open file description when a descriptor of it is given up."""

from collections.abc import Mapping

from echotrace.kernel.descriptions import Freed
from echotrace.kernel.sockets import Socket, SocketState
from echotrace.story.explain.case import function_of, peer_of, role, speaks_tcp
from echotrace.story.explain.text import count, listed
from echotrace.story.nouns import LISTENER, Place, Story, StoryEvent
from echotrace.trace import Syscall

_HOLDERS_NAMED = 3
_S = SocketState

#: What the last close sends, by the state before (RFC 9293, 3.10.4; RFC 1122, 4.2.2.13).
_LAST_CLOSE: Mapping[SocketState, str] = {
    _S.CONNECTED: "the kernel sends a FIN to {peer} and lets the socket go",
    _S.PEER_ENDED: "the kernel sends a FIN to {peer}, which has ended its data already, and so the "
    "connection is closed in both directions",
    _S.ENDED: "its FIN is sent already, so nothing more goes to {peer}",
    _S.CLOSED: "both directions were ended already, so nothing more is sent",
    _S.RESET: "the connection was reset already, so nothing is sent",
}

_LAST_CLOSE_OF_UNIX: Mapping[SocketState, str] = {
    _S.CONNECTED: "{peer} will read the end of the data",
    _S.PEER_ENDED: "{peer} has ended its data already, and so both directions are ended",
    _S.ENDED: "{peer} has been told the end of the data already",
    _S.CLOSED: "both directions were ended already",
}


def fate(story: Story, event: StoryEvent, freed: Freed) -> str:
    """`P1 still holds it, so …`, or `the kernel sends a FIN …`."""
    if freed.left:
        return _lives_on(story, event, freed)
    user = _still_inside(story, event, freed)
    if user is not None:
        record = user.record
        assert isinstance(record, Syscall)
        function = function_of(record)
        return f"but {user.actor} is still in {function} on it (event {user.seq}), which keeps it"
    return _ends(story, event, freed)


def _lives_on(story: Story, event: StoryEvent, freed: Freed) -> str:
    place = story.places.get(freed.description.id)
    holders = _holders(story, event, freed)
    still = f"{listed(holders)} still hold{'' if len(holders) > 1 else 's'} it"
    if place is LISTENER:
        return f"{still}, so it goes on listening"
    if freed.description.id in story.receivers:
        return f"{still}, so it goes on receiving"
    if place is None:
        return still
    silent = " and no FIN is sent" if speaks_tcp(freed.description, freed.before) else ""
    return f"{still}, so the connection stays open{silent}"


def _ends(story: Story, event: StoryEvent, freed: Freed) -> str:
    place = story.places.get(freed.description.id)
    if freed.before is not None and not freed.before.stream and freed.description.other is None:
        return _stops_receiving(freed.before)
    if place is None or freed.before is None or freed.after is None:
        return "" if may_be_passed(story, event) else _OTHERS.get(freed.description.kind, "")
    unless = UNLESS_HELD if may_be_passed(story, event) else ""
    return unless + _end_of_socket(story, freed, place, freed.before, freed.after)


#: What the end of the last known reference means once descriptors may have been sent (unix(7)).
UNLESS_HELD = "unless a message in flight or its receiver holds it, "


def may_be_passed(story: Story, event: StoryEvent) -> bool:
    """Whether descriptors may have been sent in a message (SCM_RIGHTS) before an event."""
    passing = story.links.passing
    return passing is not None and passing < event.start


def _end_of_socket(story: Story, freed: Freed, place: Place, before: Socket, after: Socket) -> str:
    if place is LISTENER:
        return _stops_listening(before)
    if not speaks_tcp(freed.description, before):
        return _last_close_of_unix(before, peer_of(story, place.connection))
    return _last_close(before, after, peer_of(story, place.connection))


def _last_close_of_unix(before: Socket, peer: str) -> str:
    """What the peer finds out (unix_release_sock in net/unix/af_unix.c)."""
    if before.unread and before.state in (_S.CONNECTED, _S.ENDED):
        unread = count(before.unread, "byte")
        return f"{unread} of {peer} were not received, so {peer} gets ECONNRESET from recv"
    return _LAST_CLOSE_OF_UNIX.get(before.state, "the kernel lets the socket go").format(peer=peer)


#: What the end of the last reference means, by the kind of description.
_OTHERS: Mapping[str, str] = {
    "pipe": "which ends that end of the pipe",
    "epoll": "and the interest list is gone",
}


def _last_close(before: Socket, after: Socket, peer: str) -> str:
    if after.state is _S.RESET and before.state is not _S.RESET:
        if not before.unread:
            return f"SO_LINGER of 0 makes the kernel send {peer} a reset and no FIN"
        unread = count(before.unread, "byte")
        return f"{unread} of {peer} were not received, so the kernel sends a reset and no FIN"
    if before.unread is None and before.state is _S.CONNECTED:
        return f"the kernel sends a FIN to {peer}, or a reset if bytes were not received"
    return _LAST_CLOSE.get(before.state, "the kernel lets the socket go").format(peer=peer)


def _stops_listening(before: Socket) -> str:
    if not before.pending:
        return "nobody listens there any more"
    waiting = count(len(before.pending), "connection")
    verb = "is" if len(before.pending) == 1 else "are"
    return (
        f"nobody listens there any more, and {waiting} that waited in its accept queue {verb} reset"
    )


def _stops_receiving(before: Socket) -> str:
    """No peer of a datagram socket is told; a Unix sender finds out at its next send."""
    gone = "nothing is sent, and nobody receives datagrams there any more"
    if before.state not in (_S.BOUND, _S.CONNECTED):
        return ""
    waiting = len(before.queue)
    lost = f"; {count(waiting, 'datagram')} in its receive queue {_was(waiting)} never received"
    return gone + (lost if waiting else "")


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _holders(story: Story, event: StoryEvent, freed: Freed) -> list[str]:
    """Who still holds it: one task of each other table, the same table, messages in flight."""
    roles = list(dict.fromkeys(role(story, tid, event.start) for tid in freed.holders))
    if len(roles) > _HOLDERS_NAMED:
        more = len(roles) - _HOLDERS_NAMED
        roles = [*roles[:_HOLDERS_NAMED], f"{count(more, 'other')}"]
    if not roles and freed.left > freed.in_flight:
        roles = ["another descriptor of the same table"]
    return [*roles, *([_message(story, freed)] if freed.in_flight else [])]


def _message(story: Story, freed: Freed) -> str:
    """What carries it. Who is at the other end is known of a socket pair only."""
    used = [
        event.touch.used
        for event in story.links.senders.get(freed.description.id, ())
        if event.touch is not None
    ]
    inside = all(each is not None and each.other is not None for each in used)
    return "a message in flight" if inside else "a message in flight or who received it"


def _still_inside(story: Story, event: StoryEvent, freed: Freed) -> StoryEvent | None:
    """A call of another thread that works on it meanwhile: the kernel keeps it until that ends."""
    if not isinstance(event.record, Syscall):
        return None
    for user in story.links.in_flight.get(freed.description.id, ()):
        meanwhile = user.start < event.start and (user.end is None or user.end > event.start)
        if meanwhile and user.actor != event.actor and _lives(story, user, event.start):
            return user
    return None


def _lives(story: Story, user: StoryEvent, time: int) -> bool:
    end = story.links.ends.get(user.actor)
    return end is None or end.start > time
