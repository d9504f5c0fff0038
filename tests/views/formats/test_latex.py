"""The handout as LaTeX, made into PDF by latexmk: it compiles, nothing sticks out, all is text."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from unicodedata import normalize

from msgspec.structs import replace

from echotrace.story.nouns import Story
from echotrace.views.document.nouns import Document
from echotrace.views.formats.latex_text import code, text
from echotrace.views.formats.writing import WRITERS
from echotrace.views.handout.handout import handout
from echotrace.views.handout.nouns import Wish
from echotrace.views.texts import texts
from echotrace.views.words import safe
from poppler import Pdf
from sample_document import HOSTILE, sample, wide

_STEM = "hand out #1"
_BODY = ["-y", "46", "-H", "755", "-x", "0", "-W", "600"]  # points: without head and foot


def _made(document: Document, folder: Path) -> Pdf:
    """The PDF."""
    written = WRITERS["latex"](document, _STEM)
    for name, content in written.beside.items():
        (folder / name).write_bytes(content)
    (folder / "made.tex").write_bytes(written.content)
    run = subprocess.run(
        ["latexmk", "-pdf", "-interaction=nonstopmode", "-halt-on-error", "made.tex"],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    log = (folder / "made.log").read_text(encoding="latin-1")
    assert run.returncode == 0, log[-3000:]
    wide = re.findall(r"Overfull .hbox .([0-9.]+)pt", log)
    assert [excess for excess in wide if float(excess) > 2] == []
    assert "Overfull \\vbox" not in log
    return Pdf((folder / "made.pdf").read_bytes())


def _shown(pdf: Pdf) -> str:
    """What a reader sees on the pages, without spaces, head and foot."""
    return "".join(normalize("NFKC", pdf.text("-r", "72", *_BODY)).replace("\u2019", "'").split())


def test_hostile_words_are_shown_as_they_are(tmp_path: Path) -> None:
    """A document of markup reads like one of a plain word, with the markup in its place."""
    shown = {}
    for name, said in (("hostile", HOSTILE + " \\end{lstlisting}"), ("plain", "word")):
        folder = tmp_path / name
        folder.mkdir()
        shown[name] = _shown(_made(sample(said, key=True), folder))
    hostile = "".join(safe(HOSTILE + " \\end{lstlisting}").split())
    assert shown["hostile"].replace(hostile, "word") == shown["plain"]


def test_drawings_stand_beside_it_and_long_words_are_broken(tmp_path: Path) -> None:
    """Drawings are PDF files, the same for the same drawing; TeX takes their names and any word."""
    document = sample("é · ≠ 中 \U0001f600 ─┼ /srv/" + "index" * 40)
    document = replace(document, blocks=(*document.blocks, *wide()))
    written, again = (WRITERS["latex"](document, _STEM) for _ in range(2))
    assert written == again
    assert list(written.beside) == [
        "hand-out-1-timeline-1.pdf", "hand-out-1-timeline-2.pdf", "hand-out-1-wide-1.pdf",
    ]  # fmt: skip
    assert all(content.startswith(b"%PDF-") for content in written.beside.values())
    pdf = _made(document, tmp_path)
    assert "-+/srv/indexindex" in _shown(pdf)
    assert re.findall(r" rot: +(\d+)", pdf.read("pdfinfo", "-l", "-1")) == ["0", "0", "0", "90"]


def test_only_letters_digits_and_harmless_signs_pass() -> None:
    """No character that means something to TeX stands for itself, in words or in code."""
    special = '\\{}$&#^_~%"<>|`'
    for write in (text, code):
        for character in special:
            made = write(character).removeprefix("\\code{").replace("\\ch{", "")
            assert re.fullmatch(r"\d+\}+", made)
    assert text("a--b ''") == "a-{}-{}b '{}'{}"
    assert code("  a'") == "\\code{\\ \\ a\\ch{13}}"
    assert text("Köln, 中") == 'K\\"{o}ln, \\ch{92}u4e2d'


def test_a_real_handout_keeps_to_its_sheets(stored: Mapping[str, Story], tmp_path: Path) -> None:
    """At most six, with the sources beside each other and names of flags in one piece."""
    sides = {name: stored[name] for name in ("fork", "thread")}
    pdf = _made(handout(sides, Wish(texts("en"))), tmp_path)
    shown = pdf.read("pdftotext", "-layout")
    assert shown.count("\f") <= 6
    assert re.search(r"fork *fork\.c +thread *thread\.c", shown)
    assert "CLONE_CHILD_CLEARTID" in shown
    assert "\\hatched{}" in code("░")
