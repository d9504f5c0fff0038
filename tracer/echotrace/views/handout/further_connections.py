"""The connections that the timeline has no room for: a line each, with what is not as before."""

from collections.abc import Collection, Hashable, Iterator, Sequence

from echotrace.story.compare.essence import outline
from echotrace.story.nouns import Connection, Story, StoryEvent
from echotrace.trace import ClientStep
from echotrace.views.document.nouns import Block, Group, Item, Line, Paragraph, Table
from echotrace.views.fold_words import calls
from echotrace.views.handout.nouns import Making
from echotrace.views.lanes import lay_out
from echotrace.views.texts import Texts

#: So many connections have lines; so many tasks are named in one.
_MOST_LINES, _MOST_NAMES = 18, 3


def sentence(making: Making, shown: Collection[int]) -> str:
    """Which connections the drawing has, of how many, so that nobody takes them for all."""
    ((_, story),) = making.stories.items()
    names = [each.place.name for each in story.connections if each.number in shown]
    return making.texts.say(
        "further.drawn", count=str(len(story.connections)), first=names[0], last=names[-1]
    )


def blocks(making: Making, shown: Collection[int]) -> Iterator[Block]:
    """The table of all connections that are not `shown`."""
    ((_, story),) = making.stories.items()
    texts = making.texts
    courses = _courses(story)
    further = [each for each in story.connections if each.number not in shown]
    models: dict[Hashable, Connection] = {}
    for each in story.connections:
        models.setdefault(_shape(courses[each.number]), each)
    groups = [
        _line(each, models[_shape(courses[each.number])], courses, texts)
        for each in further[:_MOST_LINES]
    ]
    head = tuple(texts.say(f"further.{name}") for name in ("connection", "course", "events"))
    yield Table(texts.say("further.caption"), head, tuple(groups))
    left = [each.place.name for each in further[_MOST_LINES:]]
    if left:
        name = "left_out" if left[1:] else "left_out_one"
        yield Paragraph(texts.say(f"further.{name}", first=left[0], last=left[-1]))


def _courses(story: Story) -> dict[int, list[StoryEvent]]:
    """What happens on each connection, in the order of the event numbers."""
    found: dict[int, dict[int, StoryEvent]] = {each.number: {} for each in story.connections}
    for event in (row.event for row in lay_out(story).rows):
        if event.place.connection is not None:
            found[event.place.connection][event.seq] = event
    return {number: [own[seq] for seq in sorted(own)] for number, own in found.items()}


def _shape(course: Sequence[StoryEvent]) -> Hashable:
    """Equal for connections with the same calls: payloads, descriptors, names and waits aside."""
    actors = _actors(course)
    return tuple(
        (
            outline(event),
            event.record.action if isinstance(event.record, ClientStep) else "",
            actors.index(event.actor),
        )
        for event in course
    )


def _actors(course: Sequence[StoryEvent]) -> list[str]:
    """Who takes part, in the order of their first events."""
    return list(dict.fromkeys(event.actor for event in course))


def _line(
    own: Connection, model: Connection, courses: dict[int, list[StoryEvent]], texts: Texts
) -> Group:
    course = courses[own.number]
    if model is own:
        told = texts.say("further.other", calls=calls(course))
    else:
        pairs = zip(_actors(course), _actors(courses[model.number]), strict=True)
        names = [
            texts.say("further.for", own=new, other=old)
            for new, old in pairs
            if new != old and not new.startswith("C")  # whose client it is stands before it
        ]
        like = texts.say("further.as", connection=model.place.name)
        told = ", ".join((like, *names[:_MOST_NAMES]))
    numbers = [event.seq for event in course]
    where = (
        texts.say("further.span", first=str(min(numbers)), last=str(max(numbers)))
        if numbers
        else ""
    )
    return Group(own.title, (Line((Item(told), Item(where))),))
