"""What may import what: rooms from those below alone, looking without what records."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import echotrace

PACKAGE = Path(echotrace.__file__).parent
#: From the bottom up: each room imports from itself and those before it.
ROOMS = ("trace", "syscalls", "functions", "kernel", "story", "views")


@pytest.mark.parametrize(
    "module",
    ["echotrace.views.timeline", "echotrace.views.comparison", "echotrace.story.replay",
     "echotrace.tracefile", "echotrace.cli", "echotrace.commands.show", "echotrace.commands.serve",
     "echotrace.commands.compare", "echotrace.commands.target", "echotrace.commands.check",
     "echotrace.commands.step", "echotrace.views.stepper.app", "echotrace.api",
     "echotrace.views.rendering", "echotrace.views.divergence", "echotrace.story.expect.sections",
     "echotrace.commands.expecting", "echotrace.commands.sides"],
)  # fmt: skip
def test_looking_does_not_load_ptrace(module: str) -> None:
    """Importing a view, the story, the trace file or a command does not load python-ptrace."""
    code = f"import sys, {module}; sys.exit(any(n.split('.')[0] == 'ptrace' for n in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_help_loads_no_command() -> None:
    """`--help` imports no command, no table maker and no recorder."""
    code = (
        "import sys; from echotrace.cli import run; run(['--help']); "
        "heavy = {'tabulate', 'msgspec', 'ptrace', 'platformdirs'} & set(sys.modules); "
        "sys.exit(len(heavy) + any(n.startswith('echotrace.commands.') for n in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0
    assert "Commands:" in done.stdout


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_import_from_those_below(room: str) -> None:
    """A room imports from no room above it, nor from what commands, records or is public."""
    allowed = {*ROOMS[: ROOMS.index(room) + 1]}
    above = {*ROOMS, "commands", "record", "api", "cli"} - allowed
    modules = [PACKAGE / f"{room}.py", *(PACKAGE / room).rglob("*.py")]
    found = {(module.name, name) for module in modules if module.is_file()
             for name in _imported(module)}  # fmt: skip
    assert found
    assert not [(module, name) for module, name in found if name.split(".")[1] in above]


def _imported(module: Path) -> Iterator[str]:
    """The modules of echotrace that a module imports, and the standard library's."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_package_is_light() -> None:
    """`import echotrace` loads no module of its own, and nothing that is installed with it."""
    code = (
        "import sys, echotrace; heavy = {'click', 'tabulate', 'msgspec', 'ptrace', 'textual'}; "
        "sys.exit(len(heavy & set(sys.modules)) + any(n.startswith('echotrace.') for n in "
        "sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
