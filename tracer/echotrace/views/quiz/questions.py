"""What is asked, in words: the questions of a document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from echotrace.kernel.readiness import as_it_began
from echotrace.story.explain import explain
from echotrace.story.nouns import Story, StoryEvent
from echotrace.story.quiz.nouns import Asked, Field, Hidden
from echotrace.trace import Syscall
from echotrace.views.document.nouns import Answer, Question
from echotrace.views.document.runs import Blank, Code, Run, Strong, Text
from echotrace.views.phrases import c_call, phrase
from echotrace.views.quiz.blanks import blank, labels, said
from echotrace.views.quiz.excerpt import Excerpts
from echotrace.views.texts import Texts

_GAP = "____"
#: Kinds that no few lines of the timeline show.
_AT_LARGE = frozenset({"design"})
#: Room for an answer in sentences, by kind.
_LINES = {"design": 3}


def questions(
    asked: Sequence[Asked],
    stories: Mapping[str, Story],
    texts: Texts,
    *,
    key: bool,
    excerpts: bool = True,
) -> tuple[Question, ...]:
    """The questions, numbered from 1; `key` adds the answers.

    `stories` are those asked about, by the names of their sides, in the same order. With `excerpts`
    each shows the lines of the timeline that it is about; else only those about another timeline.
    """
    lines = Excerpts(asked, list(stories.values()))
    teller = _Teller(stories, texts, key, excerpts, lines)
    told = enumerate(zip(asked, labels(asked), strict=True), start=1)
    return tuple(teller.tell(number, question, label) for number, (question, label) in told)


@dataclass(frozen=True)
class _Teller:
    """Puts questions into words."""

    stories: Mapping[str, Story]
    texts: Texts
    key: bool
    excerpts: bool
    lines: Excerpts

    def tell(self, number: int, question: Asked, label: str) -> Question:
        """One question; its blank has the label."""
        texts = self.texts
        place = blank(question, label, texts, key=self.key) if label else None
        facts = self._facts(question, place)
        stem = (*self._side(question), *self._said(question, "stem", facts))
        shown = question.variant or (self.excerpts and question.kind not in _AT_LARGE)
        return Question(
            number=number,
            kind=texts.say(f"quiz.kind.{question.kind}"),
            stem=stem if place is None or place in stem else (*stem, " ", place),
            choices=tuple(self._choice(each) for each in question.choices),
            excerpt=self.lines.of(question) if shown else (),
            lines=0 if question.choices else _LINES.get(question.kind, 0),
            answer=self._answer(question, facts) if self.key else None,
        )

    def _side(self, question: Asked) -> tuple[Run, ...]:
        """Which server it is about, where there are several."""
        names = list(self.stories)
        return (Strong(names[question.side]), ": ") if len(names) > 1 else ()

    def _facts(self, question: Asked, place: Blank | None) -> dict[str, Text]:
        """What the words of a question need; their answers need what `_answer` adds."""
        story = self._story(question)
        event = story.event(question.event)
        facts: dict[str, Text] = {
            "event": str(event.seq),
            "actor": event.actor,
            "call": _call(story, event, question, place),
            **{name: said(fact, self.texts) for name, fact in question.facts.items()},
        }
        return facts | ({"blank": (place,)} if place else {})

    def _story(self, question: Asked) -> Story:
        return question.variant or list(self.stories.values())[question.side]

    def _choice(self, choice: str) -> Text:
        is_word = f"quiz.word.{choice}" in self.texts.entries
        return said(choice, self.texts) if is_word else (Code(choice),)

    def _answer(self, question: Asked, facts: Mapping[str, Text]) -> Answer:
        story = self._story(question)
        more: dict[str, Text] = {
            **facts,
            "answer": said(question.answer, self.texts),
            "explained": explain(story, story.event(question.event)),
            "proof": ", ".join(map(str, question.evidence)),
        }
        return Answer(
            self._said(question, "answer", more) or self._choice(question.answer),
            self._said(question, "why", more),
            self._said(question, "misconception", more),
        )

    def _said(self, question: Asked, part: str, facts: Mapping[str, Text]) -> tuple[Run, ...]:
        """The words of its case, of what that is a case of, of its answer, its kind; or nothing."""
        kind, cases = f"quiz.{question.kind}", question.case.split(".")
        wider = (".".join(cases[:depth]) for depth in range(len(cases), 0, -1))
        names = [f"{kind}.{name}.{part}" for name in (*wider, question.answer)]
        names.append(f"{kind}.{part}")
        found = (name for name in names if name in self.texts.entries)
        return next((self.texts.runs(name, **facts) for name in found), ())


def _call(story: Story, event: StoryEvent, question: Asked, place: Blank | None) -> tuple[Run, ...]:
    """The call as it begins, with the blank in it if that is in place of its descriptor."""
    call = event.record
    if not isinstance(call, Syscall):
        return (Code(phrase(story, event).head),)
    if place is None or Hidden(question.side, event.seq, Field.DESCRIPTOR) not in question.hidden:
        return (Code(c_call(as_it_began(call))),)
    gap = c_call(as_it_began(replace(call, args={**call.args, "fd": _GAP})))
    before, _, after = gap.partition(_GAP)
    return (Code(before), place, Code(after))
