"""Worked solutions: the section of a chapter that has one, and the notebook that leaves it out."""

from collections.abc import Iterable, Iterator

from tabbook.notebook.sections import sections
from tabbook.text.reader import Cell

YOURS = Cell("code", "# Your experiment", 1)


def has_solution(cells: Iterable[Cell], title: str) -> bool:
    """Whether one of the sections is called `title`."""
    headings = (heading for cell in cells for _, heading in sections(cell))
    return bool(title) and any(heading and heading.title == title for heading in headings)


def without_solution(cells: Iterable[Cell], title: str) -> Iterator[Cell]:
    """Yield the cells without the sections called `title`; each leaves an empty cell of code."""
    left_out = 0  # the level of the section that is being left out
    for cell in cells:
        if cell.kind == "code" and not left_out:
            yield cell
        for part, heading in sections(cell):
            if heading and heading.level <= left_out:
                left_out = 0
            if heading and heading.title == title:
                left_out = heading.level
                yield YOURS
            elif not left_out and part.source:
                yield part
