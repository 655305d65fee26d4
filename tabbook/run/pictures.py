"""How far pictures without data are from the committed ones: by shapes in SVG, or by pixels."""

import base64
import io
import math
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, chain, groupby
from operator import sub
from statistics import fmean, median
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from tabbook.run.texts import all_agree, within
from tabbook.text.tolerance import Tolerance

if TYPE_CHECKING:
    from PIL import Image

SVG = "image/svg+xml"
# How far the width and the height of a picture may change, relative to what they were.
SIZE_TOLERANCE = 0.1
# Pictures are compared at so many pixels a side, in grey, and may differ by so many tolerances of
# what is not their ground: other pictures of the same size differ by more, nearly all of them.
SIDE = 32
PIXEL_SHARE = 5
# A shape with fewer points is a tick, or a line of a grid, which come and go with the limits.
FEWEST_POINTS = 4
# Of how many points of a shape the places are compared.
POINTS = 24
_COORDINATES = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.I)
_NUMBER = re.compile(r"[\d\s.,+\N{MINUS SIGN}-]*|\$.*\$")

Point = tuple[float, float]


@dataclass(frozen=True)
class Drawing:
    """An SVG document: its size, its texts but for numbers, and the points of its shapes."""

    size: Point
    texts: tuple[str, ...]
    shapes: tuple[tuple[Point, ...], ...]


def compare_pictures(kind: str, old: str, new: str, tolerance: Tolerance) -> Iterator[str]:
    """Yield how a picture differs from the committed one of the same media type."""
    if old == new:
        return
    compare = _compare_svg if kind == SVG else _compare_pixels
    try:
        yield from (f"{kind}: {difference}" for difference in compare(old, new, tolerance))
    except (ValueError, OSError, ElementTree.ParseError) as error:
        yield f"{kind} cannot be read: {error}"


def _compare_svg(old: str, new: str, tolerance: Tolerance) -> Iterator[str]:
    before, after = read_svg(old), read_svg(new)
    yield from _differing_sizes(before.size, after.size)
    near = within(tolerance.distance)
    if not all_agree(before.texts, after.texts, near):
        yield f"texts differ: committed {before.texts}, executed {after.texts}"
    if len(before.shapes) != len(after.shapes):
        yield f"{len(after.shapes)} shapes are drawn, committed are {len(before.shapes)}"
    elif not tolerance.machine:
        for number, pair in enumerate(zip(before.shapes, after.shapes, strict=True), 1):
            distance = _distance(*pair) / max(before.size)
            if distance > tolerance.distance:
                yield f"shape {number} is {distance:.2f} of the picture away"


def _differing_sizes(old: Point, new: Point) -> Iterator[str]:
    if any(abs(a - b) > SIZE_TOLERANCE * max(a, b) for a, b in zip(old, new, strict=True)):
        yield f"size differs: committed {old}, executed {new}"


def _distance(old: tuple[Point, ...], new: tuple[Point, ...]) -> float:
    if len(old) != len(new):  # A line has more points where it has more bends.
        old, new = _evenly(old), _evenly(new)
    return fmean(map(math.dist, old, new))


def _evenly(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return points evenly spaced on the line through all."""
    ways = [0.0, *accumulate(map(math.dist, points, points[1:]))]
    places: list[Point] = []
    for share in range(POINTS):
        way = ways[-1] * share / (POINTS - 1)
        end = min(bisect_left(ways, way), len(points) - 1)
        start = max(end - 1, 0)
        part = (way - ways[start]) / ((ways[end] - ways[start]) or 1)
        (x, y), (to_x, to_y) = points[start], points[end]
        places.append((x + part * (to_x - x), y + part * (to_y - y)))
    return tuple(places)


def read_svg(text: str) -> Drawing:
    """Read an SVG document. Raises `ParseError` where it is none."""
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True))
    root = ElementTree.fromstring(text, parser)
    box = _coordinates(root.get("viewBox", "")) or [0, 0, 0, 0]
    drawn = list(_elements(root, (0, 0)))
    texts = (text.strip() for element, _ in drawn for text in _texts(element))
    return Drawing(
        (box[2], box[3]),
        tuple(text for text in texts if not _NUMBER.fullmatch(text)),
        tuple(_shapes(drawn)),
    )


def _elements(
    element: ElementTree.Element, offset: Point
) -> Iterator[tuple[ElementTree.Element, Point]]:
    """Yield all that is drawn, with how far it is moved from the places that it states."""
    if _tag(element) == "defs":
        return
    for move in re.findall(r"translate\(([^)]*)\)", element.get("transform", "")):
        x, y, *_ = [*_coordinates(move), 0, 0]
        offset = offset[0] + x, offset[1] + y
    yield element, offset
    for child in element:
        yield from _elements(child, offset)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _texts(element: ElementTree.Element) -> list[str]:
    """Return the text of an element; matplotlib draws letters, and writes the text as a comment."""
    if _tag(element) == "text":
        return ["".join(element.itertext())]
    drawn = element.get("id", "").startswith("text_")
    return [child.text or "" for child in element if drawn and child.tag is ElementTree.Comment]


def _shapes(drawn: list[tuple[ElementTree.Element, Point]]) -> Iterator[tuple[Point, ...]]:
    """Yield the points of each shape; equal marks that follow each other are one."""
    for mark, run in groupby(drawn, lambda pair: _mark(pair[0])):
        found = [_points(element, offset) for element, offset in run]
        shapes = [list(chain.from_iterable(found))] if mark else found
        yield from (tuple(shape) for shape in shapes if len(shape) >= FEWEST_POINTS)


def _mark(element: ElementTree.Element) -> str:
    """Return what a `use` element uses."""
    names = (name for name in element.attrib if name.rpartition("}")[2] == "href")
    return element.get(next(names, ""), "") if _tag(element) == "use" else ""


def _points(element: ElementTree.Element, offset: Point) -> list[Point]:
    tag = _tag(element)
    if tag in ("path", "polyline", "polygon"):
        numbers = _coordinates(element.get("d" if tag == "path" else "points", ""))
        points = list(zip(numbers[::2], numbers[1::2], strict=False))
    elif tag == "use" and {"x", "y"} <= set(element.keys()):
        points = [_at(element, "x", "y")]
    elif tag in ("rect", "image"):
        (x, y), (width, height) = _at(element, "x", "y"), _at(element, "width", "height")
        points = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    elif tag in ("circle", "ellipse"):
        (x, y), (width, height) = _at(element, "cx", "cy"), _at(element, "rx", "ry")
        r, _ = _at(element, "r", "r")
        points = [(x - r - width, y), (x, y - r - height), (x + r + width, y), (x, y + r + height)]
    else:
        points = []
    return [(x + offset[0], y + offset[1]) for x, y in points]


def _at(element: ElementTree.Element, *names: str) -> Point:
    x, y = (next(iter(_coordinates(element.get(name, ""))), 0.0) for name in names)
    return x, y


def _coordinates(text: str) -> list[float]:
    return [float(number) for number in _COORDINATES.findall(text)]


def _compare_pixels(old: str, new: str, tolerance: Tolerance) -> Iterator[str]:
    before, after = _decoded(old), _decoded(new)
    yield from _differing_sizes(before.size, after.size)
    if tolerance.machine:
        return
    pixels, others = (_grey(image) for image in (before, after))
    ground = median(pixels)
    ink = fmean(abs(pixel - ground) for pixel in pixels)
    distance = fmean(map(abs, map(sub, pixels, others)))
    # An empty picture is as far away as there is ink.
    if distance > min(PIXEL_SHARE * tolerance.distance, 0.9) * max(ink, 1):
        yield "it shows something else"


def _decoded(text: str) -> "Image.Image":
    from PIL import Image

    return Image.open(io.BytesIO(base64.b64decode(text)))


def _grey(image: "Image.Image") -> bytes:
    """Return a few pixels of a picture upon white, from 0 (black) to 255."""
    from PIL import Image

    colours = image.convert("RGBA")
    white = Image.new("RGBA", colours.size, "white")
    grey = Image.alpha_composite(white, colours).convert("L")
    return grey.resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
