"""How large an SVG image is."""

import re

SVG = "image/svg+xml"
_VIEW_BOX = re.compile(r"""<svg[^>]*\bviewBox=["']([^"']*)["']""")


def svg_size(document: str) -> tuple[float, ...]:
    """The width and the height of an SVG document's view box; empty where it has none."""
    match = _VIEW_BOX.search(document)
    numbers = re.split(r"[\s,]+", match[1].strip()) if match else []
    return tuple(float(number) for number in numbers[2:4]) if len(numbers) == 4 else ()
