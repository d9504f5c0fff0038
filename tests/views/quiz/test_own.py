"""A lecturer's own questions: shown as they are, refused with what is wrong."""

from pathlib import Path

import pytest

from echotrace.errors import UserError
from echotrace.views.document.nouns import Answer, Question
from echotrace.views.document.runs import Code
from echotrace.views.quiz.own import EPILOG, Own, as_question, read


def _file(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_question_has_all_that_the_file_gives(tmp_path: Path) -> None:
    """Every field comes through, and the answer only in the key."""
    entry = """
        [[question]]
        title = "Warm-up"
        question = "What is fd?"
        choices = ["a", "b"]
        lines = 2
        answer = "a"
        why = "So it is."
        misconception = "b"
        replaces = 3
    """
    (own,) = read(_file(tmp_path, entry))
    assert own == Own("What is fd?", "Warm-up", ("a", "b"), 2, "a", "So it is.", "b", 3)
    told = as_question(own, 7, key=True)
    answer = Answer("a", "So it is.", "b")
    assert told == Question(7, "Warm-up", "What is fd?", ("a", "b"), (), 2, answer)
    assert as_question(own, 7, key=False).answer is None


def test_text_is_no_markup_and_cannot_steer(tmp_path: Path) -> None:
    """Markup stays as typed; what is not printable is escaped, and lines become one."""
    text = r'question = "x {blank} #strong[y] <b> \\u0007 \u001b[1m\n next"'
    (own,) = read(_file(tmp_path, f"[[question]]\n{text}"))
    told = as_question(own, 1, key=False)
    assert told.stem == r"x {blank} #strong[y] <b> \u0007 \x1b[1m next"
    assert told.kind == ""


def test_backticks_make_code(tmp_path: Path) -> None:
    """What is between backticks is code, in every text; a single backtick is itself."""
    entry = """
        [[question]]
        question = "Why `fork()`?"
        choices = ["`<b>`", "it's ` here"]
        answer = "`<b>`"
    """
    (own,) = read(_file(tmp_path, entry))
    told = as_question(own, 1, key=True)
    assert told.stem == ("Why ", Code("fork()"), "?")
    assert told.choices == ((Code("<b>"),), "it's ` here")
    assert told.answer is not None
    assert told.answer.text == (Code("<b>"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = ", "is not TOML"),
        ("x = 1", "[[question]]"),
        ("question = 1", "[[question]]"),
        ("[[question]]\nlines = 3", "question 1: Object missing required field `question`"),
        ('[[question]]\nquestion = "?"\n[[question]]\nquestion = 1', "question 2: Expected `str`"),
        ('[[question]]\nquestion = "?"\nwhy = 1', "$.why"),
        ('[[question]]\nquestion = "?"\nfoo = 1', "no field `foo`; a question has question, title"),
        (
            '[[question]]\nquestion = "?"\nchoices = ["a", "b"]\nanswer = "c"',
            "question 1: the answer 'c' is none of the choices (a, b)",
        ),
        ('[[question]]\nquestion = " "', "`question` is empty"),
        ('[[question]]\nquestion = "?"\nlines = 99', "`lines` is 99"),
        ('[[question]]\nquestion = "?"\nreplaces = 0', "`replaces` is 0"),
        ('[[question]]\nquestion="?"\nreplaces=1\n[[question]]\nquestion="?"\nreplaces=1', "two"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    """An error names the file, the question and the field."""
    with pytest.raises(UserError) as refused:
        read(_file(tmp_path, text))
    assert said in str(refused.value)
    assert "own.toml" in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that is not there, and one that is no text, are refused in a sentence."""
    with pytest.raises(UserError, match="cannot read"):
        read(tmp_path / "none.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match="UTF-8"):
        read(tmp_path / "bytes.toml")


def test_the_help_is_an_example_that_can_be_read(tmp_path: Path) -> None:
    """What --help shows is a file that is right."""
    example = EPILOG[EPILOG.index("  [[question]]") :]
    (own,) = read(_file(tmp_path, example))
    assert own.replaces == 2
