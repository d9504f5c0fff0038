"""What every explanation must be."""

import re

from echotrace.story.explain import explain
from echotrace.story.nouns import Story, StoryEvent

_ROLE = re.compile(r"(?:[PTC]\d+|An unknown task|SIG\w+|A signal)(?:'s)? \S")
_LAST = re.compile(r"last reference|nobody listens there any more|ends that end of the pipe")


def sentence(story: Story, event: StoryEvent) -> str:
    """The explanation of an event, found to be one sentence that contradicts nothing."""
    said = explain(story, event)
    assert _ROLE.match(said), said
    assert said.endswith(".")
    assert not said.endswith(("..", " .", ":.", ";.")), said
    assert ". " not in said, said
    assert "  " not in said, said
    assert said.count("(") == said.count(")"), said
    assert said.isascii(), said
    assert said.isprintable(), said
    assert "None" not in said, said
    assert "{" not in said, said
    for number in story.roles.spells:
        if number > 1000:  # a small one may stand for something else
            assert not re.search(rf"\b{number}\b", said), said
    _agrees(event, said)
    return said


def _agrees(event: StoryEvent, said: str) -> None:
    """What is said of references is what the touch counts."""
    touch = event.touch
    if touch is None:
        return
    assert all(freed.left >= 0 for freed in touch.freed)
    assert all(slot.references > 0 for slot in touch.copied)
    if " still hold" in said:
        assert any(freed.left > 0 for freed in touch.freed) or "ends" in said, said
    if _LAST.search(said):
        assert any(freed.left == 0 for freed in touch.freed) or "ends" in said, said
