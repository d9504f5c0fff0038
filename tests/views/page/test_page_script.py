"""The script of the interactive page: its modules put together, and their own tests."""

import re
import subprocess
from graphlib import CycleError
from importlib.resources import files
from pathlib import Path

import pytest

from echotrace.views.page.script import script

_ROOM = files("echotrace.views.page") / "script"


def test_modules_export_no_name_twice(tmp_path: Path) -> None:
    """Put together, the modules are one that the language takes: no two export the same name."""
    file = tmp_path / "script.mjs"
    file.write_text(script(), encoding="utf-8")
    subprocess.run(["node", "--check", file], check=True)


def _folder(folder: Path, **modules: str) -> Path:
    for name, text in modules.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")
    return folder


def test_modules_are_put_together(tmp_path: Path) -> None:
    """What is imported stands before whoever imports it, once, and what is not exported is kept."""
    room = _folder(
        tmp_path,
        app='import { one } from "./one.js";\nimport {\n  two,\n} from "./two.js";\n'
        'const own = "app";\nconsole.log(own, one(), two);\n',
        one='import { two } from "./two.js";\nconst own = "one";\n'
        "export function one() {\n  return own + two;\n}\n",
        two='const own = "two";\nexport const two = own;\n',
    )
    ran = subprocess.run(
        ["node", "--input-type=module"],
        input=script(room), check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert ran.stdout == "app onetwo two\n"


def test_imports_in_a_circle_are_refused(tmp_path: Path) -> None:
    """So is the import of a module that is not there."""
    room = _folder(
        tmp_path,
        app='import { a } from "./a.js";\na();\n',
        a='import { b } from "./b.js";\nexport function a() {\n  b();\n}\n',
        b='import { a } from "./a.js";\nexport function b() {\n  a();\n}\n',
    )
    with pytest.raises(CycleError):
        script(room)
    (room / "b.js").unlink()
    with pytest.raises(FileNotFoundError):
        script(room)


def test_every_module_is_in_the_script() -> None:
    """Each module stands in the script once, without its imports; no module is left over."""
    whole = script()
    names = [each.name for each in _ROOM.iterdir()]
    for name in names:
        if name.endswith(".js") and not name.endswith(".test.js"):
            first = (_ROOM / name).read_text(encoding="utf-8").partition("\n")[0]
            assert whole.count(first) == 1, name
    assert not re.search(r"^(import|export)\b", whole, re.MULTILINE)
    assert not re.search("</script|<!--", whole, re.IGNORECASE)


def test_modules_pass_their_own_tests() -> None:
    """The tests that stand beside the modules pass, and there are some."""
    tests = [str(each) for each in _ROOM.iterdir() if each.name.endswith(".test.js")]
    ran = subprocess.run(
        ["node", "--test", *sorted(tests)], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout
    assert re.search(r"^# pass [1-9]", ran.stdout, re.MULTILINE)
