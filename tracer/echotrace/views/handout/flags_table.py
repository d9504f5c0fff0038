"""The table of the flags by which tasks were made: what each means, and which side gave it."""

from collections.abc import Iterable, Iterator, Sequence

from echotrace.story.explain.case import function_of
from echotrace.story.made import Made, made_tasks
from echotrace.views import words
from echotrace.views.document.nouns import Block, Group, Item, Kind, Line, Paragraph, Table
from echotrace.views.handout.nouns import Making
from echotrace.views.texts import Texts


def blocks(making: Making) -> Iterator[Block]:
    """The table; a sentence instead where no side makes a task."""
    texts = making.texts
    sides = [made_tasks(story) for story in making.stories.values()]
    if not any(sides):
        yield Paragraph(texts.say("flags.none"))
        return
    given = {flag for made in sides for each in made for flag in each.flags or ()}
    known = [flag for flag in texts.table("flag") if flag in given]
    rows = [
        _row(texts.say("flags.call"), "", [_calls(made, texts) for made in sides]),
        _row(texts.say("flags.shared"), texts.say("flags.shares"),
             [_shared(made, texts) for made in sides]),
    ]  # fmt: skip
    for flag in (*known, *sorted(given - set(known))):
        meaning = texts.say(f"flag.{flag}") if flag in known else texts.say("flags.other")
        rows.append(_row(words.safe(flag), meaning, [_events(made, flag, texts) for made in sides]))
    head = (texts.say("flags.flag"), texts.say("flags.meaning"), *map(words.safe, making.stories))
    yield Table(texts.say("flags.caption"), head, tuple(rows))


def _row(label: str, meaning: str, cells: Iterable[Item]) -> Group:
    return Group(label, (Line((Item(meaning), *cells)),))


def _calls(made: Sequence[Made], texts: Texts) -> Item:
    """Through which functions the tasks were made, and by which calls."""
    if not made:
        return Item(texts.say("flags.no_task"))
    pairs = dict.fromkeys((function_of(each.call), each.call.name) for each in made)
    said = (
        function if function == call else texts.say("flags.called", function=function, call=call)
        for function, call in pairs
    )
    return Item(", ".join(said))


def _shared(made: Sequence[Made], texts: Texts) -> Item:
    """What the new tasks have in common with their makers, for each set of flags."""
    said = []
    for flags in dict.fromkeys(each.flags for each in made):
        if flags is None:
            said.append(texts.say("flags.unknown"))
            continue
        both = [noun for flag, noun in texts.table("shared").items() if flag in flags]
        said.append(", ".join(both) or texts.say("flags.nothing"))
    return Item("; ".join(said))


def _events(made: Sequence[Made], flag: str, texts: Texts) -> Item:
    """The calls that gave a flag."""
    numbers = [each.event.seq for each in made if flag in (each.flags or ())]
    if not numbers:
        return Item("", Kind.GAP)
    said = str(numbers[0])
    if len(numbers) > 1:
        said = texts.say("flags.more", first=said, count=f"{len(numbers) - 1:,}")
    return Item(said, Kind.TEXT, numbers[0])
