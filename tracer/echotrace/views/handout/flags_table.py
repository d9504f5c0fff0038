"""How tasks are made: a sentence a side, and a table of what the flags of these calls mean."""

from collections.abc import Iterator, Sequence

from echotrace.story.explain.case import function_of
from echotrace.story.made import Made, made_tasks
from echotrace.views import words
from echotrace.views.document.nouns import Block, Group, Item, Kind, Line, Paragraph, Table
from echotrace.views.handout.nouns import Making
from echotrace.views.texts import Texts

#: So many tasks, and so many calls, are named.
_MOST_NAMES, _MOST_NUMBERS = 4, 2


def blocks(making: Making) -> Iterator[Block]:
    """The sentences if any side makes tasks, and the table if any gives flags."""
    texts = making.texts
    sides = {words.safe(side): made_tasks(story) for side, story in making.stories.items()}
    if not any(sides.values()):
        return
    said = (" ".join(_sentences(side, made, texts)) for side, made in sides.items())
    yield Paragraph(" ".join(said))
    given = {flag for made in sides.values() for each in made for flag in each.flags or ()}
    if not given:
        return
    makers = {side: made for side, made in sides.items() if made}
    known = texts.table("flag")
    rows = []
    for flag in (*(flag for flag in known if flag in given), *sorted(given - known.keys())):
        meaning = Item(known.get(flag) or texts.say("flags.other"))
        cells = (_events(made, flag, texts) for made in makers.values())
        rows.append(Group(words.safe(flag), (Line((meaning, *cells)),)))
    head = (texts.say("flags.flag"), texts.say("flags.meaning"), *makers)
    yield Table(texts.say("flags.caption"), head, tuple(rows))


def _sentences(side: str, made: Sequence[Made], texts: Texts) -> Iterator[str]:
    """Which tasks were made how, and what they have in common with their makers."""
    if not made:
        yield texts.say("flags.no_task", side=side)
    alike: dict[tuple[str, str, tuple[str, ...] | None], list[str]] = {}
    for each in made:
        alike.setdefault((function_of(each.call), each.call.name, each.flags), []).append(each.role)
    for (function, call, flags), roles in alike.items():
        called = texts.say("flags.called", function=function, call=call)
        yield texts.say(
            "flags.makes",
            side=side,
            names=_all(roles, texts)
            if len(roles) <= _MOST_NAMES
            else _few(roles, _MOST_NAMES, texts),
            call=function if function == call else called,
            shared=_shared(call, flags, texts),
        )


def _shared(call: str, flags: tuple[str, ...] | None, texts: Texts) -> str:
    if flags is None:
        return texts.say("flags.unknown")
    if call == "vfork" or {"CLONE_VM", "CLONE_VFORK"} <= set(flags):
        return texts.say("flags.lent")
    things = [noun for flag, noun in texts.table("shared").items() if flag in flags]
    if not things:
        return texts.say("flags.nothing")
    return texts.say("flags.both", things=_all(things, texts))


def _events(made: Sequence[Made], flag: str, texts: Texts) -> Item:
    """The calls that gave a flag."""
    numbers = [each.event.seq for each in made if flag in (each.flags or ())]
    if not numbers:
        return Item("", Kind.GAP)
    few = _few([str(number) for number in numbers], _MOST_NUMBERS, texts)
    name = "flags.event" if len(numbers) == 1 else "flags.events"
    return Item(texts.say(name, numbers=few), event=numbers[0])


def _all(names: Sequence[str], texts: Texts) -> str:
    """All the names: `P1, P2 and P3`."""
    *first, last = names
    return texts.say("flags.names", first=", ".join(first), last=last) if first else last


def _few(names: Sequence[str], most: int, texts: Texts) -> str:
    """The names; of many, the first few and how many more there are."""
    few = ", ".join(names[:most])
    more = len(names) - most
    return few if more <= 0 else texts.say("flags.more", numbers=few, count=f"{more:,}")
