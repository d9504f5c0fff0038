"""Records the reference traces anew and writes what is made from them: run after a change.

    python tests/update_gold.py              the traces, the gold files, README's and
                                             the guide's pictures,
                                             the gallery traces/README.md, the first pages
                                             of handouts in docs/handouts, the picture of the
                                             page in docs/page
    python tests/update_gold.py fork poll    the traces of these servers only, and the same views
    python tests/update_gold.py --broken     the traces of broken variants (traces/broken) only,
                                             which quizzes ask about
    python tests/update_gold.py --views      only what is made from the stored traces

Look at the difference before you commit it: it is what users will see.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import page_pictures
from echotrace.commands import handout_gallery
from echotrace.commands.recording import Wish, record
from echotrace.record.script import BUILT_IN
from echotrace.servers import NAMES
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.story.quiz.variants import RECORDED, path_of
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.comparison import comparison
from echotrace.views.handout.nouns import Wish as WishedHandout
from echotrace.views.paint import Surface
from echotrace.views.rendering import render, render_story
from echotrace.views.texts import texts
from echotrace.views.timeline import timeline
from gallery_page import page

ROOT = Path(__file__).parents[1]
TRACES = ROOT / "traces"
GOLD = ROOT / "tests" / "gold"
HANDOUTS = ROOT / "docs" / "handouts"
PAGE = ROOT / "docs" / "page"
TEXTS = (ROOT / "README.md", ROOT / "docs" / "guide.md")


#: How long a variant that never comes to rest is recorded for (s): one that spins fills its trace.
_SHORT = 0.04
#: Servers that differ by one idea, side by side.
NEIGHBOURS = (
    ("iterative", "fork"), ("thread", "select"), ("poll", "epoll"), ("kqueue", "epoll"),
    ("pool", "thread"), ("prefork", "fork"), ("pool", "prefork"),
)  # fmt: skip


def story(server: str, script: str = "interleaved") -> Story:
    """The story of a reference trace."""
    return replay(load(TRACES / f"{server}-{script}.jsonl"))


def views() -> Iterator[tuple[str, str]]:
    """The name and the text of every gold file."""
    for server in ("fork", "thread"):
        yield f"{server}-60.txt", timeline(story(server), Surface(60))
        yield f"{server}-80-ascii.txt", timeline(story(server), Surface(80, unicode=False))
        yield f"{server}-120.txt", timeline(story(server), Surface(120))
        yield f"{server}-by-task.txt", timeline(story(server), Surface(120), by="task")
        yield f"{server}-all.txt", timeline(story(server), Surface(100), everything=True)
        explained = timeline(story(server), Surface(80), explained=True)
        yield f"{server}-explained-80.txt", explained
    yield "fork-colour.txt", timeline(story("fork", "idle"), Surface(100, colour=True))
    yield "thread-reset.txt", timeline(story("thread", "reset"), Surface(100))
    yield "fork-thread.txt", comparison(compare([story("fork"), story("thread")]), Surface(100))
    yield (
        "thread-fork-ascii.txt",
        comparison(compare([story("thread"), story("fork")]), Surface(80, unicode=False)),
    )
    yield "fork-fork.txt", comparison(compare([story("fork"), story("fork")]), Surface(100))
    yield "iterative-silent-120.txt", timeline(story("iterative", "silent"), Surface(120))
    yield "select-80-ascii.txt", timeline(story("select"), Surface(80, unicode=False))
    yield "poll-reset-60.txt", timeline(story("poll", "reset"), Surface(60))
    yield "epoll-by-task.txt", timeline(story("epoll"), Surface(120), by="task")
    yield "epoll-explained-80.txt", timeline(story("epoll"), Surface(80), explained=True)
    yield "udp-80-ascii.txt", timeline(story("udp"), Surface(80, unicode=False))
    yield "udp-silent-120.txt", timeline(story("udp", "silent"), Surface(120))
    yield "udp-by-task.txt", timeline(story("udp", "burst"), Surface(100), by="task")
    yield "udp-explained-80.txt", timeline(story("udp"), Surface(80), explained=True)
    yield "prefork-by-task.txt", timeline(story("prefork"), Surface(120), by="task")
    yield (
        "prefork-reset-explained-80.txt",
        timeline(story("prefork", "reset"), Surface(80), explained=True),
    )
    yield "pool-silent-80.txt", timeline(story("pool", "silent"), Surface(80))
    yield "kqueue-explained-120.txt", timeline(story("kqueue"), Surface(120), explained=True)
    yield from comparisons()
    for one, other in (*NEIGHBOURS, ("fork", "udp")):
        yield f"{one}-{other}.txt", comparison(compare([story(one), story(other)]), Surface(100))


def comparisons() -> Iterator[tuple[str, str]]:
    """Comparisons of several sides, folded and whole, and in other formats than text."""
    both = compare([story("fork"), story("thread")])
    yield "fork-thread-60.txt", comparison(both, Surface(60))
    yield "fork-thread-80.txt", comparison(both, Surface(80))
    yield "fork-thread-whole-120.txt", comparison(both, Surface(120), whole=True)
    yield "fork-thread-colour.txt", comparison(both, Surface(100, colour=True))
    for form, suffix in (("markdown", "md"), ("html", "html"), ("json", "json")):
        yield f"fork-thread.{suffix}", render(both, form, Surface())
        yield f"fork.{suffix}", render_story(story("fork"), form, Surface())
    large = compare([story("fork", "large"), story("thread", "large")])
    yield "fork-thread-large-100.txt", comparison(large, Surface(100))
    three = compare([story(name) for name in ("fork", "thread", "poll")])
    yield "fork-thread-poll-120.txt", comparison(three, Surface(120))
    six = compare([story(name) for name in ("fork", "thread", "poll", "pool", "epoll", "kqueue")])
    yield "six-100.txt", comparison(six, Surface(100))


def pictures() -> dict[str, str]:
    """What README and the guide show, by the command it stands below."""
    return {
        "echotrace fork": timeline(story("fork"), Surface(100)),
        "echotrace compare fork thread": comparison(
            compare([story("fork"), story("thread")]), Surface(100)
        ),
    }


def with_pictures(readme: str) -> str:
    """The text of README or of the guide with its pictures drawn anew."""
    for command, picture in pictures().items():
        block = re.compile(rf"(```\n\$ {re.escape(command)}\n).*?(\n```\n)", re.DOTALL)
        readme = block.sub(rf"\g<1>{_literal(picture.rstrip())}\g<2>", readme)
    return readme


def _literal(text: str) -> str:
    return text.replace("\\", r"\\")


def record_all(servers: Sequence[str]) -> None:
    """Record the servers with every built-in script."""
    TRACES.mkdir(exist_ok=True)
    for server in servers:
        for script in BUILT_IN:
            wish = Wish(server, script=script, quiet=True)
            store(wish, TRACES / f"{server}-{script}.jsonl", ends_early=False)


def record_broken() -> None:
    """Record each broken variant once, with what it takes to see its bug."""
    (TRACES / "broken").mkdir(exist_ok=True)
    for mutant in RECORDED:
        wish = Wish(
            f"broken/{mutant.finding}", script=mutant.scripts[0], inject=mutant.injections,
            timeout=_SHORT if mutant.ends_early else Wish.timeout, quiet=True,
        )  # fmt: skip
        store(wish, path_of(mutant), ends_early=mutant.ends_early)


def store(wish: Wish, path: Path, *, ends_early: bool) -> None:
    """Record to a path; what ended a recording early is an error unless it has to."""
    with TemporaryDirectory() as folder:
        recorded = record(wish, Path(folder) / "trace.jsonl", overwrite=False)
        if recorded.error and not ends_early:
            raise recorded.error
        path.write_bytes(recorded.path.read_bytes())


def write_handouts() -> None:
    """Write the first pages of the gallery's handouts."""
    with TemporaryDirectory() as folder:
        made = handout_gallery.write(Path(folder), [WishedHandout(texts("en"))], overwrite=False)
        HANDOUTS.mkdir(parents=True, exist_ok=True)
        for path in made:
            if path.suffix == ".png":
                (HANDOUTS / path.name).write_bytes(path.read_bytes())


def main() -> None:
    """Write all of it."""
    options = sys.argv[1:]
    if options in ([], ["--broken"]):
        record_broken()
    if not {"--broken", "--views"} & {*options}:
        record_all(options or NAMES)
    GOLD.mkdir(exist_ok=True)
    for name, text in views():
        (GOLD / name).write_text(text, encoding="utf-8")
    (TRACES / "README.md").write_text(page(story), encoding="utf-8")
    write_handouts()
    page_pictures.take(PAGE, ["pair"])
    for path in TEXTS:
        path.write_text(with_pictures(path.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
