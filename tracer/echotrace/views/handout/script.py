"""What the clients do, as a table: a line a client, its steps numbered in the order of all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice

from echotrace.story.costs.moments import step_of
from echotrace.story.nouns import Story
from echotrace.story.roles import client_role
from echotrace.trace import ClientStep
from echotrace.views import words
from echotrace.views.document.nouns import Block, Group, Item, Line, Paragraph, Table
from echotrace.views.document.runs import Run, Strong
from echotrace.views.handout.nouns import Making
from echotrace.views.texts import Texts

_STEP = re.compile(r"(?P<who>\d+(?:,\d+)*) (?P<what>.+)", re.DOTALL)
_MOST_CLIENTS, _MOST_STEPS, _MOST_TEXT = 12, 16, 24


def blocks(making: Making) -> Iterator[Block]:
    """One table for all sides that play the same script; of a free run a sentence."""
    sides = [(played(story), name) for name, story in making.stories.items()]
    keys = list(dict.fromkeys(key for key, _ in sides))
    for key in keys:
        names = [name for each, name in sides if each == key]
        yield _block(making, names, alone=len(keys) == 1)


def played(story: Story) -> tuple[object, ...]:
    """Equal for stories whose clients were to do the same."""
    header = story.trace.header
    return header.script, header.clients, _steps(story), header.load


def _steps(story: Story) -> tuple[str, ...]:
    """The steps as the header has them; those that were taken where it has none."""
    header = story.trace.header
    if header.steps or header.load is not None:
        return tuple(header.steps)
    taken = (step_of(event) for event in story.events if isinstance(event.record, ClientStep))
    return tuple(f"{step.client} {step.action} {step.text or ''}".strip() for step in taken)


def _block(making: Making, names: Sequence[str], *, alone: bool) -> Block:
    story, texts = making.stories[names[0]], making.texts
    header, steps = story.trace.header, _steps(story)
    of = {} if alone else {"sides": ", ".join(map(words.safe, names))}
    if header.load is not None:
        load = header.load
        return Paragraph(
            texts.runs(
                "script.free", clients=str(load.clients), echoes=str(load.echoes),
                payload=str(load.payload),
            )
        )  # fmt: skip
    if not steps:
        return Paragraph(texts.runs("script.outside"))
    name = words.path(header.script)
    head = texts.say("script.steps" if alone else "script.steps_of", script=name, **of)
    by_client = _by_client(steps)
    groups = [
        Group(client, (Line((Item(_sentence(texts, own)),)),))
        for client, own in islice(by_client.items(), _MOST_CLIENTS)
    ]
    if len(by_client) > _MOST_CLIENTS:
        more = texts.say("script.more_clients", count=str(len(by_client) - _MOST_CLIENTS))
        groups.append(Group("…", (Line((Item(more),)),)))
    return Table("", (texts.say("script.client"), head), tuple(groups))


def _by_client(steps: Sequence[str]) -> Mapping[str, Sequence[tuple[int, str]]]:
    """The steps of each client, with their numbers among all."""
    found = [
        (int(client), number, words.safe(match["what"]))
        for number, step in enumerate(steps, start=1)
        if (match := _STEP.fullmatch(step))
        for client in match["who"].split(",")
    ]
    return {
        client_role(client): [(number, what) for _, number, what in own]
        for client, own in groupby(sorted(found), lambda each: each[0])
    }


def _sentence(texts: Texts, steps: Sequence[tuple[int, str]]) -> tuple[Run, ...]:
    runs: list[Run] = []
    for number, what in steps[:_MOST_STEPS]:
        runs += [" · " if runs else "", Strong(str(number)), f" {_short(what)}"]
    if len(steps) > _MOST_STEPS:
        runs.append(texts.say("script.more_steps", count=str(len(steps) - _MOST_STEPS)))
    return tuple(run for run in runs if run)


def _short(what: str) -> str:
    return what if len(what) <= _MOST_TEXT else f"{what[: _MOST_TEXT - 1]}…"
