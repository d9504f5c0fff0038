"""What a user asked to have recorded, and the plan that this comes to."""

from dataclasses import dataclass
from pathlib import Path

import click

from echotrace import servers
from echotrace.record import build, inject, program, script
from echotrace.record.plan import Plan
from echotrace.record.program import Program
from echotrace.views.words import safe


@dataclass(frozen=True)
class Wish:
    """What a user asked to have recorded; the fields are the options of the same name.

    `server` is a name of the catalogue; or empty, when `command` has the words that start a program
    of the user's own. `port` is the one that clients go to where it has several; with `no_clients`
    they are the user's, and `until_exit` lets the recording last until the program ends. `heard`
    lets the program's standard output be seen on ours, `mute` throws what it writes to stderr away;
    `tentative` says nothing of faults that meet no call; `label` tells recordings of one server
    apart that are kept at the same time.
    """

    server: str = ""
    command: tuple[str, ...] = ()
    port: int | None = None
    no_clients: bool = False
    until_exit: bool = False
    clients: int = 2
    script: str = "interleaved"
    lang: str = "c"
    as_posted: bool = False
    everything: bool = False
    snaplen: int = 64
    timeout: float = 5.0
    no_seccomp: bool = False
    no_lines: bool = False
    inject: tuple[str, ...] = ()
    quiet: bool = False
    mute: bool = False
    heard: bool = False
    tentative: bool = False
    label: str = ""

    @property
    def kept_as(self) -> str:
        """The name under which the trace is kept; a user's `fork` is not ours."""
        name = self.server.replace("/", "-")
        if self.command:
            called = Path(self.command[0]).name
            name = called if Path(called).suffix in servers.LANGUAGE_OF_SUFFIX else f"run-{called}"
        return f"{name}-{self.label}" if self.label else name


def plan_of(wish: Wish) -> Plan:
    """Everything needed to record: the script read, the server compiled."""
    injections = tuple(map(inject.parse, wish.inject))
    found = program.find(wish.command) if wish.command else _of_catalogue(wish)
    return Plan(
        server=found.name,
        language=found.language,
        program=found.path,
        argv=found.argv,
        script=script.NOTHING if wish.no_clients else script.find(wish.script, wish.clients),
        source=found.source.name if found.source else None,
        everything=wish.everything,
        snaplen=wish.snaplen,
        timeout=wish.timeout,
        pin=not found.own,
        seccomp=not wish.no_seccomp,
        mute=wish.mute,
        heard=wish.heard,
        injections=injections,
        lines=not wish.no_lines,
        compiled_from=found.compiled_from,
        stand_ins=servers.stand_ins(),
        port=wish.port,
    )


def _of_catalogue(wish: Wish) -> Program:
    address = None if wish.as_posted else "127.0.0.1:0"
    wanted: servers.Language = "python" if wish.lang == "python" else "c"
    (path, *arguments), language = build.command(wish.server, wanted, address)
    if language != wanted:
        say("no C compiler found: recording the Python twin (apt-get install gcc gives the other)")
    source = servers.source(wish.server, language)
    made_from = build.inputs(source) if language == "c" else frozenset({source})
    argv = (wish.server if language == "c" else "python3", *arguments)
    return Program(wish.server, path, argv, language, source, made_from, own=False)


def say(text: str) -> None:
    """Tell the user something on standard error."""
    click.echo(f"echotrace: {safe(text)}", err=True)
