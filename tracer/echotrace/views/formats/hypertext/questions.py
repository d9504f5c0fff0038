"""What readers write into, in HTML: boxes, questions, and in the key the answers."""

from collections.abc import Iterator

from echotrace.views.document.nouns import Answer, Box, Question
from echotrace.views.formats.hypertext.setting import Setting, escaped


def box(block: Box, setting: Setting) -> Iterator[str]:
    """A frame with a heading."""
    yield '<section class="box">'
    yield setting.heading(escaped(block.title))
    for sentence, answer in block.answered:
        yield f"<p>{setting.inline(sentence)}</p>"
        if answer is None:
            yield from _room(block.lines)
        else:
            yield f'<p class="answer">{setting.inline(answer)}</p>'
    yield "</section>"


def question(block: Question, setting: Setting) -> Iterator[str]:
    """A question headed by its number and kind; room for an answer only where there is none."""
    yield '<section class="question">'
    number = setting.say("question", number=str(block.number))
    kind = f' <span class="kind">{escaped(block.kind)}</span>' if block.kind else ""
    yield setting.heading(f"{number}{kind}")
    yield f"<p>{setting.inline(block.stem)}</p>"
    if block.excerpt:
        lines = "\n".join(map(escaped, block.excerpt))
        yield f'<pre tabindex="0">{lines}</pre>'
    if block.choices:
        yield '<ol class="choices">'
        yield from (f"<li>{setting.inline(choice)}</li>" for choice in block.choices)
        yield "</ol>"
    yield from _room(block.lines) if block.answer is None else _answer(block.answer, setting)
    yield "</section>"


def _answer(answer: Answer, setting: Setting) -> Iterator[str]:
    yield '<dl class="answer">'
    for name, text in answer.parts:
        yield f"<dt>{setting.say(name)}</dt><dd>{setting.inline(text)}</dd>"
    yield "</dl>"


def _room(lines: int) -> Iterator[str]:
    """Lines to write on by hand, which say nothing."""
    if lines:
        yield f'<div class="room" aria-hidden="true">{"<div></div>" * lines}</div>'
