"""A quiz as a document, for every format that documents are written in."""

from echotrace.views.document.nouns import Document, Paragraph
from echotrace.views.document.trail import trail
from echotrace.views.quiz.quiz import Quiz
from echotrace.views.words import safe


def document(quiz: Quiz, *, key: bool) -> Document:
    """The sheet for students, or the `key` with the answers."""
    return Document(
        kind="quiz",
        title=safe(quiz.title),
        blocks=(
            *(Paragraph(safe(note), warning=True) for note in quiz.notes),
            *quiz.questions(key=key),
        ),
        edition=quiz.texts.say(f"edition.{'key' if key else 'student'}"),
        trail=f"{quiz.texts.say('sheet.seed', seed=str(quiz.seed))}: {trail(quiz.stories)}",
        language=quiz.texts.language,
        labels=quiz.texts.table("label"),
    )
