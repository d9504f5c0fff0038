"""The options that make a command do the same again."""

from collections.abc import Collection, Iterator

import click
from click.core import ParameterSource


def options_given(
    context: click.Context, names: Collection[str], always: Collection[str] = ()
) -> Iterator[str]:
    """Those of these names that were given, and those `always` wanted, with their values."""
    for option in context.command.params:
        name = str(option.name)
        given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if name in always or (name in names and given):
            value = context.params[name]
            for each in value if isinstance(value, tuple) else (value,):
                yield from (_shortest(option), str(each))


def _shortest(option: click.Parameter) -> str:
    return min(option.opts, key=len)
