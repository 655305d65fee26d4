"""The cells of one tab, as its notebook shows them."""

import re
from dataclasses import replace

from tabbook.text.cell_code import parse_cell
from tabbook.text.reader import HIDE_MARK, Cell, Chapter
from tabbook.text.saved import SAVE_MARK
from tabbook.text.unfold import unfold

# What is said to the builder: `#@save`, `#@hide_output`, or d2lbook's older `# hide code`.
_MARK = re.compile(rf"(?:{SAVE_MARK.pattern}|(?i:{HIDE_MARK.pattern}))[ \t]*")
_REQUIRED_LIBS = re.compile(r"#[ \t]*required_libs\((?P<names>.*)\)")
_STRING = re.compile(r"""["']([^"']+)["']""")


def select(chapter: Chapter, tab: str) -> tuple[Cell, ...]:
    """Return the cells of `tab` in order, with its branches of `tab.selected` and no marks.

    Cells for live use in Jupyter are left out, and so is code that has no line for this tab.
    """
    cells = [cell for cell in chapter.cells if cell.belongs_to(tab)]
    own = [cell if cell.kind == "markdown" else _code_for(cell, tab) for cell in cells]
    return tuple(cell for cell in own if cell.source.strip() and "interact" not in cell.marks)


def has_cells(chapter: Chapter, tab: str) -> bool:
    """Whether a chapter is written for `tab`: some cell names it, or none names any single tab."""
    cells = [cell for cell in chapter.cells if "interact" not in cell.marks]
    named = [cell.tabs for cell in cells if cell.tabs is not None]
    return not named or any(tab in tabs for tabs in named)


def required_libs(chapter: Chapter, tab: str) -> tuple[str, ...]:
    """Return the packages that `# required_libs(['x'])` asks for in cells of `tab`, in order.

    A cell for live use in Jupyter asks for every tab.
    """
    sources = [
        cell.source
        for cell in chapter.cells
        if cell.kind == "code" and ("interact" in cell.marks or cell.belongs_to(tab))
    ]
    lists = (found["names"] for source in sources for found in _REQUIRED_LIBS.finditer(source))
    return tuple(dict.fromkeys(name for names in lists for name in _STRING.findall(names)))


def _code_for(cell: Cell, tab: str) -> Cell:
    numbers = [cell.chapter_line(index + 1) for index in range(cell.source.count("\n") + 1)]
    lines = unfold(cell.source, tab)
    kept = without_marks([(line.text, numbers[line.origin]) for line in lines])
    source = "\n".join(text for text, _ in kept)
    places = tuple(number for _, number in kept)
    return replace(cell, source=source, line=places[0] if places else cell.line, lines=places)


def without_marks(lines: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Take marks out of comments, as `#@save`; a line that was nothing else goes with it.

    Each line comes with a number that it keeps.
    """
    if not any(_MARK.search(text) for text, _ in lines):
        return lines
    try:
        code = parse_cell([text for text, _ in lines])
    except SyntaxError:
        code = None
    comments = code.comments if code else dict.fromkeys(range(len(lines)), 0)
    out: list[tuple[str, int]] = []
    for index, (text, number) in enumerate(lines):
        column = comments.get(index, len(text))
        shown = text[:column] + _MARK.sub("", text[column:])
        if shown != text:
            shown = shown.rstrip()
        if shown or not text.strip():
            out.append((shown, number))
    return out
