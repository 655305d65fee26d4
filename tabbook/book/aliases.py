"""The cells of a chapter as a tab shows them: with its framework's own calls."""

from dataclasses import replace

from tabbook.book.settings import Book, Tab
from tabbook.problems import Problem, ProblemsError
from tabbook.text.aliases import AliasTable, read_aliases
from tabbook.text.native import with_native_calls
from tabbook.text.reader import Cell, Chapter
from tabbook.text.select import has_cells, select

OPS = "ops.py"


def cells_of(book: Book, chapter: Chapter, tab: Tab) -> tuple[Cell, ...]:
    """Return the cells of a tab in order, with the aliases of its library written out.

    Of a chapter that is not written for the tab yet, only the prose is left.

    Raises `ProblemsError` where the table of aliases is not Python.
    """
    cells = select(chapter, tab.name)
    if not tab.covers(chapter.path):
        return tuple(cell for cell in cells if cell.kind == "markdown")
    return with_native_calls(cells, alias_table(book, tab))


def is_for(chapter: Chapter, tab: Tab) -> bool:
    """Whether a chapter is written for a tab: the settings and the marks of its cells say so."""
    return tab.covers(chapter.path) and has_cells(chapter, tab.name)


def as_written(book: Book, chapter: Chapter) -> Chapter:
    """Return a chapter without the cells and the prose of tabs that it is not written for yet."""
    missing = {tab.name for tab in book.tabs if not tab.covers(chapter.path)}
    cells = (
        cell if cell.tabs is None else replace(cell, tabs=_without(cell.tabs, missing))
        for cell in chapter.cells
    )
    return replace(chapter, cells=tuple(cell for cell in cells if cell.tabs != ()))


def _without(tabs: tuple[str, ...], missing: set[str]) -> tuple[str, ...]:
    return tuple(tab for tab in tabs if tab not in missing)


def alias_table(book: Book, tab: Tab) -> AliasTable:
    """The aliases of a tab: `ops.py` of its face, or what `config.ini` says.

    Raises `ProblemsError` where they are not Python.
    """
    if tab.library.aliases:
        return read_aliases(tab.library.aliases)
    path = book.root / book.support / tab.module / OPS
    if not book.support or not path.is_file():
        return AliasTable()
    library = ".".join([*book.support.strip("/").split("/"), tab.module])
    try:
        return read_aliases(path.read_text(encoding="utf-8"), library)
    except (SyntaxError, ValueError) as error:  # UnicodeDecodeError is of the latter
        place = path.relative_to(book.root).as_posix(), getattr(error, "lineno", None) or 1
        message = f"not Python: {getattr(error, 'msg', error)}"
        raise ProblemsError([Problem(*place, message)]) from error
