"""The libraries of a book as files: one for each tab whose settings name a file."""

import ast
from pathlib import Path, PurePosixPath

from tabbook.book.library import library_text
from tabbook.book.settings import Book, Tab
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.write import write_text
from tabbook.problems import Problem
from tabbook.text.reader import read_text


def save_libraries(book: Book, folder: Path) -> list[Problem]:
    """Write the library of each tab below `folder`; returns what is wrong in the book.

    A library with faults is not written.
    """
    manuscript = read_manuscript(book)
    listed = [each for each in manuscript.chapters if each.path not in book.unlisted]
    tabs = [tab for tab in book.tabs if tab.library.file]
    problems = list(manuscript.problems()) if tabs else [_no_file()]
    for tab in tabs:
        if fault := _fault(tab, tabs):
            problems.append(fault)
            continue
        path = folder / tab.library.file
        written = read_text(path) if path.is_file() else ""
        own = [each for each in listed if tab.covers(each.path)]
        text, faults = library_text(tab.library, own, tab.name, written)
        faults += [] if faults else _syntax_fault(tab.library.file, text)
        if not faults:
            write_text(text, path)
        problems += faults
    return problems


def _syntax_fault(file: str, text: str) -> list[Problem]:
    """What is not Python: it comes from the settings, since each statement of a chapter is."""
    try:
        ast.parse(text)
    except SyntaxError as error:
        found = (error.text or "").strip()
        return [
            Problem(file, 0, f"not written: '{found}' of 'alias' in the settings is not Python")
        ]
    return []


def _no_file() -> Problem:
    message = "no tab has a library; expected 'lib_file' in [library-TAB], or 'library' of a tab"
    return Problem("config.ini or _config.yml", 0, message)


def _fault(tab: Tab, tabs: list[Tab]) -> Problem | None:
    file = tab.library.file
    path = PurePosixPath(file)
    if path.is_absolute() or ".." in path.parts:
        return Problem(file, 0, f"the library of {tab.name} should lie in the book's folder")
    others = [each.name for each in tabs if each.library.file == file and each is not tab]
    if others:
        return Problem(file, 0, f"the library of {tab.name} and of {others[0]}: each needs its own")
    return None
