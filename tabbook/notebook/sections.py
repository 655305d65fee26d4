"""The sections that headings make of a cell of prose."""

from collections.abc import Iterator
from dataclasses import replace

from tabbook.text.blocks import Heading, parse_blocks
from tabbook.text.reader import Cell


def headings(cell: Cell) -> list[Heading]:
    """The headings of a cell of prose; code has none."""
    blocks = parse_blocks(cell.source) if cell.kind == "markdown" else ()
    return [block for block in blocks if isinstance(block, Heading)]


def sections(cell: Cell) -> Iterator[tuple[Cell, Heading | None]]:
    """Yield the parts of a cell of prose that headings begin; the first may have none, or no text.

    Code has no sections.
    """
    if cell.kind == "code":
        return
    found = headings(cell)
    starts = [0, *(heading.line for heading in found), None]
    for start, end, heading in zip(starts, starts[1:], [None, *found], strict=False):
        yield lines_of(cell, start, end), heading


def lines_of(cell: Cell, start: int | None, end: int | None = None) -> Cell:
    """A cell with the lines from `start` to `end` of a cell of prose, without blank edges."""
    lines = cell.source.split("\n")
    kept = list(range(len(lines))[start:end])
    while kept and not lines[kept[-1]].strip():
        del kept[-1]
    while kept and not lines[kept[0]].strip():
        del kept[0]
    numbers = tuple(cell.chapter_line(n + 1) for n in kept)
    source = "\n".join(lines[n] for n in kept)
    return replace(cell, source=source, line=min(numbers, default=cell.line), lines=numbers)
