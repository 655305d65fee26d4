"""The library that the chapters of a book make: the code that `#@save` marks, for one tab."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tabbook.book.labels import find_labels
from tabbook.book.settings import Library
from tabbook.problems import Problem
from tabbook.text.cell_code import parse_cell
from tabbook.text.reader import Cell, Chapter
from tabbook.text.saved import DEFINITIONS, SAVE_MARK, saved_runs, with_note
from tabbook.text.select import without_marks
from tabbook.text.unfold import unfold

# What an author has written stands above this line; d2lbook's is the same.
_WARNING = "#################   WARNING   ################"
_HEADER = f"""\
{_WARNING}
# What follows is made from the chapters of the book by `tabbook library`:
# change it there.

"""
_ALIASES = "\n\n\n# Aliases defined in the book's settings\n"
_MEMBER = re.compile(r"[ \t]*@(?:\w+\.)*add_to_class\((?:\w+\.)*(?P<owner>\w+)\)[ \t]*$")


@dataclass
class _Block:
    """Lines of the library; `name` is that of the class that they define, or empty."""

    lines: list[str]
    name: str = ""


def library_text(
    library: Library, chapters: Iterable[Chapter], tab: str, written: str = ""
) -> tuple[str, list[Problem]]:
    """Return the text of a tab's library, and what cannot be saved in it.

    `written` is the file as it is: what stands in it above the warning is kept.
    """
    problems: list[Problem] = []
    if written.strip() and _WARNING not in written:
        message = f"was not made by `tabbook library`: nothing in it stands under '{_WARNING}'"
        problems.append(Problem(library.file, 1, message))
    blocks: list[_Block] = []
    for chapter in chapters:
        for lines, is_first in _saved(chapter, tab, problems):
            _add(blocks, lines, is_first)
    head, warning, _ = written.partition(_WARNING)
    text = (head if warning else "") + _HEADER
    text += "\n\n".join("\n".join(block.lines) for block in blocks) + "\n"
    if library.definitions.strip():
        text += f"{_ALIASES}{library.definitions.strip()}\n"
    return text, problems


def _add(blocks: list[_Block], lines: list[str], is_first: bool) -> None:
    """Add a statement: one that `add_to_class` marks to its class, any other behind the rest."""
    alone = "\n".join(lines).strip("\n").split("\n")
    node = ast.parse("\n".join(lines)).body[-1]
    members = [found for found in map(_MEMBER.match, lines) if found]
    owners = [block for block in blocks if members and block.name == members[0]["owner"]]
    is_block = isinstance(node, DEFINITIONS)
    if owners:
        alone.remove(members[0][0])
        owners[-1].lines += ["", *_indented(alone)]
    elif is_block or is_first or not blocks or blocks[-1].name:
        blocks.append(_Block(alone, node.name if isinstance(node, ast.ClassDef) else ""))
    else:
        blocks[-1].lines += lines


def _indented(lines: list[str]) -> list[str]:
    code = parse_cell(lines)
    inside = code.string_lines if code else ()
    return [
        "    " + line if line.strip() and index not in inside else line
        for index, line in enumerate(lines)
    ]


def _saved(chapter: Chapter, tab: str, problems: list[Problem]) -> Iterator[tuple[list[str], bool]]:
    """Yield the statements that a chapter saves, and whether each is the first of its run."""
    labels = [label for label in find_labels(chapter) if label.name.startswith("sec_")]
    extent = ""
    for cell in chapter.cells:
        marks = list(SAVE_MARK.finditer(cell.source))
        if cell.kind == "markdown" or not cell.belongs_to(tab) or not (marks or extent == "all"):
            continue
        extents = [mark["extent"] or "" for mark in marks]
        extent = "all" if "all" in [extent, *extents] else max(extents)
        above = [label.name for label in labels if label.line < cell.line]
        note = f"Defined in :numref:`{above[-1]}`" if above else ""
        try:
            yield from _statements(cell, tab, note, bool(extent))
        except SyntaxError as error:
            place = cell.chapter_line(error.lineno or 1)
            message = f"what is not Python cannot be saved: {error.msg}"
            problems.append(Problem(chapter.path, place, message))


def _statements(cell: Cell, tab: str, note: str, is_all: bool) -> Iterator[tuple[list[str], bool]]:
    """Yield the statements of a cell; raises `SyntaxError` with its line in the cell."""
    lines = unfold(cell.source, tab)
    code = parse_cell([line.text for line in lines])
    for run in saved_runs(code, is_all) if code else ():
        for start, end in run:
            kept = without_marks([(line.text, line.origin) for line in lines[start:end]])
            texts = [text.rstrip() for text, _ in kept]
            try:
                ast.parse("\n".join(texts))
            except SyntaxError as error:  # IPython's own lines, which no library can have
                error.lineno = kept[(error.lineno or 1) - 1][1] + 1
                raise
            texts = with_note(texts, note) if note else texts
            yield texts, start == run[0][0]
