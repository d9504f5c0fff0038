"""The questions of a handout: two blanks, two predictions, a bug to find, a design."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from echotrace.errors import UserError
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.views.document.nouns import Paragraph, Question
from echotrace.views.document.runs import plain
from echotrace.views.handout.handout import handout
from echotrace.views.handout.nouns import Edition, Wish
from echotrace.views.handout.questions_page import asked
from echotrace.views.quiz.own import Own
from echotrace.views.texts import texts
from tracebuilder import TraceBuilder

_WISH = Wish(texts("en"))


def _asked(stories: Mapping[str, Story], wish: Wish = _WISH) -> Sequence[Question]:
    return [each for each in handout(stories, wish).blocks if isinstance(each, Question)]


@pytest.mark.parametrize("names", [("fork", "thread"), ("iterative", "epoll"), ("prefork",)])
def test_a_handout_asks_as_planned(stored: Mapping[str, Story], names: Sequence[str]) -> None:
    """Blanks first, then predictions, then a bug and a design, numbered from 1."""
    found = _asked({name: stored[name] for name in names})
    kinds = [each.kind for each in found]
    assert [each.number for each in found] == [1, 2, 3, 4, 5, 6]
    assert set(kinds[:2]) <= {"return value", "descriptor number", "what is ready"}
    assert kinds[4:] == ["find the bug", "design"]
    assert not set(kinds[:2]) & set(kinds[2:])


def test_blanks_are_those_that_no_row_below_tells(stored: Mapping[str, Story]) -> None:
    """What accept returns stands in the rows below: it is asked only where nothing else is."""
    for names in (("fork", "thread"), ("prefork", "pool"), ("iterative", "epoll")):
        stories = {name: stored[name] for name in names if name in stored}
        for seed in range(4):
            for each in asked(stories, replace(_WISH, seed=seed)):
                assert each is not None
                assert (each.kind, each.case) != ("result", "accept")


def test_editions_have_the_same_questions(stored: Mapping[str, Story]) -> None:
    """Numbers, kinds and choices are the same; only the key has answers."""
    stories = {name: stored[name] for name in ("fork", "thread")}
    students, teachers = (
        _asked(stories, replace(_WISH, edition=edition))
        for edition in (Edition.STUDENT, Edition.KEY)
    )
    for student, teacher in zip(students, teachers, strict=True):
        assert (student.number, student.kind) == (teacher.number, teacher.kind)
        assert student.choices == teacher.choices
        assert student.answer is None
        assert teacher.answer is not None


def test_own_questions_replace_and_are_added(stored: Mapping[str, Story]) -> None:
    """One stands in place of question 3, another one behind the last; the rest stays."""
    stories = {"fork": stored["fork"]}
    own = (Own("Why?"), Own("What?", title="Mine", replaces=3))
    before, after = _asked(stories), _asked(stories, replace(_WISH, own=own))
    assert [each.number for each in after] == [1, 2, 3, 4, 5, 6, 7]
    assert (plain(after[2].stem), after[2].kind) == ("What?", "Mine")
    assert (plain(after[6].stem), after[6].kind) == ("Why?", "")
    kept = [0, 1, 3, 4, 5]
    assert [after[at].kind for at in kept] == [before[at].kind for at in kept]


def test_no_question_is_there_to_be_replaced(stored: Mapping[str, Story]) -> None:
    """A number beyond the last question is refused, with what to do."""
    wish = replace(_WISH, own=(Own("What?", replaces=9),))
    with pytest.raises(UserError, match="no question 9"):
        handout({"fork": stored["fork"]}, wish)


def test_a_trace_without_clients_says_why_nothing_is_asked() -> None:
    """There are no questions, and a warning says why."""
    b = TraceBuilder()
    b.server()
    blocks = handout({"lonely": replay(b.trace())}, _WISH).blocks
    said = [plain(each.text) for each in blocks if isinstance(each, Paragraph) and each.warning]
    assert not [each for each in blocks if isinstance(each, Question)]
    assert any("no client is served" in each for each in said)


def test_the_seed_chooses(stored: Mapping[str, Story]) -> None:
    """One seed gives the same questions again, others give others."""
    stories = {name: stored[name] for name in ("fork", "thread")}
    asked = [[plain(e.stem) for e in _asked(stories, replace(_WISH, seed=s))] for s in (1, 1, 2)]
    assert asked[0] == asked[1] != asked[2]
