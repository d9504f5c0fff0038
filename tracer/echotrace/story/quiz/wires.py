"""What the kernel sends at a close, a shutdown, the end of a task."""

from collections.abc import Iterator

from echotrace.kernel.sockets import SocketState
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.fields import said_of
from echotrace.story.quiz.ground import Ground, connections
from echotrace.story.quiz.nouns import Asked, Field
from echotrace.story.quiz.sending import FIN, NOTHING, RST, given_up
from echotrace.story.quiz.settled import is_settled, proof, turns

CHOICES = (FIN, RST, NOTHING)


def candidates(ground: Ground) -> Iterator[Asked]:
    """One for each end that the model is sure of."""
    for side, story in ground.sides:
        for connection in connections(story):
            ends = {event.seq for event, case in turns(story, connection) if case in _ENDS}
            for event in map(story.event, connection.events):
                answer = said_of(story, event.seq, Field.WIRE)
                asks = event.seq in ends or _shuts_down(event)
                if answer is not None and asks and is_settled(story, event):
                    yield Asked(
                        "wire", side, event.seq, case_of(story, event, answer), answer,
                        facts={"connection": event.place.name},
                        choices=CHOICES,
                        hidden=ground.hidden(side, event.seq, Field.WIRE),
                        evidence=proof(story, connection, event),
                    )  # fmt: skip


_ENDS = ("close", "exit")


def _shuts_down(event: StoryEvent) -> bool:
    return event.logical == "shutdown"


def case_of(story: Story, event: StoryEvent, answer: str) -> str:
    """Why the answer is right: the connection is `held`, bytes are `unread` …."""
    freed = given_up(story, event)
    if freed is None:
        return "shutdown" if answer == FIN else "shutdown_again"
    if freed.left:
        return "held"
    before = freed.before
    if answer == RST:
        return "unread" if before is not None and before.unread else "linger"
    if answer == FIN:
        ended = before is not None and before.state is SocketState.PEER_ENDED
        return "last.ended" if ended else "last"
    return "reset" if before is not None and before.state is SocketState.RESET else "sent"
