"""Slides that stand beside a text: `::: {.slide title="..."}`, up to the `:::` that ends it."""

import re
from collections.abc import Iterator, Sequence

from tabbook.text.fences import find_fences

_DIV = re.compile(r":{3,}[ \t]*(?P<what>\S.*)?$")
_SLIDE = re.compile(r"\{[^{}]*\.slide\b")


def find_slides(lines: Sequence[str]) -> Iterator[tuple[range, bool]]:
    """Yield the lines of each slide, and whether it has an end; what has none is its first line."""
    fences = find_fences(lines)
    fenced = {index for fence in fences for index in range(fence.start, fence.end)}
    start, depth = 0, 0
    for index, line in enumerate(lines):
        div = None if index in fenced else _DIV.match(line)
        if div and div["what"] and (depth or _SLIDE.match(div["what"])):
            start, depth = (start if depth else index), depth + 1
        elif div and depth and not div["what"]:
            depth -= 1
            if not depth:
                yield range(start, index + 1), True
    if depth:
        yield range(start, start + 1), False
