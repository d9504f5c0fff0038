"""Asks the questions of a quiz one after the other; whoever answers needs not be at a terminal."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from echotrace.story.quiz.nouns import Asked
from echotrace.views.document.nouns import Question
from echotrace.views.paint import Surface
from echotrace.views.quiz import lines
from echotrace.views.quiz.checking import is_answer, is_right, wants_number
from echotrace.views.quiz.quiz import Quiz
from echotrace.views.texts import Texts

_HELP, _LEAVE = "?", "q"
_MOST_HINTS = 3  # events that a hint names


class Outcome(Enum):
    """What became of a question."""

    RIGHT = auto()
    WRONG = auto()
    SKIPPED = auto()


#: How the word for each is shown.
_STYLES: Mapping[Outcome, str] = {
    Outcome.RIGHT: "same",
    Outcome.WRONG: "differs",
    Outcome.SKIPPED: "dim",
}


@dataclass(frozen=True)
class Played:
    """What became of the questions, as far as they were asked, and whether Ctrl-C ended it."""

    outcomes: tuple[Outcome, ...]
    interrupted: bool = False

    def numbers(self, outcome: Outcome) -> list[int]:
        """The numbers of the questions with that outcome."""
        return [n for n, each in enumerate(self.outcomes, start=1) if each is outcome]


@dataclass(frozen=True)
class Console:
    """Somebody who answers: `read` gives a line without its end, None when there are no more."""

    read: Callable[[], str | None]
    write: Callable[[str], None]
    surface: Surface


@dataclass(frozen=True)
class _Round:
    """A question: as derived, as it is asked, and with its answer."""

    asked: Asked
    question: Question
    told: Question
    texts: Texts


def play(quiz: Quiz, console: Console) -> Played:
    """Ask all questions, until whoever answers leaves; say in the end how many were right.

    Ctrl-C (KeyboardInterrupt) ends it too; what was answered before counts.
    """
    outcomes: list[Outcome] = []
    interrupted = False
    try:
        console.write(lines.opening(quiz, console.surface))
        console.write(lines.sentence(quiz.texts.say("asking.keys"), console.surface))
        for each in _rounds(quiz):
            outcome = _outcome(each, console)
            if outcome is None:
                break
            outcomes.append(outcome)
            console.write(_verdict(each, outcome, console.surface))
    except KeyboardInterrupt:
        interrupted = True
    played = Played(tuple(outcomes), interrupted)
    console.write("\n" + _score(quiz, played, console.surface))
    return played


def _rounds(quiz: Quiz) -> Iterator[_Round]:
    both = (quiz.questions(key=key) for key in (False, True))
    for asked, question, told in zip(quiz.asked, *both, strict=True):
        yield _Round(asked, question, told, quiz.texts)


def _outcome(each: _Round, console: Console) -> Outcome | None:
    """Ask until there is an answer; None if whoever answers leaves."""
    surface, texts = console.surface, each.texts
    console.write("\n" + lines.question(each.question, surface) + "\n" + _form(each, surface))
    while True:
        console.write(f"   {texts.say('asking.prompt')}")
        typed = console.read()
        if typed is None or typed.strip().casefold() == _LEAVE:
            return None
        if not typed.strip():
            return Outcome.SKIPPED
        if typed.strip() == _HELP:
            console.write(_help(each, surface))
        elif not is_answer(each.asked, typed, texts):
            unclear = "a_number" if wants_number(each.asked) else "unclear"
            console.write(lines.sentence(texts.say(f"asking.{unclear}"), surface))
        else:
            return Outcome.RIGHT if is_right(each.asked, typed, texts) else Outcome.WRONG


def _help(each: _Round, surface: Surface) -> str:
    """The choices, or what an answer looks like; and where to look, unless that tells too much."""
    asked = each.asked
    told = {asked.event, *(hidden.seq for hidden in asked.hidden)}
    elsewhere = [str(seq) for seq in asked.evidence if seq not in told]
    said = lines.choices(each.question, surface) or _form(each, surface)
    if elsewhere and asked.answer not in elsewhere:
        look = each.texts.say("asking.look", events=", ".join(elsewhere[:_MOST_HINTS]))
        said += lines.sentence(look, surface)
    return said


def _form(each: _Round, surface: Surface) -> str:
    """What an answer looks like, where there are no choices that say it."""
    if each.asked.choices:
        return ""
    forms = each.texts.table("asking.form")
    names = (each.asked.kind, *(hidden.field for hidden in each.asked.hidden))
    form = next((forms[name] for name in names if name in forms), forms["other"])
    return lines.sentence(form, surface)


def _verdict(each: _Round, outcome: Outcome, surface: Surface) -> str:
    """Right or not; the answer, and why."""
    said = each.texts.say(f"asking.{outcome.name.lower()}")
    judged = lines.sentence(said, surface, _STYLES[outcome])
    return judged + lines.answer(each.asked, each.told, surface, each.texts)


def _score(quiz: Quiz, played: Played, surface: Surface) -> str:
    """How many were right, and the numbers of those that were not."""
    texts = quiz.texts
    right, missed = played.numbers(Outcome.RIGHT), played.numbers(Outcome.WRONG)
    left = played.numbers(Outcome.SKIPPED)
    left += range(len(played.outcomes) + 1, len(quiz.asked) + 1)
    said = [texts.say("asking.score", right=str(len(right)), all=str(len(quiz.asked)))]
    for name, numbers in (("missed", missed), ("left", left)):
        if numbers:
            said.append(texts.say(f"asking.{name}", numbers=", ".join(map(str, numbers))))
    return lines.sentence(" ".join(said), surface)
