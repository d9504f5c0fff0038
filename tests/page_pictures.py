"""Makes pictures of the interactive page, to be looked at after a change of it.

    python tests/page_pictures.py FOLDER          all of them, each named by what it shows
    python tests/page_pictures.py FOLDER dark lecture    these only

They are of the stored traces of fork and thread, but for `free-run`, which is recorded here. What
is printed takes pdftoppm (poppler-utils).
"""

import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from echotrace.commands.recording import Wish, record
from echotrace.servers import traces_dir
from echotrace.story.compare.compare import compare
from echotrace.story.nouns import Story
from echotrace.story.replay import replay
from echotrace.tracefile import load
from echotrace.views.page.page import page

_CLIENTS = 1000


@dataclass(frozen=True)
class Picture:
    """What a picture shows: a view by its link, in a window of so many pixels.

    `first` is done before; `whole` is the page to its end, in place of what the window shows.
    """

    link: str
    size: tuple[int, int] = (1280, 720)
    page: str = "both"
    first: Callable[[Page], object] = lambda _: None
    whole: bool = False


def _last(shown: Page) -> None:
    shown.get_by_role("button", name="Last").click()


def _answered(shown: Page) -> None:
    shown.get_by_role("textbox", name="Your answer").fill("5")
    shown.keyboard.press("Enter")


def _open_events(shown: Page) -> None:
    shown.locator("#events summary").click()


def _keys(shown: Page) -> None:
    shown.get_by_role("button", name="Keys").click()


_FORK, _THREAD, _PAIR = "#tab=fork&event=26", "#tab=thread&event=26", "#tab=fork | thread&row={row}"
_NARROW, _LECTURE = (390, 844), (1920, 1080)
PICTURES: Mapping[str, Picture] = {
    "fork": Picture(_FORK),
    "thread": Picture(_THREAD),
    "pair": Picture(_PAIR),
    "fork-below": Picture(_FORK, first=_open_events, whole=True),
    "pair-below": Picture(_PAIR, whole=True),
    "keys": Picture(_FORK, first=_keys),
    "quiz": Picture("#tab=fork&event=32r&quiz=result"),
    "quiz-answered": Picture("#tab=fork&event=32r&quiz=result", first=_answered),
    "dark": Picture(f"{_FORK}&theme=dark"),
    "dark-pair": Picture(f"{_PAIR}&theme=dark"),
    "narrow": Picture(_FORK, _NARROW),
    "narrow-whole": Picture(_FORK, _NARROW, whole=True),
    "narrow-pair": Picture(_PAIR, _NARROW),
    "narrow-quiz": Picture("#tab=fork&event=32r&quiz=result", _NARROW),
    "lecture": Picture(f"{_FORK}&lecture", _LECTURE),
    "lecture-pair": Picture(f"{_PAIR}&lecture", _LECTURE),
    "lecture-1280": Picture(f"{_FORK}&lecture"),
    "free-run": Picture("#tab=thread", page="free", first=_last),
    "four-sides": Picture("#tab=prefork | epoll", page="four"),
}  # fmt: skip
#: What is printed of which link, a picture a page.
PRINTED: Mapping[str, str] = {"print": _FORK, "print-pair": _PAIR}


def _pages(folder: Path, names: Collection[str]) -> Mapping[str, Path]:
    """The pages of these names as files."""
    stories: Mapping[str, Callable[[], Mapping[str, Story]]] = {
        "both": lambda: _stored("fork", "thread"),
        "four": lambda: _stored("fork", "thread", "prefork", "epoll"),
        "free": lambda: {"thread": _free_run(folder)},
    }
    files = {name: folder / f"{name}.html" for name in names}
    for name, file in files.items():
        file.write_text(page(stories[name]()), encoding="utf-8")
    return files


def _stored(*servers: str) -> Mapping[str, Story]:
    return {name: replay(load(traces_dir() / f"{name}-interleaved.jsonl")) for name in servers}


def _free_run(folder: Path) -> Story:
    wish = Wish("thread", free_run=True, clients=_CLIENTS, quiet=True)
    recorded = record(wish, folder / "free.jsonl", overwrite=False)
    if recorded.error:
        raise recorded.error
    return replay(load(recorded.path))


def _hand_off() -> int:
    """The number of the row at which the connection is handed on: where fork and thread part."""
    compared = compare(list(_stored("fork", "thread").values()))
    rows = (row for part in compared.alignments for row in part.rows)
    return 1 + next(index for index, row in enumerate(rows) if None in row.steps)


def take(folder: Path, names: Collection[str] = ()) -> list[Path]:
    """The files of the pictures of these names, or of all; PNG, a pixel a CSS pixel."""
    folder.mkdir(parents=True, exist_ok=True)
    names = names or [*PICTURES, *PRINTED]
    wanted = [name for name in PICTURES if name in names]
    row = _hand_off()
    made = []
    with TemporaryDirectory() as scratch, _browser() as browser:
        files = _pages(Path(scratch), {PICTURES[name].page for name in wanted} | {"both"})
        for name in wanted:
            made.append(folder / f"{name}.png")
            picture = PICTURES[name]
            width, height = picture.size
            shown = browser.new_page(viewport={"width": width, "height": height})
            shown.goto(files[picture.page].as_uri() + picture.link.format(row=row))
            picture.first(shown)
            shown.screenshot(path=made[-1], full_page=picture.whole)
            shown.close()
        for name in (name for name in PRINTED if name in names):
            shown = browser.new_page()
            shown.goto(files["both"].as_uri() + PRINTED[name].format(row=row))
            made += _on_paper(shown, folder / name)
    return made


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def _on_paper(shown: Page, stem: Path) -> list[Path]:
    pdf = stem.with_suffix(".pdf")
    shown.pdf(path=pdf, prefer_css_page_size=True)
    subprocess.run(["pdftoppm", "-r", "110", "-png", pdf, stem], check=True)
    return [pdf, *sorted(stem.parent.glob(f"{stem.name}-[0-9]*.png"))]


if __name__ == "__main__":
    for path in take(Path(sys.argv[1]), sys.argv[2:]):
        print(path)  # noqa: T201 -- what it is for
