"""Reads a drawing as a program would that draws it: its texts, boxes and hatches with places."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

import typst

from echotrace.views.drawing import Drawing
from echotrace.views.svg.canvas import ADVANCE
from poppler import Pdf

_NAMESPACE = "{http://www.w3.org/2000/svg}"
_ELEMENTS = {"svg", "title", "desc", "rect", "path", "text"}
_SHIFT = {"start": 0, "middle": 0.5, "end": 1}


@dataclass(frozen=True)
class Words:
    """A text: its left and right end, its baseline, and what it says."""

    left: float
    right: float
    y: float
    text: str
    bold: bool


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float
    thick: float


class Picture:
    """What is in an SVG; nothing else may be in it than what drawings are made of."""

    def __init__(self, svg: str) -> None:
        assert all(character.isprintable() for line in svg.split("\n") for character in line)
        self.root = ET.fromstring(svg)  # noqa: S314 -- our own
        elements = list(self.root.iter())
        assert {each.tag.removeprefix(_NAMESPACE) for each in elements} <= _ELEMENTS
        self.size = float(self.root.attrib["font-size"])
        self.width, self.height = map(float, self.root.attrib["viewBox"].split()[2:])
        assert self.root.attrib["width"] == f"{self.width:g}pt"
        self.title, self.description = (self._one(name).text or "" for name in ("title", "desc"))
        labels = [self._one(name).attrib["id"] for name in ("title", "desc")]
        assert self.root.attrib["aria-labelledby"].split() == labels
        assert self.root.attrib["role"] == "img"
        self.texts = [self._words(each) for each in self.root.iter(f"{_NAMESPACE}text")]
        self.boxes = [self._box(each) for each in self.root.iter(f"{_NAMESPACE}rect")]

    def _one(self, name: str) -> ET.Element:
        (found,) = self.root.iter(f"{_NAMESPACE}{name}")
        return found

    def _words(self, element: ET.Element) -> Words:
        text = element.text or ""
        width = len(text) * ADVANCE * self.size
        left = float(element.attrib["x"]) - width * _SHIFT[element.get("text-anchor", "start")]
        bold = element.get("font-weight") == "bold"
        return Words(left, left + width, float(element.attrib["y"]), text, bold)

    @staticmethod
    def _box(element: ET.Element) -> Box:
        x, y = float(element.get("x", 0)), float(element.get("y", 0))
        right, bottom = x + float(element.attrib["width"]), y + float(element.attrib["height"])
        return Box(x, y, right, bottom, float(element.get("stroke-width", 0)))

    @property
    def waits(self) -> list[Box]:
        """The bars of those who wait."""
        return [box for box in self.boxes if box.thick == 0.5]

    def check_all_inside(self) -> None:
        """Every text, box and bar is within the drawing."""
        sides = [(each.left, each.right) for each in self.texts]
        sides += [(each.left, each.right) for each in self.boxes]
        assert all(-0.01 <= left <= right <= self.width + 0.01 for left, right in sides)
        assert all(0 < each.y < self.height for each in self.texts)
        assert all(0 <= box.top <= box.bottom <= self.height + 0.01 for box in self.boxes)

    def rows(self) -> dict[float, str]:
        """What stands at each baseline, from left to right."""
        lines: dict[float, list[Words]] = {}
        for each in self.texts:
            lines.setdefault(each.y, []).append(each)
        return {
            y: " ".join(each.text for each in sorted(line, key=lambda one: one.left))
            for y, line in sorted(lines.items())
        }


def pdf_text(drawings: Sequence[Drawing], how: str = "-layout") -> str:
    """What pdftotext finds in a PDF/UA-1 of the drawings, a page each."""
    images = "".join(
        f'#page(image(bytes(sys.inputs.at("{n}")), alt: "x", width: {each.width}pt))\n'
        for n, each in enumerate(drawings)
    )
    page = "#set page(width: auto, height: auto, margin: 0pt)"
    compiler = typst.Compiler(
        f'#set document(title: "x")\n{page}\n{images}'.encode(),
        ignore_system_fonts=True,
        sys_inputs={str(n): each.svg for n, each in enumerate(drawings)},
    )
    pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    assert isinstance(pdf, bytes)
    return Pdf(pdf).read("pdftotext", how)
