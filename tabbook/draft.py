"""A chapter seen through one tab: its notebook, and whether a committed one is still good."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nbformat import NotebookNode

from tabbook.book import Book, Tab
from tabbook.notebook import METADATA, carry_outputs, code_cells, make_notebook
from tabbook.notebook_prose import NotebookProse
from tabbook.problems import Problem
from tabbook.reader import Cell, Chapter
from tabbook.select import select
from tabbook.values import recorded_values


@dataclass(frozen=True)
class Draft:
    """Everything that the notebook of a chapter and a tab is made of, except outputs."""

    book: Book
    chapter: Chapter
    tab: Tab
    cells: tuple[Cell, ...]
    prose: NotebookProse

    @property
    def name(self) -> str:
        """What the draft is called in messages."""
        return f"{self.chapter.path} ({self.tab.title})"

    @property
    def path(self) -> Path:
        """Where its notebook lies, relative to the book's root."""
        return self.book.notebook(self.tab, self.chapter.path)

    def problem(self, index: int, line: int, message: str) -> Problem:
        """A problem at a line of the cell `index`, told at the chapter's line."""
        place = self.cells[index].chapter_line(line)
        return Problem(self.chapter.path, place, f"{self.tab.title}: {message}")

    def notebook(self, executed: NotebookNode | None = None) -> NotebookNode:
        """The notebook, with the outputs of `executed` and prose that quotes its values."""
        framework = installed_framework(self.tab) or _framework_of(executed)
        notebook = make_notebook(self.cells, self._facts(framework))
        if executed is not None:
            carry_outputs(executed, notebook)
        values = {name: value.number for name, value in recorded_values(notebook).items()}
        prose = replace(self.prose, values=values)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = prose.translate(cell.source)
        return notebook

    def rewritten(self, committed: NotebookNode | None) -> NotebookNode:
        """The notebook with new text and the outputs of `committed`, stale if that was."""
        notebook = self.notebook(committed)
        if self.is_stale(committed):
            notebook.metadata[METADATA]["hash"] = ""
        return notebook

    def is_stale(self, committed: NotebookNode | None) -> bool:
        """Whether code, support library or framework changed since `committed` was executed."""
        if committed is None:
            return True
        fresh = self.notebook(committed)
        unrun = any(cell.execution_count is None for cell in code_cells(fresh))
        return unrun or committed.metadata.get(METADATA) != fresh.metadata[METADATA]

    def _facts(self, framework: str) -> dict[str, str]:
        """What the notebook says of itself, with a hash of everything its outputs depend on."""
        code = [cell.source for cell in self.cells if cell.kind == "code"]
        parts = json.dumps([code, framework, support_library(self.book, self.tab)])
        return {
            "chapter": self.chapter.path,
            "framework": framework,
            "hash": hashlib.sha256(parts.encode()).hexdigest(),
            "tab": self.tab.name,
        }


def drafts_of(book: Book, chapter: Chapter, prose: NotebookProse) -> list[Draft]:
    """The drafts of a chapter: one for each tab that has code in it, in the book's order."""
    drafts = (
        Draft(book, chapter, tab, _shown(select(chapter, tab.name), prose), prose)
        for tab in book.tabs
    )
    return [draft for draft in drafts if any(cell.kind == "code" for cell in draft.cells)]


def _shown(cells: Iterable[Cell], prose: NotebookProse) -> tuple[Cell, ...]:
    """The cells that a notebook shows: not the prose that is nothing but labels."""
    return tuple(cell for cell in cells if cell.kind == "code" or prose.translate(cell.source))


def installed_framework(tab: Tab) -> str | None:
    """Name and version of the installed package of a tab; None where none is installed.

    A version's local part (`+cpu`) is left out: it names a build of the same release.
    """
    if not tab.packages:
        return ""
    for package in tab.packages:
        try:
            return f"{tab.packages[0]} {version(package).partition('+')[0]}"
        except PackageNotFoundError:
            continue
    return None


def _framework_of(executed: NotebookNode | None) -> str:
    """What a notebook says it was executed with: the best guess where nothing is installed."""
    return str(executed.metadata.get(METADATA, {}).get("framework", "")) if executed else ""


def support_library(book: Book, tab: Tab) -> list[tuple[str, str]]:
    """Names and texts of the support library's files, without the modules of other tabs."""
    folder = book.root / book.support
    others = {other.module for other in book.tabs} - {tab.module}
    return list(_library_files(folder, others)) if book.support else []


def _library_files(folder: Path, others: set[str]) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.py")):
        inner = path.relative_to(folder)
        if Path(inner.parts[0]).stem not in others:
            yield inner.as_posix(), path.read_text(encoding="utf-8")
