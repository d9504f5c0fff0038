"""The texts of handouts and quizzes against the code that asks for them, as its source says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import echotrace
from echotrace.story.quiz.kinds import KINDS
from echotrace.views.document.nouns import Answer
from echotrace.views.texts import texts

_EN = texts("en").entries
_PACKAGE = Path(echotrace.__file__).parent
_CODE = [
    ast.parse(path.read_text())
    for room in ("views", "commands")
    for path in sorted((_PACKAGE / room).rglob("*.py"))
]
#: Formats ask for labels by the rest of their names: `say("part")`, `labels.continued`.
_FORMATS = "".join(
    path.read_text()
    for path in sorted((_PACKAGE / "views" / "formats").rglob("*"))
    if path.suffix in (".py", ".typ")
)
_FACT = re.compile(r"\{(\w+)\}")


def _name(node: ast.AST) -> str | None:
    """The name of a text that an expression may be, as a pattern; None if it is none."""
    match node:
        case ast.Constant(value=str(name)):
            return re.escape(name)
        case ast.JoinedStr(values=[ast.Constant(value=str(begin)), *_] as parts) if "." in begin:
            return "".join(_name(part) or ".+" for part in parts)
        case ast.IfExp(body=first, orelse=second):
            return f"(?:{_name(first)}|{_name(second)})"
        case _:
            return None


def _asked() -> Iterator[tuple[ast.Call, str]]:
    """Each call of `say` or `runs` that spells out a name with a dot, and the pattern of that."""
    for tree in _CODE:
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(attr="say" | "runs"), args=[first]):
                    if (name := _name(first)) and "\\." in name:
                        yield node, name


def test_every_text_that_is_asked_for_is_there_and_gets_its_facts() -> None:
    """Each name that the code spells out is a text's; its facts are those the code gives."""
    asked = list(_asked())
    assert len(asked) > 80
    for call, name in asked:
        found = [text for key, text in _EN.items() if re.fullmatch(name, key)]
        assert found, name
        given = {each.arg for each in call.keywords}
        if ".+" not in name and None not in given:  # else only a run knows which text, which facts
            assert given == set(_FACT.findall("".join(found))), name


def test_every_text_is_used() -> None:
    """No text is left over that no code, no template and no other text's name leads to."""
    spelled = [name for tree in _CODE for node in ast.walk(tree) if (name := _name(node))]
    names = "|".join(name for name in set(spelled) if "\\." in name)
    tables = {
        name.value
        for tree in _CODE
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "table"
        for name in node.args
        if isinstance(name, ast.Constant)
    }
    labels = set(re.findall(r'(?:\bsay\(|\blabels[.\[])"?(\w+)', _FORMATS))
    labels |= {name for name, _ in Answer("a", "b", "c").parts}
    left = [
        name
        for name in _EN
        if (
            name.removeprefix("label.") not in labels
            if name.startswith("label.")
            else not re.fullmatch(names, name) and not tables & {name.rpartition(".")[0]}
        )
    ]
    assert left == []
    kinds = {name.split(".")[1] for name in _EN if name.startswith("quiz.")}
    assert kinds == {*KINDS, "kind", "word", "short"}
    assert {name.split(".")[2] for name in _EN if name.startswith("quiz.kind.")} == {*KINDS}
