"""All chapters of a book together: their drafts, and what is wrong in them."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tabbook.book import Book
from tabbook.citations import Citation, read_citations
from tabbook.draft import Draft, drafts_of
from tabbook.labels import (
    Label,
    citation_problems,
    find_labels,
    label_problems,
    value_problems,
)
from tabbook.notebook import read_notebook
from tabbook.notebook_prose import NotebookProse
from tabbook.problems import Problem
from tabbook.reader import Chapter, read_chapter
from tabbook.values import recorded_values


@dataclass(frozen=True)
class Manuscript:
    """The chapters of a book and their drafts, in reading order."""

    book: Book
    chapters: tuple[Chapter, ...]
    drafts: tuple[Draft, ...]
    citations: dict[str, Citation]

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong in the text itself."""
        for chapter in self.chapters:
            yield from chapter.problems
        yield from label_problems(self.chapters)
        yield from citation_problems(self.chapters, self.citations)

    def value_problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the values that prose quotes, as far as notebooks tell.

        A chapter of which a notebook is missing or out of date is left out.
        """
        for chapter in self.chapters:
            recorded = self._recorded(chapter)
            if recorded is not None:
                yield from value_problems(chapter, recorded)

    def _recorded(self, chapter: Chapter) -> dict[str, set[str]] | None:
        recorded = {}
        for draft in self.drafts:
            if draft.chapter is chapter:
                executed = read_notebook(self.book.root / draft.path)
                if executed is None or draft.is_stale(executed):
                    return None
                recorded[draft.tab.name] = set(recorded_values(executed))
        return recorded


def read_manuscript(book: Book) -> Manuscript:
    """Read all chapters and the bibliography of a book.

    Raises `ProblemsError` where the bibliography is not BibTeX.
    """
    chapters = tuple(
        read_chapter((book.root / path).read_text(encoding="utf-8"), path, book.tab_names)
        for path in book.chapters
    )
    labels = {label.name: label for chapter in chapters for label in find_labels(chapter)}
    citations: dict[str, Citation] = {}
    for path in book.bibliography:
        citations |= read_citations((book.root / path).read_text(encoding="utf-8"), path)
    drafts = (
        draft
        for chapter in chapters
        for draft in drafts_of(book, chapter, _prose(book, chapter, labels, citations))
    )
    return Manuscript(book, chapters, tuple(drafts), citations)


def _prose(
    book: Book, chapter: Chapter, labels: dict[str, Label], citations: dict[str, Citation]
) -> NotebookProse:
    """What the prose of a chapter's notebooks is written with.

    Files of the book are named by their address in the repository, which Colab can reach; without
    one by the way to them from the notebook, which is the same in every tab.
    """
    folder = book.notebook(book.tabs[0], chapter.path).parent
    root = book.raw or Path(os.path.relpath(".", folder)).as_posix()
    return NotebookProse(chapter.path, root, book.site, labels, citations)
