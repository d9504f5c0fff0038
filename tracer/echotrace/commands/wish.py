"""What a user asked to have recorded, and the plan that this comes to."""

import re
from dataclasses import dataclass
from pathlib import Path

import click

from echotrace import servers
from echotrace.errors import UserError
from echotrace.record import build, inject, program, script
from echotrace.record.plan import LOADING, Plan
from echotrace.record.program import Program
from echotrace.record.script import Script
from echotrace.trace import Load
from echotrace.views.words import safe

DEFAULT_SCRIPT = "interleaved"
DEFAULT_ECHOES = 10
DEFAULT_PAYLOAD = 64  # bytes
_FREE = Script("free run", ())
_NO_FILE_NAME = re.compile(r"[^\w.+-]")


@dataclass(frozen=True)
class Wish:
    """What a user asked to have recorded; the fields are the options of the same name.

    `server` is a name of the catalogue; or empty, when `command` has the words that start a program
    of the user's own. `port` is the one that clients go to where it has several; with `no_clients`
    they are the user's, and `until_exit` lets the recording last until the program ends. `loading`
    is how long the program may run until it listens. `heard` lets its standard output be seen on
    ours, `mute` throws what it writes to stderr away; `tentative` says nothing of faults that meet
    no call; `label` tells recordings of one server apart that are kept at the same time, and no
    later recording replaces a `lasting` one. `name` is what the server is called in place of its
    own name; `doing` what progress says is done.
    """

    server: str = ""
    command: tuple[str, ...] = ()
    port: int | None = None
    no_clients: bool = False
    until_exit: bool = False
    clients: int = 2
    script: str | None = None
    free_run: bool = False
    echoes: int | None = None
    payload: int | None = None
    lang: str = "c"
    as_posted: bool = False
    everything: bool = False
    snaplen: int = 64
    timeout: float = 5.0
    loading: float = LOADING
    no_seccomp: bool = False
    no_lines: bool = False
    inject: tuple[str, ...] = ()
    quiet: bool = False
    mute: bool = False
    heard: bool = False
    tentative: bool = False
    label: str = ""
    lasting: bool = False
    name: str = ""
    doing: str = "recording"

    @property
    def played(self) -> str:
        """The script that is played, unless another is wished."""
        return self.script or DEFAULT_SCRIPT

    @property
    def kept_as(self) -> str:
        """The name under which the trace is kept; a user's `fork` is not ours."""
        name = self.server.replace("/", "-")
        if self.name:
            name = _NO_FILE_NAME.sub("-", self.name)
        elif self.command:
            called = Path(self.command[0]).name
            name = called if Path(called).suffix in servers.LANGUAGE_OF_SUFFIX else f"run-{called}"
        return f"{name}-{self.label}" if self.label else name


def plan_of(wish: Wish) -> Plan:
    """Everything needed to record: the script read, the server compiled.

    UserError for wishes that exclude each other, and for what cannot be found, read or compiled.
    """
    injections = tuple(map(inject.parse, wish.inject))
    load = _load(wish)
    play = script.NOTHING if wish.no_clients else script.find(wish.played, wish.clients)
    found = program.find(wish.command) if wish.command else _of_catalogue(wish)
    return Plan(
        server=wish.name or found.name,
        language=found.language,
        program=found.path,
        argv=found.argv,
        script=_FREE if load else play,
        source=found.source.name if found.source else None,
        everything=wish.everything,
        snaplen=wish.snaplen,
        timeout=wish.timeout,
        loading=wish.loading,
        pin=not found.own and load is None,  # who serves many at a time has all processors
        seccomp=not wish.no_seccomp,
        mute=wish.mute,
        heard=wish.heard,
        injections=injections,
        lines=not wish.no_lines,
        compiled_from=found.compiled_from,
        stand_ins=servers.stand_ins(),
        folder=found.source.absolute().parent if found.source else None,
        port=wish.port,
        load=load,
    )


def _load(wish: Wish) -> Load | None:
    """What the clients of a free run are to do; None if they play a script."""
    if not wish.free_run:
        if wish.echoes is not None or wish.payload is not None:
            raise UserError("--echoes and --payload say what clients do under --free-run: add it")
        return None
    if wish.script is not None:
        raise UserError("--free-run plays no script: leave out --script or --free-run")
    if wish.no_clients:
        raise UserError("--free-run needs clients: leave out --no-clients or --free-run")
    return Load(wish.clients, wish.echoes or DEFAULT_ECHOES, wish.payload or DEFAULT_PAYLOAD)


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
