"""What may import what: looking at traces must not need what records them."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    ["echotrace.views.timeline", "echotrace.views.comparison", "echotrace.story.replay",
     "echotrace.tracefile", "echotrace.cli", "echotrace.commands.show", "echotrace.commands.serve",
     "echotrace.commands.compare", "echotrace.commands.target", "echotrace.commands.check",
     "echotrace.commands.step", "echotrace.views.stepper.app"],
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
