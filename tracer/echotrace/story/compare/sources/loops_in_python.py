"""The calls, loops and functions of a Python source. Any text gives a result, if need be empty."""

import ast
import warnings
from collections.abc import Iterator
from typing import TypeAlias

from echotrace.story.compare.sources.loops import Program, SourceCall, Span

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_Assignment: TypeAlias = ast.Assign | ast.AugAssign


def of_python(text: str) -> Program:
    """What a Python source has of calls, loops and functions."""
    nodes = _nodes(text)
    called = {_span(node): node for node in nodes if isinstance(node, ast.Call)}
    assigned = [node for node in nodes if isinstance(node, _Assignment)]

    def goes_on(call: SourceCall, span: Span) -> bool:
        near = [each for each in assigned if span.start <= _span(each).start < span.end]
        node = called[Span(call.start, call.end)]
        arguments = {name for argument in node.args for name in _names(argument)}
        return not arguments.isdisjoint(_added_to(node, near))

    return Program(
        tuple(_call(node) for node in called.values()),
        tuple(_span(node) for node in nodes if isinstance(node, _LOOPS)),
        tuple(_span(node) for node in nodes if isinstance(node, _FUNCTIONS)),
        goes_on,
    )


def _nodes(text: str) -> list[ast.stmt | ast.expr]:
    """All statements and expressions; none of a text that is no Python."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text)
        return [node for node in ast.walk(tree) if isinstance(node, ast.stmt | ast.expr)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []


def _span(node: ast.stmt | ast.expr) -> Span:
    """From where to where a node goes: the line above, the column in the lower 32 bits."""
    name = node.name if isinstance(node, _FUNCTIONS) else ""
    last, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return Span(node.lineno << 32 | node.col_offset, last << 32 | column, name)


def _call(node: ast.Call) -> SourceCall:
    name, place = _called(node), _span(node)
    return SourceCall(name, node.lineno, place.start, place.end, to_the_end=name == "sendall")


def _called(call: ast.Call) -> str:
    """The last name of what is called: `recv` of `conn.recv(…)`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _names(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def _added_to(call: ast.Call, assigned: list[_Assignment]) -> Iterator[str]:
    """The names that are changed by what a call returns, at once or by a name for it."""
    results = {
        name
        for each in assigned
        if isinstance(each, ast.Assign) and each.value is call
        for target in each.targets
        for name in _names(target)
    }
    for each in assigned:
        if each.value is call and isinstance(each, ast.AugAssign):
            yield from _names(each.target)
        elif each.value is not call and results & set(_names(each.value)):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            yield from (name for target in targets for name in _names(target))
