"""The fourth page: questions; the legend and the glossary follow."""

from collections.abc import Iterator, Mapping, Sequence

from msgspec.structs import replace

from echotrace.errors import UserError
from echotrace.story.nouns import Story
from echotrace.story.quiz.nouns import Asked
from echotrace.story.quiz.quiz import planned
from echotrace.views.document.nouns import Block, Heading, Paragraph, Question
from echotrace.views.handout.nouns import Making, Wish
from echotrace.views.quiz.fewer import fewer
from echotrace.views.quiz.own import as_question
from echotrace.views.quiz.questions import questions

_BLANKS = ("result", "descriptor", "ready")
#: Two blanks, two predictions, a bug to find, a design: kinds that take turns, and how many.
PLAN: Sequence[tuple[Sequence[str], int]] = (
    (_BLANKS, 2),
    (("actor", "count", "holders", "wire", "what_if"), 2),
    (("bug",), 1),
    (("design",), 1),
)
_DRAWN = 1  # the connection whose moments are drawn, unless one is wished for
_WANTED = sum(wanted for _, wanted in PLAN)


def asked(stories: Mapping[str, Story], wish: Wish) -> tuple[Asked | None, ...]:
    """The questions of a handout, None where one of the lecturer's own takes the place."""
    sides = list(stories.values())

    def teaches_less(question: Asked) -> bool:
        """Whether other rows, or the drawn moments, have the number that is asked for.

        Moments tell descriptors: these are asked of other connections, and results of the drawn.
        """
        if question.kind not in _BLANKS:
            return False
        drawn = sides[question.side].event(question.event).place.connection == _DRAWN
        by_number = question.kind == "descriptor" or question.case.startswith("accept")
        return not question.merit or (question.kind != "ready" and drawn == by_number)

    found = planned(sides, wish.seed, PLAN, connection=wish.connection, teaches_less=teaches_less)
    for own in wish.own:
        if own.replaces is not None and own.replaces > len(found):
            raise UserError(
                f"no question {own.replaces} is there to be replaced, the last is {len(found)}: "
                "leave out `replaces` to add the question"
            )
    replaced = {own.replaces for own in wish.own}
    return tuple(
        None if number in replaced else question for number, question in enumerate(found, start=1)
    )


def blocks(making: Making) -> Iterator[Block]:
    """The page."""
    yield Heading(making.texts.say("heading.questions"))
    if len(making.asked) < _WANTED:
        for sentence in fewer(making.stories, making.texts):
            yield Paragraph(sentence, warning=True)
    yield from _questions(making)


def _questions(making: Making) -> Iterator[Question]:
    wish = making.wish
    kept = [each for each in making.asked if each is not None]
    told = iter(
        questions(
            kept, making.stories, making.texts,
            key=making.key, excerpts=wish.max_rows is not None,
        )
    )  # fmt: skip
    places = {own.replaces: own for own in wish.own if own.replaces is not None}
    for number in range(1, len(making.asked) + 1):
        if number in places:
            yield as_question(places[number], number, key=making.key)
        else:
            yield replace(next(told), number=number)
    added = (own for own in wish.own if own.replaces is None)
    for number, own in enumerate(added, start=len(making.asked) + 1):
        yield as_question(own, number, key=making.key)
