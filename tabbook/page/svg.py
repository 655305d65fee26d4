"""How large an SVG image is, and whether it is a drawing."""

import re

SVG = "image/svg+xml"
_VIEW_BOX = re.compile(r"""<svg[^>]*\bviewBox=["']([^"']*)["']""")

_DRAWING = re.compile(r"""<svg\b[^>]*\sclass=["'](?:[^"']*\s)?drawing[\s"']""")


def is_drawing(document: str) -> bool:
    """Whether an SVG document is made to stand in a page: its root has the class `drawing`."""
    return _DRAWING.search(document) is not None


def svg_size(document: str) -> tuple[float, ...]:
    """The width and the height of an SVG document's view box; empty where it has none."""
    match = _VIEW_BOX.search(document)
    numbers = re.split(r"[\s,]+", match[1].strip()) if match else []
    return tuple(float(number) for number in numbers[2:4]) if len(numbers) == 4 else ()
