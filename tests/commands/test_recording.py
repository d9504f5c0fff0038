"""Recordings that are kept without a name of the user's."""

from pathlib import Path

import pytest

from echotrace.commands.kept import Recorded, keep
from echotrace.commands.session import Delivery, say_next
from echotrace.errors import UserError
from echotrace.servers import traces_dir
from echotrace.trace import Trace

pytestmark = pytest.mark.usefixtures("own_state")


def _kept(stored: str) -> Recorded:
    """A stored trace, kept as a recording of fork would be."""

    def make(path: Path) -> Recorded:
        path.write_bytes((traces_dir() / stored).read_bytes())
        return Recorded(path)

    return keep("fork", make)


def _script(trace: Trace) -> str | None:
    return trace.header.script


def test_the_next_recording_does_not_change_what_the_one_before_shows() -> None:
    """A recording shows its own calls, though another one has taken its file's name meanwhile."""
    first = _kept("fork-half-close.jsonl")
    second = _kept("fork-interleaved.jsonl")
    assert first.path == second.path
    assert _script(first.trace) == "half-close"
    assert _script(second.trace) == "interleaved"
    assert '"script":"half-close"' in first.text()
    assert first.text() == first.text()


@pytest.mark.parametrize(("name", "begins"), [("x.svg", "<svg"), ("x.md", "**fork"), ("x", "fork")])
def test_a_recording_is_shown_as_the_files_name_says(name: str, begins: str) -> None:
    """Commands that record write the same formats by the ending of a name as show does."""
    delivery = Delivery(form=None, width=100, output_=Path(name), force=False)
    look = {"by": "connection", "explained": False, "everything": False}
    delivery.show(_kept("fork-interleaved.jsonl"), **look)
    assert Path(name).read_text(encoding="utf-8").startswith(begins)


def test_what_no_timeline_can_be_is_refused_before_anything_is_recorded() -> None:
    """A name that is of no view, and sentences where there is no text, are errors of the user's."""
    with pytest.raises(UserError, match=r"'x\.pdf' does not say which format"):
        Delivery(None, None, Path("x.pdf"), force=False).check_timeline(explained=False)
    with pytest.raises(UserError, match="choose --format text"):
        Delivery("svg", None, None, force=False).check_timeline(explained=True)


def test_next_command_may_have_any_characters(capsys: pytest.CaptureFixture[str]) -> None:
    """The command to try next is what it is, also with braces in a title."""
    say_next("echotrace handout {trace} --title '{x}'", Path("a b.jsonl"))
    assert capsys.readouterr().err == "next: echotrace handout 'a b.jsonl' --title '{x}'\n"
