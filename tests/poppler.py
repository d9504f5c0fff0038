"""A PDF as poppler reads it, which did not write it: its text, how big it is, where it stands."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import NamedTemporaryFile
from xml.etree import ElementTree as ET

from echotrace.views.document.nouns import Document
from echotrace.views.formats import pdf

_ZOOM = 3  # the most that pdftohtml has


@dataclass(frozen=True)
class Word:
    """A piece of text on a page, in points; sizes to a third of one."""

    page: int
    text: str
    size: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Pdf:
    """A PDF, read by poppler."""

    content: bytes

    def read(self, program: str, *options: str) -> str:
        """What one of poppler's programs says of it."""
        with NamedTemporaryFile(suffix=".pdf") as file:
            file.write(self.content)
            file.flush()
            after = ["-"] if program == "pdftotext" else []
            command = [program, *options, file.name, *after]
            done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8")
        return done.stdout

    def text(self, *options: str) -> str:
        """Its text in the order of reading."""
        return self.read("pdftotext", "-raw", *options)

    def pages(self) -> list[tuple[int, int]]:
        """The width and height of each page, in whole points."""
        sizes = re.findall(
            r"Page +\d+ size: +([\d.]+) x ([\d.]+)", self.read("pdfinfo", "-l", "-1")
        )
        return [(round(float(width)), round(float(height))) for width, height in sizes]

    def words(self) -> Iterator[Word]:
        """Its pieces of text, each in one font; space at their ends is left out."""
        xml = self.read("pdftohtml", "-xml", "-i", "-hidden", "-zoom", str(_ZOOM), "-stdout")
        sizes: dict[str, float] = {}
        for page in ET.fromstring(xml):  # noqa: S314 -- poppler's
            for each in page.iter("fontspec"):
                sizes[each.attrib["id"]] = int(each.attrib["size"]) / _ZOOM
            for each in page.iter("text"):
                left, top, width, height = (
                    int(each.attrib[name]) / _ZOOM for name in ("left", "top", "width", "height")
                )
                text, size = "".join(each.itertext()), sizes[each.attrib["font"]]
                right = left + width - size * (len(text) - len(text.rstrip()))
                number = int(page.attrib["number"])
                yield Word(number, text.strip(), size, left, top, right, top + height)


def made(document: Document, template: str = "handout") -> Pdf:
    """The PDF of a document, of which typst has no warning."""
    content, warnings = pdf.laid_out(f"{template}.typ", document)
    assert warnings == []
    return Pdf(content)
