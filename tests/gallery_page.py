"""Makes the gallery, traces/README.md: for each server and script its lesson and its timeline."""

from collections.abc import Callable, Iterator

from echotrace import lessons, servers
from echotrace.record import script
from echotrace.story.nouns import Story
from echotrace.views.paint import Surface
from echotrace.views.timeline import timeline

_WIDTH = 100
_INTRODUCTION = """# What the servers do

Every teaching server under every client script, with two clients: what it teaches, in one line, and
the timeline. Each is the stored trace beside this page: `echotrace show SERVER-SCRIPT.jsonl` shows
it anew, `--explain` says what each event means, and `echotrace SERVER --script SCRIPT` records it
on your machine. `P0` is the server's first process, `P1` … its children, `T1` … its threads, `C1` …
the clients; a column is a connection, `#1` … in the order of accept."""


def page(story: Callable[[str, str], Story]) -> str:
    """The page in Markdown; `story` gives that of a server and a script."""
    return "\n".join(_lines(story)) + "\n"


def _lines(story: Callable[[str, str], Story]) -> Iterator[str]:
    yield _INTRODUCTION
    yield ""
    yield "| | " + " | ".join(script.BUILT_IN) + " |"
    yield "|---" * (len(script.BUILT_IN) + 1) + "|"
    for server in servers.SERVERS:
        links = [f"[{name}](#{server.name}-{name})" for name in script.BUILT_IN]
        yield f"| **{server.name}** | " + " | ".join(links) + " |"
    yield ""
    yield "What the clients do:"
    yield ""
    for name in script.BUILT_IN:
        yield f"- `{name}`: {script.describe(name)}"
    for server in servers.SERVERS:
        yield from ("", f"## {server.name}", "", server.idea)
        for name in script.BUILT_IN:
            yield from ("", f"### {server.name} {name}", "", lessons.lesson(server.name, name), "")
            yield from ("```", timeline(story(server.name, name), Surface(_WIDTH)).rstrip(), "```")
