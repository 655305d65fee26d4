"""What the drawings share: a sheet of paper, its pens, and mathematics in labels.

A sheet is 360 units across; on a phone, a unit is nearly a pixel.
A pen is a class of the style below, or several: "blue", "blue wide", "tint-grey".
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from xml.etree import ElementTree as ET

import nbformat
from nbformat import NotebookNode

from tabbook.notebook.values import recorded_numbers

ROOT = Path(__file__).parents[1]
WIDTH = 360
HEAD = 8  # the length of an arrow's head

# name: (on light paper, on dark paper)
COLOURS = {
    "ink": ("#1f2933", "#e8eaed"),
    "grey": ("#616b78", "#a9b2be"),
    "pale": ("#a3acb8", "#66707e"),
    "blue": ("#0b62a4", "#6cb8f0"),
    "orange": ("#bd4b00", "#ffa45c"),
    "tint-blue": ("#d3e6f6", "#1b3f5f"),
    "tint-orange": ("#fde0c8", "#603514"),
    "tint-grey": ("#e9ecf0", "#333a44"),
    "paper": ("#ffffff", "#14181e"),
}

STROKES = ("ink", "grey", "pale", "blue", "orange")
FILLS = ("tint-blue", "tint-orange", "tint-grey", "paper")

SANS = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
# What a class means; `$ink` is a colour.
PENS = {
    "text": "fill: $ink; stroke: none; stroke-width: 0",
    **{f"text.{colour}": f"fill: ${colour}; stroke: none" for colour in ("grey", "blue", "orange")},
    ".strong": "font-weight: 600",
    ".small": "font-size: 12px",
    ".large": "font-size: 15px",
    ".code": 'font: 12px ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
    ".math": 'font: 16px "STIX Two Text", Cambria, "Times New Roman", "Liberation Serif", serif',
    ".it": "font-style: italic",
    ".bf": "font-weight: bold",
    ".sub": "font-size: 12px",
    "text.halo": "paint-order: stroke; stroke: $paper; stroke-width: 8px; stroke-linejoin: round",
    ":is(path, polyline, circle, rect)": "fill: none; stroke-width: 1.6px; stroke-linecap: round; "
    "stroke-linejoin: round",
    **{f".{colour}:not(text)": f"stroke: ${colour}" for colour in STROKES},
    **{f".full.{colour}": f"fill: ${colour}" for colour in STROKES},
    **{f".{colour}": f"fill: ${colour}" for colour in FILLS},
    ".none:not(text)": "stroke: none",
    ".hair": "stroke-width: 0.6px",
    ".thin": "stroke-width: 1px",
    ".wide": "stroke-width: 2.6px",
    ".dashed": "stroke-dasharray: 4 4",
    ".pixels": "shape-rendering: crispEdges",
}


def _on_page(colours: dict[str, str]) -> dict[str, str]:
    """The colours, with the page's ground for paper where it is known."""
    return colours | {"paper": f"var(--pst-color-background, {colours['paper']})"}


def _settings(colours: dict[str, str]) -> str:
    return "; ".join(f"--drawing-{name}: {value}" for name, value in colours.items())


def _style(name: str) -> str:
    """The pens as CSS, each rule for the drawing `name` only.

    `svg:root` is the drawing alone, as an image: only then has it paper of its own. In a page it
    stands on the page's, and follows the page's theme.
    """
    light, dark = ({colour: pair[i] for colour, pair in COLOURS.items()} for i in (0, 1))

    def filled_in(declarations: str) -> str:
        values = _on_page(light)
        return re.sub(
            r"\$([a-z-]+)", lambda m: f"var(--drawing-{m[1]}, {values[m[1]]})", declarations
        )

    rules = [
        f".{name} {{ font: 13px {SANS} }}",
        *(f".{name} {selector} {{ {filled_in(pen)} }}" for selector, pen in PENS.items()),
        f"svg.{name}:root .card {{ fill: var(--drawing-paper, {light['paper']}) }}",
        f"@media (prefers-color-scheme: dark) {{ svg.{name}:root {{ {_settings(dark)} }} }}",
        f'html[data-theme="dark"] .{name} {{ {_settings(_on_page(dark))} }}',
    ]
    return "\n".join(["<style>", *rules, "</style>"])


def number(value: float) -> str:
    """A length as short as it can be, to two decimals."""
    return f"{round(float(value), 2) + 0.0:g}"


def shown(value: float, decimals: int = 2) -> str:
    """A number as readers see it: at most so many decimals, and a true minus sign."""
    text = f"{round(float(value), decimals) + 0.0:,.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if decimals else text).replace("-", "−")


@cache
def notebook(chapter: str) -> NotebookNode:
    """A chapter's notebook in PyTorch; the chapter is such as "mlp/scratch"."""
    path = ROOT / "notebooks/pytorch" / f"{chapter}.ipynb"
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)


def recorded(chapter: str) -> dict[str, int | float]:
    """The numbers by name that a chapter's notebook recorded in PyTorch."""
    return recorded_numbers(notebook(chapter).cells)


class Drawing:
    """A sheet, 360 wide, on which each method draws one thing; `svg()` is the file."""

    def __init__(self, name: str, height: float, title: str, desc: str):
        self.name = f"drawing-{name}"
        self.height = height
        self.parts = [self._described("title", title), self._described("desc", desc)]
        self.put("rect", "card", width=WIDTH, height=height, rx=10)

    def _described(self, tag: str, text: str) -> ET.Element:
        element = ET.Element(tag, id=f"{self.name}-{tag}")
        element.text = " ".join(text.split())
        return element

    def put(self, tag: str, pen: str, **attributes: float | str) -> ET.Element:
        """Any element of SVG."""
        written = {
            key.replace("_", "-"): value if isinstance(value, str) else number(value)
            for key, value in attributes.items()
        }
        element = ET.Element(tag, {"class": pen, **written})
        self.parts.append(element)
        return element

    def circle(self, x: float, y: float, r: float, pen: str) -> None:
        """A circle around (x, y)."""
        self.put("circle", pen, cx=x, cy=y, r=r)

    def box(self, x: float, y: float, width: float, height: float, pen: str, rx: float = 8) -> None:
        """A rounded rectangle whose upper left corner is (x, y)."""
        self.put("rect", pen, x=x, y=y, width=width, height=height, rx=rx)

    def line(self, points: Iterable[Sequence[float]], pen: str) -> None:
        """Straight from point to point."""
        self.put("polyline", pen, points=" ".join(f"{number(x)},{number(y)}" for x, y in points))

    def path(self, d: str, pen: str) -> None:
        """A path in SVG's own language."""
        self.put("path", pen, d=d)

    def arrow(self, start: Sequence[float], end: Sequence[float], pen: str) -> None:
        """A straight arrow."""
        (x1, y1), (x2, y2) = start, end
        length = math.hypot(x2 - x1, y2 - y1)
        ux, uy = (x2 - x1) / length, (y2 - y1) / length
        self.line([start, (x2 - HEAD * ux, y2 - HEAD * uy)], pen)
        self.head(x2, y2, ux, uy, pen)

    def head(self, x: float, y: float, ux: float, uy: float, pen: str) -> None:
        """The head of an arrow that arrives at (x, y) in the direction (ux, uy)."""
        bx, by = x - HEAD * ux, y - HEAD * uy
        side = 0.45 * HEAD
        corners = [(x, y), (bx - side * uy, by + side * ux), (bx + side * uy, by - side * ux)]
        d = "M" + "L".join(f"{number(a)} {number(b)}" for a, b in corners) + "Z"
        colour = next(part for part in pen.split() if part in COLOURS)
        self.path(d, f"full {colour} thin")

    def text(self, x: float, y: float, label: str, pen: str = "", anchor: str = "middle") -> None:
        """A label around x, or right of it ("start") or left ("end"); y is its base line.

        What is in braces is mathematics: letters are italic, behind `!` bold, in quotes upright,
        and `_` puts the next character, or those in parentheses, below the line.
        """
        element = self.put("text", pen, x=x, y=y, text_anchor=anchor)
        lowered = False
        for index, part in enumerate(re.split(r"[{}]", label)):
            for text, kind in _mathematics(part) if index % 2 else [(part, "")]:
                if text:
                    piece = ET.SubElement(element, "tspan", {"class": kind} if kind else {})
                    piece.text = text
                    if ("sub" in kind) != lowered:
                        piece.set("dy", "-4" if lowered else "4")
                        lowered = not lowered

    def svg(self) -> str:
        """The file, with one element on a line."""
        title, desc, *parts = (ET.tostring(part, encoding="unicode") for part in self.parts)
        height = number(self.height)
        start = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="drawing {self.name}" role="img" '
            f'aria-labelledby="{self.name}-title {self.name}-desc" '
            f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">'
        )
        return "\n".join([start, title, desc, _style(self.name), *parts, "</svg>\n"])


_PIECE = re.compile(
    r"_\((?P<below>[^)]*)\)|_(?P<sub>.)|!(?P<bf>.)|\"(?P<upright>[^\"]*)\"|(?P<it>[^\W\d_])|(?P<sign>.)"
)
_KINDS = {"below": "math sub", "bf": "math bf", "it": "math it"}


def _mathematics(formula: str) -> Iterator[tuple[str, str]]:
    """The pieces of a formula, each with its classes; neighbours of one kind are one piece."""
    pieces = []
    for match in _PIECE.finditer(formula):
        name = match.lastgroup or ""
        text = match[name]
        kind = _KINDS.get(name, "math")
        if name == "sub":
            kind = "math sub it" if text.isalpha() else "math sub"
        pieces.append((text, kind))
    for kind, group in groupby(pieces, key=itemgetter(1)):
        yield "".join(text for text, _ in group), kind
