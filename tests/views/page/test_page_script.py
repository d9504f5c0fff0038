"""The script of the interactive page: its modules put together, and their own tests."""

import re
import subprocess
from importlib.resources import files
from pathlib import Path

from echotrace.views.page.script import script

_ROOM = files("echotrace.views.page") / "script"


def test_modules_have_no_name_in_common(tmp_path: Path) -> None:
    """Put together, the modules are one that the language takes: no name stands in two of them."""
    file = tmp_path / "script.mjs"
    file.write_text(script(), encoding="utf-8")
    subprocess.run(["node", "--check", file], check=True)


def test_every_module_is_in_the_script() -> None:
    """Each module stands in the script once, without its imports; no module is left over."""
    whole = script()
    names = [each.name for each in _ROOM.iterdir()]
    for name in names:
        if name.endswith(".js") and not name.endswith(".test.js"):
            first = (_ROOM / name).read_text(encoding="utf-8").partition("\n")[0]
            assert whole.count(first) == 1, name
    assert not re.search(r"^(import|export)\b", whole, re.MULTILINE)


def test_modules_pass_their_own_tests() -> None:
    """The tests that stand beside the modules pass, and there are some."""
    tests = [str(each) for each in _ROOM.iterdir() if each.name.endswith(".test.js")]
    ran = subprocess.run(
        ["node", "--test", *sorted(tests)], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout
    assert re.search(r"^# pass [1-9]", ran.stdout, re.MULTILINE)
