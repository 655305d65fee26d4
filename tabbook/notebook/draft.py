"""A chapter seen through one tab: its notebook, and whether a committed one is still good."""

from __future__ import annotations

import contextlib
import hashlib
import json
import posixpath
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tabbook.book.aliases import cells_of, is_for
from tabbook.book.captions import has_caption
from tabbook.book.settings import EXERCISES, Book, Tab
from tabbook.notebook.folds import with_folds
from tabbook.notebook.prose import NotebookProse
from tabbook.notebook.sections import lines_of
from tabbook.notebook.set_up import set_up_cells
from tabbook.notebook.solutions import has_solution, without_solution
from tabbook.notebook.support import Support
from tabbook.notebook.values import recorded_numbers
from tabbook.notebook.write import (
    METADATA,
    SET_UP,
    TEXT,
    carry_outputs,
    code_cells,
    make_notebook,
    sign,
)
from tabbook.problems import Problem
from tabbook.text.blocks import parse_blocks
from tabbook.text.reader import Cell, Chapter

if TYPE_CHECKING:
    from nbformat import NotebookNode


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
        """A problem at a line of the cell `index`, told at the chapter's line.

        Lines of the message behind the first are its details.
        """
        place = self.cells[index].chapter_line(line)
        said, _, details = message.partition("\n")
        return Problem(self.chapter.path, place, f"{self.tab.title}: {said}", details)

    @property
    def code(self) -> list[Cell]:
        """The code that its outputs depend on: not what installs packages on Colab."""
        return [cell for cell in self.cells if cell.kind == "code" and SET_UP not in cell.marks]

    @property
    def has_code(self) -> bool:
        """Whether there is anything to execute."""
        return bool(self.code)

    def blank(self) -> NotebookNode:
        """The notebook as it is before execution, the same on every machine."""
        facts = {"chapter": self.chapter.path, "tab": self.tab.name}
        return self._with_prose(make_notebook(self.cells, facts), {})

    @property
    def has_solution(self) -> bool:
        """Whether a section of the chapter is a worked solution."""
        return has_solution(self.chapter.cells, self.book.solution)

    def exercise(self) -> NotebookNode:
        """The notebook for readers who want to solve the exercise themselves.

        It lies in a folder of its own, from where its links lead to the other notebooks.
        """
        tab_folder = posixpath.relpath(
            f"{self.book.notebooks}/{self.tab.name}", f"{EXERCISES}/{self.tab.name}"
        )
        prose = replace(self.prose, links=replace(self.prose.links, tab_folder=tab_folder))
        cells = tuple(without_solution(self.cells, self.book.solution))
        return replace(self, cells=cells, prose=prose).blank()

    def notebook(self, executed: NotebookNode | None = None) -> NotebookNode:
        """The notebook, with the outputs of `executed` and prose that quotes its values."""
        notebook = make_notebook(self.cells, self._facts(executed))
        if executed is not None:
            carry_outputs(executed.cells, notebook.cells)
        return self._with_prose(notebook, recorded_numbers(notebook.cells))

    def _with_prose(
        self, notebook: NotebookNode, values: Mapping[str, int | float]
    ) -> NotebookNode:
        prose = replace(self.prose, values=values)
        for cell, made in zip(self.cells, notebook.cells, strict=True):
            if cell.kind == "markdown":
                made.source = replace(prose, line_of=cell.chapter_line).translate(cell.source)
        return sign(notebook)

    def rewritten(self, committed: NotebookNode | None) -> NotebookNode:
        """The notebook with new text and the outputs of `committed`, stale if that was."""
        notebook = self.notebook(committed)
        if self.is_stale(committed):
            notebook.metadata[METADATA]["hash"] = ""
        return notebook

    def is_stale(self, committed: NotebookNode | None) -> bool:
        """Whether what `committed` ran has changed: code, support library, versions."""
        if committed is None:
            return True
        run = Counter(cell.source for cell in code_cells(committed) if cell.execution_count)
        code = Counter(cell.source for cell in self.code)
        facts = dict(committed.metadata.get(METADATA, {}))
        facts.pop(TEXT, None)
        return bool(code - run) or facts != self._facts(committed)

    def _facts(self, executed: NotebookNode | None) -> dict[str, Any]:
        """What the notebook says of itself, with a hash of everything its outputs depend on.

        Where a package is not installed, what `executed` says of it is the best guess.
        """
        said = executed.metadata.get(METADATA, {}).get("versions", {}) if executed else {}
        installed = installed_versions(self.book, self.tab)
        versions = {name: found or said.get(name, "") for name, found in installed.items()}
        code = [cell.source for cell in self.code]
        data = self.support.data_named_in("\n".join(code))
        modules = self.support.modules_run_by(code)
        parts = json.dumps([code, versions, modules, data], sort_keys=True)
        return {
            "chapter": self.chapter.path,
            "hash": hashlib.sha256(parts.encode()).hexdigest(),
            "tab": self.tab.name,
            "versions": versions,
        }


def drafts_of(
    book: Book, chapter: Chapter, prose: NotebookProse, support: Mapping[str, Support]
) -> list[Draft]:
    """The drafts of a chapter, one for each tab in the book's order.

    `support` is what `support.support_library` returns.
    """
    drafts = []
    for tab in book.tabs:
        own = replace(prose, links=replace(prose.links, tab=tab.name))
        cells = _cells(book, chapter, tab, own)
        drafts.append(Draft(book, chapter, tab, cells, own, support[tab.name]))
    return drafts


def _cells(book: Book, chapter: Chapter, tab: Tab, prose: NotebookProse) -> tuple[Cell, ...]:
    """The cells of a notebook; a chapter that is not for this tab says so."""
    captioned = _captioned(cells_of(book, chapter, tab))
    cells = tuple(with_folds(_shown(captioned, prose), book.folded))
    if any(cell.kind == "code" for cell in cells):
        return (*set_up_cells(book, chapter, tab), *cells)
    if is_for(chapter, tab):
        return cells
    return (Cell("markdown", f"*{absence(book, tab)}*", 1), *cells)


def absence(book: Book, tab: Tab) -> str:
    """What is said in a tab of a chapter that is not written for it."""
    return book.words.say("This chapter has no {tab} version.", tab=tab.title)


def _captioned(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Yield the cells of a tab without the captions of what only other tabs have."""
    is_behind_code = False
    for cell in cells:
        if has_caption(cell) and not is_behind_code:
            _, *behind = parse_blocks(cell.source)
            cell = lines_of(cell, behind[0].line if behind else cell.source.count("\n") + 1)
        is_behind_code = cell.kind == "code"
        yield cell


def _shown(cells: Iterable[Cell], prose: NotebookProse) -> Iterator[Cell]:
    """Yield the cells that a notebook shows: not prose without anything to show."""
    return (cell for cell in cells if cell.kind == "code" or prose.shows(cell.source))


def installed_versions(book: Book, tab: Tab) -> dict[str, str]:
    """The versions of the packages on which the outputs of a tab's notebooks depend.

    They are those of the framework and those that the book names, empty where one is not installed.
    A version's local part (`+cpu`) is left out: it names a build of the same release.
    """
    framework = {tab.packages[0]: _version_of_any(*tab.packages)} if tab.packages else {}
    return framework | {name: _version_of_any(name) for name in book.packages}


@cache
def _version_of_any(*names: str) -> str:
    for name in names:
        with contextlib.suppress(PackageNotFoundError):
            return version(name).partition("+")[0]
    return ""
