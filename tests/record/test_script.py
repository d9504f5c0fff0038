"""Client scripts: what can be written, and what is said of what cannot."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from echotrace.errors import ScriptError, UserError
from echotrace.record import script
from echotrace.record.script import ACTIONS, BUILT_IN, Step, find, parse

CLIENTS = st.lists(st.integers(1, 10_000), min_size=1, max_size=5).map(tuple)
PIECES = st.binary(max_size=6)
SPECIAL = st.text('#"\\* x1\n\xa0', max_size=8).map(lambda text: text.encode("latin-1"))
DATA = st.one_of(
    st.binary(max_size=60), SPECIAL, st.builds(lambda piece, n: piece * n, PIECES, st.just(50))
)
STEPS = st.one_of(
    st.builds(Step, CLIENTS, st.sampled_from(["connect", "shutdown", "close", "reset"])),
    st.builds(Step, CLIENTS, st.sampled_from(["send", "expect"]), DATA),
    st.builds(
        lambda who, ms: Step(who, "wait", wait=ms * 1_000_000), CLIENTS, st.integers(0, 9999)
    ),
)


@given(st.lists(STEPS, min_size=1, max_size=5))
def test_written_steps_read_the_same(steps: list[Step]) -> None:
    """What a step is written as, in traces and messages, is a line that means the same step."""
    assert parse("\n".join(map(str, steps)), "test").steps == tuple(steps)


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("1 connect", Step((1,), "connect")),
        ("  12   send   hello  world  # a comment", Step((12,), "send", b"hello  world")),
        ('1 send " two words "', Step((1,), "send", b" two words ")),
        ('1 send "a # b" # comment', Step((1,), "send", b"a # b")),
        ('1 send "a#b"', Step((1,), "send", b"a#b")),
        (r'1 send "\"#\"" # "', Step((1,), "send", b'"#"')),
        ('1 send 5" # inches', Step((1,), "send", b'5"')),
        ('1 send "x" * 3', Step((1,), "send", b"xxx")),
        ('1 send "ab"*2', Step((1,), "send", b"abab")),
        (r"1 send line\r\n\x00\\", Step((1,), "send", b"line\r\n\0\\")),
        ("1 send caf\xe9", Step((1,), "send", "caf\xe9".encode())),
        ('1 send ""', Step((1,), "send", b"")),
        ("3,1 close", Step((3, 1), "close")),
        ("1-3,7 connect", Step((1, 2, 3, 7), "connect")),
        ("1 wait 50ms", Step((1,), "wait", wait=50_000_000)),
        ("1 wait 2s", Step((1,), "wait", wait=2_000_000_000)),
    ],
)
def test_forms_of_a_line(line: str, step: Step) -> None:
    """Spaces, comments, quotes, escapes, repetition, lists and ranges of clients."""
    assert parse(line, "test").steps == (step,)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("connect", "'connect' is no step; a step is 'CLIENT ACTION [TEXT]', as '1 send hello'"),
        ("1", "'1' is no step; a step is 'CLIENT ACTION [TEXT]', as '1 send hello'"),
        ("1 conect", (
             "there is no action 'conect'; allowed are connect, send TEXT, "
                     "expect TEXT, shutdown, close, reset, wait TIME")),
        ("1 send", "'send' needs a TEXT"),
        ("1 send  # what?", "'send' needs a TEXT"),
        ("1 close now", "'close' takes no text"),
        ("1 wait", "'wait' needs a TIME"),
        ("1 wait 5", "'5' is no time; write '50ms' or '2s'"),
        ("1- connect", "'1-' names no clients; write '1', '1,2' or '1-3'"),
        ("1,,2 connect", "'1,,2' names no clients; write '1', '1,2' or '1-3'"),
        ("0 connect", "'0' names no clients: they are numbered from 1 to 10000"),
        ("3-1 connect", "'3-1' names no clients: they are numbered from 1 to 10000"),
        ("1-99999999999999 connect",
         "'1-99999999999999' names no clients: they are numbered from 1 to 10000"),
        ('1 send "unclosed',
         ('"unclosed begins with a double quote and does not end with one; '
         'a quote that is to be sent is written \\"')),
        ("1 send \\x", r"'\x' has an escape that is not understood"),
        ("1 send \\x2", "'\\x2' has an escape that is not understood"),
        ('1 send "x" * 9999999999', "9999999999 bytes are too many; at most 1073741824"),
    ],
)  # fmt: skip
def test_wrong_line(line: str, said: str) -> None:
    """The message has the file, the line, and what is allowed."""
    with pytest.raises(ScriptError) as raised:
        parse(f"# first\n\n1 connect\n{line}\n", "my.script")
    assert str(raised.value) == f"'my.script', line 4: {said}"


@given(st.text(max_size=30))
def test_any_line_is_a_step_or_an_error(line: str) -> None:
    """Whatever stands in a script, reading it gives steps or a ScriptError."""
    try:
        found = parse(line, "test")
    except ScriptError as error:
        assert str(error).startswith("'test'")  # noqa: PT017 -- either is right
    else:
        assert {step.action for step in found.steps} <= ACTIONS.keys()


@pytest.mark.parametrize("text", ['"', '\\"', '""', '" '])
def test_quotes_do_not_multiply_the_work(text: str) -> None:
    """A line of many quotes is read in a moment, whatever they could pair up to."""
    with suppress(ScriptError):  # a quote that is not closed
        assert len(parse(f"1 send {text * 5000}x", "test").steps[0].data) >= 5000


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("1 wait 1s\n1 send x", ("line 2: client 1 is not connected, so it cannot send; "
         "write '1 connect' before")),
        ("1-2 connect\n2 connect", "line 2: client 2 is connected already"),
        ("1,1 connect", "line 1: client 1 is connected already"),
        ("1 connect\n1 close\n1 connect\n1 reset\n1 expect x",
         "line 5: client 1 is not connected, so it cannot expect; write '1 connect' before"),
    ],
)  # fmt: skip
def test_steps_that_can_never_be_taken(tmp_path: Path, lines: str, said: str) -> None:
    """A step that is impossible whatever the server does is found when the file is read."""
    path = tmp_path / "mine.txt"
    path.write_text(lines)
    with pytest.raises(ScriptError) as raised:
        find(str(path), 2)
    assert str(raised.value) == f"'{path}', {said}"


def test_file_that_is_no_script(tmp_path: Path) -> None:
    """A file in another encoding, and a directory, are told without words of Python."""
    path = tmp_path / "latin.txt"
    path.write_bytes(b"1 send caf\xe9")
    with pytest.raises(UserError, match=r"^cannot read the script '.*': it is no text in UTF-8$"):
        find(str(path), 2)
    with pytest.raises(UserError, match=r"^cannot read the script '.*': Is a directory$"):
        find(str(tmp_path), 2)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment"])
def test_script_without_steps(text: str) -> None:
    """A script in which nothing happens is an error that shows what a step looks like."""
    with pytest.raises(ScriptError, match="'mine' has no steps; a step is a line like '1 connect'"):
        parse(text, "mine")


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_built_in_scripts(name: str, count: int) -> None:
    """Each has so many clients, all of which connect first and leave last, and says what it shows.

    Who is silent needs another that is not.
    """
    found = find(name, count)
    assert found.name == name
    assert found.clients == (max(count, 2) if name == "silent" else count)
    for client in range(1, found.clients + 1):
        own = [step.action for step in found.steps if client in step.clients]
        assert own[0] == "connect"
        assert own[-1] in ("close", "reset")
        assert own.count("connect") == 1
    assert script.describe(name).endswith(".")


def test_script_of_a_file(tmp_path: Path) -> None:
    """A name that is not built in is a file's."""
    path = tmp_path / "mine"
    path.write_text("1 connect\n1 close\n")
    assert find(str(path), 7).steps == (Step((1,), "connect"), Step((1,), "close"))
    assert find(str(path), 7).name == str(path)


def test_script_that_is_not_there() -> None:
    """The message names what was asked for, and the scripts that are built in."""
    with pytest.raises(UserError) as raised:
        find("interleafed", 2)
    known = ", ".join(BUILT_IN)
    assert str(raised.value) == f"no script 'interleafed': neither a file nor one of {known}"


def test_script_that_cannot_be_read(tmp_path: Path) -> None:
    """A file that is no text, and a directory, are errors that name them."""
    path = tmp_path / "binary"
    path.write_bytes(b"\xff\xfe1 connect")
    for what in (path, tmp_path):
        with pytest.raises(UserError, match=f"cannot read the script '{what}': "):
            find(str(what), 2)
