"""Worked solutions: the section of a chapter that has one, and the notebook that leaves it out."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from tabbook.text.blocks import Heading, parse_blocks
from tabbook.text.reader import Cell

YOURS = Cell("code", "# Your experiment", 1)


def has_solution(cells: Iterable[Cell], title: str) -> bool:
    """Whether one of the sections is called `title`."""
    sections = (heading for cell in cells for _, heading in _sections(cell))
    return bool(title) and any(heading and heading.title == title for heading in sections)


def without_solution(cells: Iterable[Cell], title: str) -> Iterator[Cell]:
    """Yield the cells without the sections called `title`; each leaves an empty cell of code."""
    left_out = 0  # the level of the section that is being left out
    for cell in cells:
        if cell.kind == "code" and not left_out:
            yield cell
        for text, heading in _sections(cell):
            if heading and heading.level <= left_out:
                left_out = 0
            if heading and heading.title == title:
                left_out = heading.level
                yield YOURS
            elif not left_out and text.strip():
                yield replace(cell, source=text.strip("\n"), lines=())


def _sections(cell: Cell) -> Iterator[tuple[str, Heading | None]]:
    """Yield the pieces of a cell of prose that headings begin; the first may have none."""
    if cell.kind == "code":
        return
    lines = cell.source.split("\n")
    headings = [block for block in parse_blocks(cell.source) if isinstance(block, Heading)]
    starts = [0, *(heading.line for heading in headings), len(lines)]
    for start, end, heading in zip(starts, starts[1:], [None, *headings], strict=False):
        yield "\n".join(lines[start:end]), heading
