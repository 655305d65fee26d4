"""Captions of what code cells show: which cells they are for, and where there are none."""

from collections.abc import Iterable, Iterator, Sequence

from tabbook.problems import Problem
from tabbook.text.blocks import Caption, parse_blocks
from tabbook.text.reader import Cell, Chapter

_UNSHOWN = {"check", "interact", "hide-output"}


def has_caption(cell: Cell) -> bool:
    """Whether a cell of prose begins with a caption of what the cell above it shows."""
    return cell.kind == "markdown" and isinstance(parse_blocks(cell.source)[0], Caption)


def caption_problems(chapters: Iterable[Chapter], tabs: Sequence[str]) -> Iterator[Problem]:
    """Yield the captions that have no code cell right above, or one whose outputs are not shown."""
    for chapter in chapters:
        for index, cell in enumerate(chapter.cells):
            if not has_caption(cell):
                continue
            above = [_last(chapter.cells[:index], tab) for tab in cell.tabs or tabs]
            code = [each for each in above if each and each.kind == "code"]
            caption = f"the caption '{cell.source.splitlines()[0]}'"
            if not code:
                message = f"{caption} belongs right behind a code cell, or above a table"
                yield Problem(chapter.path, cell.line, message)
            for line in sorted({each.line for each in code if each.marks & _UNSHOWN}):
                message = f"{caption} is of the cell at line {line}, whose outputs no page shows"
                yield Problem(chapter.path, cell.line, message)


def _last(cells: Sequence[Cell], tab: str) -> Cell | None:
    """The last of some cells that a tab has."""
    return next((cell for cell in reversed(cells) if cell.belongs_to(tab)), None)
