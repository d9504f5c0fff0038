"""What a side shows of what was to be predicted: for the key, from the model."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from echotrace.effort import WAITS_FOR_READINESS
from echotrace.story.closings import closings
from echotrace.story.explain.case import function_of
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.story.roles import client_role, is_thread
from echotrace.syscalls import logical_event
from echotrace.trace import ClientStep, Syscall
from echotrace.views.texts import Texts

#: So many connections, and so many waits, are told of.
_MOST_CONNECTIONS, _MOST_WAITS = 3, 3


def answer(name: str, side: str, story: Story, texts: Texts) -> str:
    """The answer of a side to the question of that name, in one sentence."""
    facts = _FACTS[name](story, texts)
    key = f"predicted.{name}" if facts else f"predicted.{name}_none"
    return texts.say(key, side=side, **facts)


def _tasks(story: Story, texts: Texts) -> Mapping[str, str]:
    roles = story.roles.names
    threads = [role for role in roles if is_thread(role)]
    served = [
        texts.say("predicted.serves", task=", ".join(tasks), client=_client(connection))
        for connection in story.connections[:_MOST_CONNECTIONS]
        if (tasks := dict.fromkeys(e.actor for e in _calls(story, connection, "recv")))
    ]
    return {
        "processes": _counted([role for role in roles if not is_thread(role)]),
        "threads": _counted(threads),
        "serving": "; ".join(served) or texts.say("predicted.nobody"),
    }


def _closes(story: Story, texts: Texts) -> Mapping[str, str]:
    told = []
    for number, own in closings(story).items():
        by = [
            texts.say(
                "predicted.closing",
                who=texts.say("closing.by_end", actor=story.roles.process(each.event.actor))
                if each.by_end
                else each.event.actor,
                seq=str(each.event.seq),
            )
            for each in own
        ]
        if by:
            times = texts.say(
                "predicted.times", connection=f"#{number}", count=str(len(by)), who=", ".join(by)
            )
            told.append(times)
    return {"closings": "; ".join(told[:_MOST_CONNECTIONS])} if told else {}


def _ready(story: Story, _texts: Texts) -> Mapping[str, str]:
    waits = [e for e in story.events if _logical(e) in WAITS_FOR_READINESS]
    if not waits:
        return {}
    actors = ", ".join(dict.fromkeys(each.actor for each in waits))
    call = ", ".join(
        dict.fromkeys(function_of(e.record) for e in waits if isinstance(e.record, Syscall))
    )
    return {"actor": actors, "call": call, "count": str(len(waits)), "seq": str(waits[0].seq)}


def _waits(story: Story, texts: Texts) -> Mapping[str, str]:
    """For each function the first wait that something ended."""
    found: dict[str, str] = {}
    for seq, ended in sorted(story.links.woken.items()):
        for each in ended:
            if isinstance(each.record, Syscall) and story.event(seq).seq == seq:
                function = function_of(each.record)
                found.setdefault(
                    function,
                    texts.say(
                        "predicted.wait", actor=each.actor, call=function, seq=str(each.seq),
                        by=_who_ends(story.event(seq), texts),
                    ),
                )  # fmt: skip
    return {"waits": "; ".join(list(found.values())[:_MOST_WAITS])} if found else {}


def _end(story: Story, texts: Texts) -> Mapping[str, str]:
    told = []
    for connection in story.connections[:_MOST_CONNECTIONS]:
        calls = _calls(story, connection, "recv")
        last = next((e for e in reversed(list(calls)) if _at_end(e)), None)
        if last is not None and isinstance(last.record, Syscall):
            result = last.record.errno or str(last.record.result)
            told.append(
                texts.say(
                    "predicted.sees", actor=last.actor, call=function_of(last.record),
                    seq=str(last.seq), result=result, client=_client(connection),
                )
            )  # fmt: skip
    return {"sees": "; ".join(told)} if told else {}


def _at_end(event: StoryEvent) -> bool:
    call = event.record
    return isinstance(call, Syscall) and (call.result == 0 or call.errno == "ECONNRESET")


def _calls(story: Story, connection: Connection, logical: str) -> Iterator[StoryEvent]:
    """The calls on a connection that are variants of one."""
    return (e for e in map(story.event, connection.events) if _logical(e) == logical)


def _logical(event: StoryEvent) -> str | None:
    return logical_event(event.record.name) if isinstance(event.record, Syscall) else None


def _client(connection: Connection) -> str:
    return client_role(connection.client) if connection.client else connection.place.name


def _who_ends(event: StoryEvent, texts: Texts) -> str:
    """What ended a wait; a client's step has no row, and so no number, in a comparison."""
    if isinstance(event.record, ClientStep):
        return f"{event.actor} {event.record.action}"
    call = [function_of(event.record)] if isinstance(event.record, Syscall) else []
    return texts.say("predicted.closing", who=" ".join([event.actor, *call]), seq=str(event.seq))


def _counted(roles: Sequence[str]) -> str:
    return f"{len(roles)} ({', '.join(roles)})" if roles else "0"


_FACTS: Mapping[str, Callable[[Story, Texts], Mapping[str, str]]] = {
    "tasks": _tasks,
    "closes": _closes,
    "ready": _ready,
    "waits": _waits,
    "end": _end,
}
