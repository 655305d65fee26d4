"""All chapters of a book together: their drafts, and what is wrong in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tabbook.book.aliases import as_written
from tabbook.book.captions import caption_problems
from tabbook.book.checks import (
    check_entries,
    check_problems,
    list_problems,
)
from tabbook.book.citations import Citation, read_citations
from tabbook.book.files import files_in, is_file
from tabbook.book.folds import fold_problems
from tabbook.book.labels import (
    citation_problems,
    find_bibliographies,
    find_title,
    known_labels,
    label_problems,
    malformed_quotes,
    mark_problems,
    quote_problems,
)
from tabbook.book.links import LinkedChapter, Links, file_problems
from tabbook.book.numbers import Counts, too_many_declared, trace_numbers
from tabbook.book.recall import recall_problems
from tabbook.book.settings import CONFIG, EXERCISES, NOTEBOOKS, Book
from tabbook.notebook.draft import Draft, drafts_of
from tabbook.notebook.prose import NotebookProse
from tabbook.notebook.support import support_library
from tabbook.notebook.values import recorded_numbers
from tabbook.notebook.write import METADATA, is_edited, read_notebook
from tabbook.problems import Problem
from tabbook.text.arithmetic import Number
from tabbook.text.numbers import number_pattern
from tabbook.text.reader import Cell, Chapter, read_chapter_file, read_text

if TYPE_CHECKING:
    from nbformat import NotebookNode


@dataclass(frozen=True)
class Manuscript:
    """The chapters of a book in reading order, and what their notebooks are made from.

    `all_drafts` has one for each chapter and tab; `faults` is what is wrong outside the chapters.
    """

    book: Book
    chapters: tuple[Chapter, ...]
    all_drafts: tuple[Draft, ...]
    citations: dict[str, Citation]
    faults: tuple[Problem, ...]

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """The drafts that have something to execute."""
        return tuple(draft for draft in self.all_drafts if draft.has_code)

    @property
    def exercises(self) -> tuple[Draft, ...]:
        """The drafts with a solution that readers may want to find themselves."""
        return tuple(draft for draft in self.drafts if draft.has_solution)

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong in the text itself."""
        yield from self.faults
        yield from self._shared_notebooks()
        for chapter in self.chapters:
            yield from chapter.problems
        yield from mark_problems(self.chapters)
        yield from malformed_quotes(self.chapters)
        yield from label_problems(self.chapters)
        yield from recall_problems(self.chapters)
        yield from caption_problems(self.chapters, self.book.tab_names)
        yield from fold_problems(self.chapters, self.book.folded)
        yield from file_problems(self.chapters, self.book.root)
        yield from citation_problems(self.chapters, self.citations)

    def _shared_notebooks(self) -> Iterator[Problem]:
        first: dict[Path, str] = {}
        for draft in self.all_drafts:
            chapter = draft.chapter.path
            other = first.setdefault(draft.path, chapter)
            if other != chapter:
                message = f"its notebook would be that of {other}; one of them needs another name"
                yield Problem(chapter, 1, message)

    def orphans(self) -> Iterator[Path]:
        """Yield the notebooks of the book's tabs that were made from a chapter but no longer are.

        Their own metadata says which chapter that was, and nobody has edited them.
        """
        book, made = self.book, {draft.path for draft in self.drafts}
        made |= {book.exercise(draft.tab, draft.chapter.path) for draft in self.exercises}
        found = (
            path for name in (NOTEBOOKS, EXERCISES) for path in files_in(book.root / name, ".ipynb")
        )
        for place in sorted({path.relative_to(book.root) for path in found} - made):
            notebook = read_notebook(book.root / place)
            if notebook is not None and place in self._places(notebook):
                yield place

    def _places(self, notebook: NotebookNode) -> Iterator[Path]:
        """The places of a notebook that nobody has edited, as its metadata has it."""
        facts = notebook.metadata.get(METADATA) or {}
        chapter, tab = facts.get("chapter"), facts.get("tab")
        if not isinstance(chapter, str) or tab not in self.book.tab_names or is_edited(notebook):
            return
        # A chapter that is only missing from the table of contents may come back.
        if chapter in self.book.chapters or not is_file(self.book.root / chapter):
            yield self.book.notebook(self.book.tab(tab), chapter)
            yield self.book.exercise(self.book.tab(tab), chapter)

    def quote_problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the numbers that prose quotes, as far as notebooks tell.

        A chapter of which a notebook is missing or out of date is left out.
        """
        for chapter in self.chapters:
            recorded = self._recorded(chapter)
            if recorded is not None:
                yield from quote_problems(chapter, recorded)

    def trace_numbers(self) -> tuple[Counts, list[Problem]]:
        """Return how many numbers of the prose come from where, and what is wrong with them."""
        counts, problems = Counts(), list[Problem]()
        names = [name for tab in self.book.tabs for name in (tab.name, tab.title, *tab.packages)]
        pattern = number_pattern([*names, *self.book.packages])
        for chapter, code in self._code():
            found, faults = trace_numbers(chapter, code, pattern)
            counts += found
            problems += faults
        fault = too_many_declared(counts)
        return counts, [*problems, *([Problem(CONFIG, 0, fault)] if fault else [])]

    def checks(self) -> dict[str, Problem]:
        """The lines of `checks.txt` that the book's checks have, with what is said if one lacks."""
        return {
            entry: missing
            for chapter, code in self._code()
            for entry, missing in check_entries(chapter, code).items()
        }

    def check_problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the checks, and with their list where there is one."""
        for chapter, code in self._code():
            yield from check_problems(chapter, code)
        yield from list_problems(self.book.root, self.chapters, self.checks())

    def _code(self) -> Iterator[tuple[Chapter, dict[str, list[Cell]]]]:
        """Yield the chapters, each with its code by tab."""
        code: dict[str, dict[str, list[Cell]]] = {chapter.path: {} for chapter in self.chapters}
        for draft in self.drafts:
            code[draft.chapter.path][draft.tab.name] = draft.code
        yield from ((chapter, code[chapter.path]) for chapter in self.chapters)

    def _recorded(self, chapter: Chapter) -> dict[str, dict[str, Number]] | None:
        recorded: dict[str, dict[str, Number]] = {}
        for draft in self.drafts:
            if draft.chapter is chapter:
                executed = read_notebook(self.book.root / draft.path)
                if executed is None or draft.is_stale(executed):
                    return None
                recorded[draft.tab.name] = recorded_numbers(executed.cells)
        return recorded


def read_manuscript(book: Book) -> Manuscript:
    """Read all chapters and the bibliography of a book; what is wrong in them is kept with them."""
    read = (read_chapter_file(book.root, path, book.tab_names) for path in book.chapters)
    chapters = tuple(as_written(book, chapter) for chapter in read)
    labels = known_labels(chapters)
    citations, faults = _read_bibliography(book, chapters)
    linked = {chapter.path: _linked(book, chapter) for chapter in chapters}
    prose = NotebookProse(
        Links("", site=book.site, chapters=linked),
        labels,
        citations,
        words=book.words,
        folded=book.folded,
    )
    support = support_library(book)
    drafts = (
        draft
        for chapter in chapters
        for draft in drafts_of(book, chapter, _placed(book, chapter, prose), support)
    )
    return Manuscript(book, chapters, tuple(drafts), citations, (*book.problems, *faults))


def _read_bibliography(
    book: Book, chapters: Iterable[Chapter]
) -> tuple[dict[str, Citation], list[Problem]]:
    """Read the files that the settings name, and those that chapters ask for."""
    named = {path: Problem(path, 0, "there is no such file") for path in book.bibliography}
    for chapter in chapters:
        for path, line in find_bibliographies(chapter):
            message = f"':bibliography:' names {path}; there is no such file"
            named.setdefault(path, Problem(chapter.path, line, message))
    citations: dict[str, Citation] = {}
    problems = []
    for path, missing in named.items():
        if is_file(book.root / path):
            found, faults = read_citations(read_text(book.root / path), path, book.words)
            citations |= found
            problems += faults
        else:
            problems.append(missing)
    return citations, problems


def _linked(book: Book, chapter: Chapter) -> LinkedChapter:
    tab = book.tabs[0]
    notebook = book.notebook(tab, chapter.path).relative_to(Path(book.notebooks, tab.name))
    code = [cell for cell in chapter.cells if cell.kind == "code" and "interact" not in cell.marks]
    tabs = (
        each.name
        for each in book.tabs
        if each.covers(chapter.path) and any(cell.belongs_to(each.name) for cell in code)
    )
    return LinkedChapter(
        title=find_title(chapter) or chapter.path,
        notebook=notebook.as_posix(),
        tabs=frozenset(tabs) if book.notebooks else None,  # An export has one of everything.
        number=book.chapter_numbers.get(chapter.path, 0),
    )


def _placed(book: Book, chapter: Chapter, prose: NotebookProse) -> NotebookProse:
    """What the prose of a chapter's notebooks is written with.

    Files of the book are named by their address in the repository, which Colab can reach; without
    one by the way to them from the notebook, which is the same in every tab.
    """
    folder = book.notebook(book.tabs[0], chapter.path).parent
    root = book.raw or Path(os.path.relpath(".", folder)).as_posix()
    links = replace(prose.links, path=chapter.path, root=root)
    return replace(prose, links=links, drawings=book.root if book.raw else None)
