"""A chapter seen through one tab: its notebook, and whether a committed one is still good."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nbformat import NotebookNode

from tabbook.book import Book, Tab
from tabbook.notebook import METADATA, SET_UP, carry_outputs, code_cells, make_notebook
from tabbook.notebook_prose import NotebookProse
from tabbook.problems import Problem
from tabbook.reader import Cell, Chapter
from tabbook.select import has_cells, select
from tabbook.set_up import set_up_cells
from tabbook.solutions import has_solution, without_solution
from tabbook.values import recorded_values


@dataclass(frozen=True)
class Support:
    """The support library as a tab sees it: a hash of its modules, and one of each data file."""

    modules: str
    data: Mapping[Path, str]

    def data_named_in(self, code: str) -> dict[str, str]:
        """The hashes of the data files whose names, without extension, are strings in `code`."""
        strings = set(re.findall(r"""["']([^"'\n]+)["']""", code))
        named = {path: digest for path, digest in self.data.items() if path.stem in strings}
        return {path.as_posix(): digest for path, digest in named.items()}


@dataclass(frozen=True)
class Draft:
    """Everything that the notebook of a chapter and a tab is made of, except outputs."""

    book: Book
    chapter: Chapter
    tab: Tab
    cells: tuple[Cell, ...]
    prose: NotebookProse
    support: Support

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

    @property
    def has_code(self) -> bool:
        """Whether there is anything to execute."""
        return any(map(_is_executed, self.cells))

    def blank(self) -> NotebookNode:
        """The notebook as it is before execution, the same on every machine."""
        facts = {"chapter": self.chapter.path, "tab": self.tab.name}
        return self._with_prose(make_notebook(self.cells, facts), {})

    @property
    def has_solution(self) -> bool:
        """Whether a section of the chapter is a worked solution."""
        return has_solution(self.chapter.cells, self.book.solution)

    def exercise(self) -> NotebookNode:
        """The notebook for readers who want to solve the exercise themselves."""
        return replace(self, cells=tuple(without_solution(self.cells, self.book.solution))).blank()

    def notebook(self, executed: NotebookNode | None = None) -> NotebookNode:
        """The notebook, with the outputs of `executed` and prose that quotes its values."""
        framework = installed_framework(self.tab) or _framework_of(executed)
        notebook = make_notebook(self.cells, self._facts(framework))
        if executed is not None:
            carry_outputs(executed, notebook)
        values = {name: value.number for name, value in recorded_values(notebook).items()}
        return self._with_prose(notebook, values)

    def _with_prose(
        self, notebook: NotebookNode, values: Mapping[str, int | float]
    ) -> NotebookNode:
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
        run = Counter(cell.source for cell in code_cells(committed) if cell.execution_count)
        code = Counter(cell.source for cell in self.cells if _is_executed(cell))
        facts = self._facts(installed_framework(self.tab) or _framework_of(committed))
        return bool(code - run) or committed.metadata.get(METADATA) != facts

    def _facts(self, framework: str) -> dict[str, str]:
        """What the notebook says of itself, with a hash of everything its outputs depend on."""
        code = [cell.source for cell in self.cells if _is_executed(cell)]
        data = self.support.data_named_in("\n".join(code))
        parts = json.dumps([code, framework, self.support.modules, data])
        return {
            "chapter": self.chapter.path,
            "framework": framework,
            "hash": _hash(parts),
            "tab": self.tab.name,
        }


def drafts_of(
    book: Book, chapter: Chapter, prose: NotebookProse, support: Mapping[str, Support]
) -> list[Draft]:
    """The drafts of a chapter, one for each tab in the book's order.

    `support` is what `support_library` returns.
    """
    return [
        Draft(book, chapter, tab, _cells(book, chapter, tab, prose), prose, support[tab.name])
        for tab in book.tabs
    ]


def _cells(book: Book, chapter: Chapter, tab: Tab, prose: NotebookProse) -> tuple[Cell, ...]:
    """The cells of a notebook; a chapter that is not for this tab says so."""
    cells = _shown(select(chapter, tab.name), prose)
    if any(cell.kind == "code" for cell in cells):
        return (*set_up_cells(book, chapter, tab), *cells)
    if has_cells(chapter, tab.name):
        return cells
    return (Cell("markdown", f"*{absence(tab)}*", 1), *cells)


def absence(tab: Tab) -> str:
    """What is said in a tab of a chapter that is not written for it."""
    return f"This chapter has no {tab.title} version."


def _is_executed(cell: Cell) -> bool:
    """Whether a notebook's outputs depend on a cell: on code, but not on what Colab installs."""
    return cell.kind == "code" and SET_UP not in cell.marks


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


def support_library(book: Book) -> dict[str, Support]:
    """The support library for each tab, without the files of other tabs."""
    folder = book.root / book.support
    files = list(_library_files(folder)) if book.support else []
    support = {}
    for tab in book.tabs:
        others = {other.module for other in book.tabs} - {tab.module}
        seen = [(path, text) for path, text in files if others.isdisjoint(_names(path))]
        modules = [(path.as_posix(), text) for path, text in seen if path.suffix == ".py"]
        data = {path: _hash(text) for path, text in seen if path.suffix != ".py"}
        support[tab.name] = Support(_hash(json.dumps(modules)), data)
    return support


def _library_files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.json")]):
        yield path.relative_to(folder), path.read_text(encoding="utf-8")


def _names(path: Path) -> list[str]:
    """The names of a file and of the folders that it is in, without the extension."""
    return list(path.with_suffix("").parts)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
