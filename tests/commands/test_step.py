"""The stepper as its user meets it: every key, both sizes, hostile text, damaged traces."""

import asyncio
import os
import pty
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.app import App
from textual.pilot import Pilot

from echotrace.servers import traces_dir
from echotrace.story.nouns import Story
from echotrace.story.replay import replay as understood
from echotrace.tracefile import load
from echotrace.views.moment import changes
from echotrace.views.names import Names
from echotrace.views.paint import Surface
from echotrace.views.state_lines import sections
from echotrace.views.stepper.app import StepperApp, stepper
from echotrace.views.stepper.content import state_lines
from echotrace.views.stepper.keys import KEYS
from echotrace.views.stepper.moves import index_of
from echotrace.views.stepper.screen import StepScreen
from echotrace.views.steps import Filter, Steps
from served import forked
from tracebuilder import TraceBuilder, with_sites

TRACE = traces_dir() / "fork-interleaved.jsonl"
NARROW, WIDE = (80, 24), (120, 40)
_Script = Callable[["Reader"], Awaitable[None]]


class Reader:
    """Somebody at the keyboard."""

    def __init__(self, screen: StepScreen, pilot: Pilot[None]) -> None:
        self.screen = screen
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys, and let what they do be drawn."""
        await self.pilot.press(*keys)
        await self.pilot.pause()

    def text(self, pane: str) -> str:
        """What a pane shows."""
        return self.screen.pane(pane).text()

    @property
    def step(self) -> int:
        """The number of the step, as the screen says it."""
        found = re.search(r"Step ([\d,]+) of", self.text("where"))
        assert found is not None
        return int(found[1].replace(",", ""))

    def visible(self) -> list[str]:
        """The panes that are shown."""
        return [n for n in ("source", "lanes", "state") if self.screen.pane(n).display]


def read(
    story: Story, script: _Script, size: tuple[int, int] = NARROW, surface: Surface | None = None,
    at: int | None = None,
) -> None:  # fmt: skip
    """Run the stepper without a terminal and let a script read it."""

    async def run() -> None:
        app: StepperApp = stepper(story, surface or Surface(), at=at)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            assert isinstance(app.screen, StepScreen)
            await script(Reader(app.screen, pilot))

    asyncio.run(run())


@pytest.fixture(scope="module")
def story() -> Story:
    """A recorded fork server with two clients."""
    return understood(load(TRACE))


@pytest.fixture(scope="module")
def sited() -> Story:
    """A hand-made server whose calls have source lines."""
    text = "".join(f"line {n} [bold]of[/bold] the source\n" for n in range(1, 200))
    trace = forked(clients=2).trace()
    lines = {event.seq: 100 + event.seq for event in trace.syscalls()}
    return understood(with_sites(trace, lines, text))


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize(
    ("keys", "step"),
    [
        ("right", 2), ("l", 2), ("j", 2), ("space", 2), ("end", 37), ("G", 37), ("pagedown", 11),
        ("end left", 36), ("end h", 36), ("end k", 36), ("end backspace", 36), ("end home", 1),
        ("end pageup", 27), ("left", 1), ("end right", 37), ("down down up", 2),
    ],
)  # fmt: skip
def test_keys_step(story: Story, keys: str, step: int, size: tuple[int, int]) -> None:
    """The keys of the first, previous, next and last step, and of ten steps."""

    async def script(reader: Reader) -> None:
        await reader.press(*keys.split())
        assert reader.step == step

    read(story, script, size)


def test_line_of_the_step(story: Story) -> None:
    """The step, its event and its time stand in one line, the call and a sentence below it."""

    async def script(reader: Reader) -> None:
        assert "Step 9 of 37 · event 26 · " in reader.text("where")
        call, sentence, *_ = reader.text("told").splitlines()
        assert call == "P0 close(4) · P1 keeps it"
        assert sentence.startswith("P0 closes its copy of fd 4")

    read(story, script, at=26)


def test_keys_of_the_connection(story: Story) -> None:
    """n and N keep to the connection of the step."""

    async def script(reader: Reader) -> None:
        await reader.press("n", "n", "n", "n")
        assert "event 32" not in reader.text("where")
        seen = []
        for _ in range(4):
            await reader.press("n")
            seen.append(reader.screen.here.number)
        rows = reader.screen.steps.layout(Filter()).rows
        assert {rows[number].event.place.connection for number in seen} == {1}
        await reader.press("N")
        assert reader.screen.here.number == seen[-2]

    read(story, script)


def test_keys_of_filters(story: Story) -> None:
    """c, C, t, T, a and Esc filter, and the line of the step says so."""

    async def script(reader: Reader) -> None:
        await reader.press("c")
        assert "only #1" in reader.text("where")
        assert "C2" not in "".join(reader.text("lanes").splitlines()[2:])
        await reader.press("c")
        assert "only #2" in reader.text("where")
        await reader.press("C", "t")
        assert "only #1 and P0" in reader.text("where")
        await reader.press("T", "C", "a")
        assert "only" not in reader.text("where")
        assert "all events" in reader.text("where")
        await reader.press("c", "t", "escape")
        assert "only" not in reader.text("where")

    read(story, script)


def test_filter_that_nothing_passes(story: Story) -> None:
    """Where no step passes the panes are empty and the explanation says what to do."""

    async def script(reader: Reader) -> None:
        await reader.press("c", "t", "t", "t", "t")  # P2 never acts at #1
        while "Step 0 of 0" not in reader.text("where"):
            await reader.press("t")
        assert "No step passes this filter" in reader.text("told")
        await reader.press("right", "n", "end", "3", "escape")
        assert reader.step > 0

    read(story, script)


def test_search_and_go(story: Story) -> None:
    """/ searches, keys go into its line while it is open; g goes to an event."""

    async def script(reader: Reader) -> None:
        await reader.press("slash", "q", "n", "escape")
        assert reader.step == 1
        await reader.press("slash", *"recv", "enter")
        first = reader.step
        assert "recv(" in reader.text("told")
        await reader.press("slash", "enter")
        assert reader.step > first
        await reader.press("g", "5", "9", "enter")
        assert "event 59" in reader.text("where")
        await reader.press("g", "7", "7", "7", "enter")
        assert "There is no event 777" in reader.text("keys")
        await reader.press("g", "x", "enter")
        assert "by its number" in reader.text("keys")
        await reader.press("slash", *"nothing", "enter")
        assert 'No step shown has "nothing" in it.' in reader.text("keys")

    read(story, script)


def test_panes_of_a_narrow_terminal(story: Story) -> None:
    """At 80 columns there is one pane at a time: Tab and 1 to 3 choose, 4 says what it needs."""

    async def script(reader: Reader) -> None:
        assert reader.visible() == ["lanes"]
        for key, pane in (("1", "source"), ("2", "lanes"), ("3", "state"), ("tab", "source"),
                          ("shift+tab", "state")):  # fmt: skip
            await reader.press(key)
            assert reader.visible() == [pane]
            assert "Step 1 of 37" in reader.text("where")
        await reader.press("4")
        assert "needs 120 columns" in reader.text("keys")

    read(story, script)


def test_panes_of_a_wide_terminal(sited: Story) -> None:
    """At 120 columns all panes are side by side; 1 to 3 give one of them all the room."""

    async def script(reader: Reader) -> None:
        assert reader.visible() == ["source", "lanes", "state"]
        await reader.press("3")
        assert reader.visible() == ["state"]
        await reader.press("4")
        assert reader.visible() == ["source", "lanes", "state"]

    read(sited, script, WIDE)


def test_resize_keeps_the_step(sited: Story) -> None:
    """A terminal that changes its size shows the same step, in the panes that it has room for."""

    async def script(reader: Reader) -> None:
        await reader.press("pagedown")
        for size, panes in ((NARROW, 1), (WIDE, 3), ((40, 10), 1), ((20, 4), 1), (WIDE, 3)):
            await reader.pilot.resize_terminal(*size)
            await reader.pilot.pause()
            assert len(reader.visible()) == panes
            assert reader.text("where").startswith("── Step 11 of"[: size[0]])
            assert "▶" in reader.text("lanes") or size[1] < 10

    read(sited, script, WIDE)


def test_help_names_every_key(story: Story) -> None:
    """? shows all keys and marks on one page of 24 lines, and Esc leads back."""

    async def script(reader: Reader) -> None:
        await reader.press("question_mark")
        helped = reader.pilot.app.screen
        text = helped.query_one("#help").text()  # type: ignore[attr-defined]
        assert all(key.what in text for key in KEYS if key.shown)
        assert "zombie" in text
        assert "Esc leads back." in text
        await reader.press("down", "up", "escape")
        assert reader.pilot.app.screen is reader.screen

    read(story, script)


def test_source_follows_the_step(sited: Story) -> None:
    """The line that ran and the one that comes are marked, and in view."""

    async def script(reader: Reader) -> None:
        await reader.press("1")
        for _ in range(12):
            await reader.press("right")
            row = reader.screen.steps.layout(Filter()).rows[reader.screen.here.number]
            text = reader.text("source")
            if row.event.actor.startswith("C"):
                assert "is a client" in text
            elif row.event.seq > 1:
                line = next(line for line in text.splitlines() if line.startswith("▶"))
                assert f" {100 + row.event.seq} line" in line
                assert "[bold]of[/bold]" in line

    read(sited, script)


def test_source_scrolls_by_itself(sited: Story) -> None:
    """The arrows scroll source and state without a step."""

    async def script(reader: Reader) -> None:
        await reader.press("1")
        before = reader.text("source")
        await reader.press("down", "down")
        assert reader.text("source") != before
        assert reader.step == 1

    read(sited, script)


def test_click_on_a_lane_goes_there(story: Story) -> None:
    """A click on a row of the lanes is a step to it."""

    async def script(reader: Reader) -> None:
        await reader.pilot.click("#lanes", offset=(5, 6))
        await reader.pilot.pause()
        assert reader.step == 5

    read(story, script)


def _pictures(story: Story) -> Iterator[str]:
    """What the state pane must show at every step, from the model alone."""
    names = Names.of(story)
    steps = Steps(story)
    rows = steps.layout(Filter()).rows
    before = sections(story.before(rows[0].event.seq), names)
    for number in range(len(rows)):
        after = sections(steps.state(Filter(), number), names)
        lines = state_lines(changes(before, after), 80, Surface())
        yield "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)
        before = after


def test_state_is_the_models_at_every_step(story: Story) -> None:
    """The state pane shows what the model has at each step, with its changes."""

    async def script(reader: Reader) -> None:
        await reader.press("3")
        for expected in _pictures(story):
            assert reader.text("state").rstrip() == expected.rstrip()
            await reader.press("right")

    read(story, script, (80, 60))


def test_state_that_is_too_long_says_how_much_is_below(story: Story) -> None:
    """On a low terminal the last line of the state counts those below, and the keys reach them."""

    async def script(reader: Reader) -> None:
        await reader.press("3")
        text = reader.text("state")
        assert text.splitlines()[-1].endswith(" below")
        for _ in range(40):
            await reader.pilot.press("down")
        assert "below" not in reader.text("state")
        assert reader.step == 9

    read(story, script, (60, 14), at=26)


def test_steps_stand_alone(sited: Story) -> None:
    """Stepping to the end and back shows at each step what jumping there shows."""

    async def script(reader: Reader) -> None:
        async def at(index: int) -> tuple[str, ...]:
            assert index_of(reader.screen.steps, reader.screen.here) == index
            return tuple(reader.text(pane) for pane in ("state", "where", "told"))

        last = len(reader.screen.steps.chosen(Filter()))
        forth = []
        for index in range(last):
            forth.append(await at(index))
            await reader.press("right")
        for index in reversed(range(last)):
            assert await at(index) == forth[index]
            await reader.press("left")
        for index in (last // 2, 3, last - 1, 0):
            row = reader.screen.steps.layout(Filter()).rows[index]
            await reader.press("g", *str(row.event.seq), "enter")
            if row.cell.part != "return":
                assert await at(index) == forth[index]

    read(sited, script, (120, 60))


HOSTILE = "[red]x[/red] [@click=quit]\x1b[2J\u202e"


@pytest.mark.parametrize("size", [NARROW, WIDE])
def test_markup_and_control_characters_are_text(size: tuple[int, int]) -> None:
    """Payloads, paths, errors and sources that look like markup are shown as they are."""
    b = forked(HOSTILE[:-1])
    b.call(10, "openat", "AT_FDCWD", HOSTILE, result=9)
    trace = with_sites(b.trace(), {1: 1, 2: 2}, f"{HOSTILE}\n{HOSTILE}\n", file=f"{HOSTILE}.c")
    header = replace(trace.header, server=HOSTILE, script=HOSTILE)
    hostile = understood(replace(trace, header=header))

    async def script(reader: Reader) -> None:
        await reader.press("a")
        seen = ""
        for key in ("1", "2", "3", "4"):
            await reader.press(key, "home")
            for _ in range(26):
                panes = (*reader.visible(), "top", "where", "told", "keys")
                seen += "\n".join(reader.text(pane) for pane in panes)
                reader.screen.action_move("next")
        assert "[red]x[/red]" in seen
        assert all(character == "\n" or character.isprintable() for character in seen)
        assert "\u202e" not in seen

    read(hostile, script, size)


def test_trace_without_events() -> None:
    """An empty trace opens, says so, and every key is safe."""
    empty = understood(TraceBuilder(first=None).trace())

    async def script(reader: Reader) -> None:
        assert "There is no event in this trace." in reader.text("told")
        for key in KEYS:
            if key.action not in ("quit", "search", "go", "help"):
                await reader.press(key.keys.split(",")[0])
        assert "Step 0 of 0" in reader.text("where")

    read(empty, script)


def test_trace_of_one_event() -> None:
    """With one event every move stays there."""
    b = TraceBuilder()
    b.call(10, "socket", "AF_INET", "SOCK_STREAM", 0, result=3)
    b.call(10, "bind", 3, "127.0.0.1:0", 16)
    one = b.trace()
    story = understood(replace(one, records=(*one.records[:2], one.records[-1])))

    async def script(reader: Reader) -> None:
        for key in ("right", "end", "pagedown", "left", "home", "n", "N"):
            await reader.press(key)
        assert "Step" in reader.text("where")
        await reader.press("1")
        assert reader.text("source")

    read(story, script)


def test_cut_off_trace_says_so() -> None:
    """A trace without an end is stepped through, and the screen says what is missing."""
    whole = load(TRACE)
    cut = understood(replace(whole, records=whole.records[:60]))

    async def script(reader: Reader) -> None:
        assert "The recording was cut off: it has no end." in reader.text("damage")
        await reader.press("end")
        assert reader.step > 1

    read(cut, script)


def test_ascii_terminal_gets_ascii(sited: Story) -> None:
    """Without Unicode every character on the screen is ASCII."""

    async def script(reader: Reader) -> None:
        for _ in range(30):
            await reader.press("right")
            panes = (*reader.visible(), "top", "where", "told", "keys")
            assert all(reader.text(pane).isascii() for pane in panes)
        assert "=>" in reader.text("lanes")

    read(sited, script, WIDE, Surface(unicode=False))


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
def test_quit(story: Story, key: str) -> None:
    """q and Ctrl-C end the application with status 0, from the help too."""

    async def run(app: App[None], *keys: str) -> None:
        async with app.run_test(size=NARROW) as pilot:
            await pilot.press(*keys)
            await pilot.pause()
            assert not app.is_running or app._exit
        assert not app.return_code

    asyncio.run(run(stepper(story, Surface()), key))
    asyncio.run(run(stepper(story, Surface()), "question_mark", "ctrl+c"))


def _echotrace(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "echotrace", *words], capture_output=True, check=False, text=True
    )


def test_pipe_is_refused_with_another_way() -> None:
    """Without a terminal one sentence says what to use instead, before anything is recorded."""
    for target in ("fork", str(TRACE)):
        done = _echotrace("step", target)
        assert (done.returncode, done.stdout) == (2, "")
        assert "'echotrace show --explain" in done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("module", ["cli", "commands.step", "commands.serve", "commands.show"])
def test_textual_is_loaded_by_the_stepper_only(module: str) -> None:
    """No command loads textual before the stepper runs, not even its own."""
    code = f"import sys, echotrace.{module}; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _on_terminal(*words: str, keys: bytes, stdin: Path | None = None) -> tuple[int, str]:
    """Run a command on a pseudo terminal and press keys when it has drawn; status and output."""
    terminal, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    file = os.open(stdin, os.O_RDONLY) if stdin else os.dup(theirs)
    process = subprocess.Popen(
        [sys.executable, "-m", "echotrace", *words], stdin=file, stdout=theirs, stderr=theirs,
        env=environment, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    os.close(file)
    output = b""
    pressed = False
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError:  # EIO: the other side is closed
            break
        output += piece
        if not piece:
            break
        if not pressed and b"Step" in output:
            os.write(terminal, keys)
            pressed = True
    os.close(terminal)
    return process.wait(), output.decode(errors="replace")


@pytest.mark.parametrize("keys", [b"q", b"\x03"])
def test_on_a_terminal(keys: bytes) -> None:
    """On a terminal the stepper draws, q and Ctrl-C end it, and the screen is given back."""
    status, output = _on_terminal("step", str(TRACE), "--at", "26", keys=keys)
    assert status == 0
    assert "event 26" in output
    assert output.rindex("\x1b[?1049l") > output.index("\x1b[?1049h")
    assert "Traceback" not in output


def test_trace_from_a_pipe_is_read_and_keys_come_from_the_terminal() -> None:
    """With - the trace is standard input, and the keys come from the terminal all the same."""
    status, output = _on_terminal("step", "-", keys=b"q", stdin=TRACE)
    assert status == 0
    assert "Step" in output


def test_recording_that_hangs_is_stepped_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that leaves a client without an answer is shown, and told of when one quits."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    script = tmp_path / "hang.txt"
    script.write_text("1 connect\n1 send a\n1 expect aa\n")
    words = ("step", "fork", "-s", str(script), "--timeout", "0.2")
    status, output = _on_terminal(*words, keys=b"q")
    assert status == 2
    assert "The recording ended early" in output
    assert output.rindex("echotrace: ") > output.rindex("\x1b[?1049l")


def test_event_that_is_not_there_is_refused() -> None:
    """--at with a number that no event has is told in one line."""
    status, output = _on_terminal("step", str(TRACE), "--at", "99999", keys=b"")
    assert status == 2
    assert "there is no event 99999" in output
