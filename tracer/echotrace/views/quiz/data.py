"""A quiz as JSON, in ASCII, for programs.

The object has `format` (the number below), `kind` (`quiz`), `title`, `language`, `seed`, `notes`
(sentences to be read first), `traces` and `questions`. A trace has the `name` of its side and its
`sha256` (`tracefile.fingerprint`). A question has its `number`, `kind`, the `side` that it is
about and the number of the `event` there (null if it is one of a broken variant); `stem`, `choices`
(empty if there are none) and `excerpt`, the lines of the timeline that it is about, with `____` for
what is left out.

With answers, and only then, a question has its `answer` too: `text`, which is one of the choices
if there are any; `accepted`, other ways to say it; `why`, `misconception`, and `events`, the
numbers of those that prove it.
"""

import json
from typing import Any

from echotrace.story.quiz.nouns import Asked
from echotrace.tracefile import fingerprint
from echotrace.views.document.nouns import Answer, Question
from echotrace.views.document.runs import plain
from echotrace.views.quiz.blanks import said
from echotrace.views.quiz.lines import words_of
from echotrace.views.quiz.quiz import Quiz

#: Raised whenever a field changes its meaning or goes. 1: the first.
FORMAT = 1

_Object = dict[str, Any]


def data(quiz: Quiz, *, key: bool) -> str:
    """The object of a quiz, ended by a newline; with the answers if it is the `key`."""
    asked = zip(quiz.asked, quiz.questions(key=False), quiz.questions(key=key), strict=True)
    whole = {
        "format": FORMAT,
        "kind": "quiz",
        "title": quiz.title,
        "language": quiz.texts.language,
        "seed": quiz.seed,
        "notes": list(quiz.notes),
        "traces": [
            {"name": name, "sha256": fingerprint(story.trace)}
            for name, story in quiz.stories.items()
        ],
        "questions": [
            _question(quiz, each, question) | _answer(quiz, each, answered.answer)
            for each, question, answered in asked
        ],
    }
    return json.dumps(whole, indent=1) + "\n"


def _question(quiz: Quiz, asked: Asked, question: Question) -> _Object:
    return {
        "number": question.number,
        "kind": asked.kind,
        "side": list(quiz.stories)[asked.side],
        "event": asked.event if asked.variant is None else None,
        "stem": words_of(question.stem),
        "choices": [plain(choice) for choice in question.choices],
        "excerpt": list(question.excerpt),
    }


def _answer(quiz: Quiz, asked: Asked, answer: Answer | None) -> _Object:
    if answer is None:
        return {}
    told = {
        "text": plain(answer.text),
        "accepted": [said(each, quiz.texts) for each in asked.accepted],
        "why": plain(answer.why),
        "misconception": plain(answer.misconception),
        "events": list(asked.evidence),
    }
    return {"answer": told}
