"""All notebooks of a book in a folder of their own: every chapter in every tab, not executed."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tabbook.book.files import is_file
from tabbook.book.links import named_files
from tabbook.book.settings import Book
from tabbook.notebook.manuscript import Manuscript, read_manuscript
from tabbook.notebook.write import edit_problem, read_notebook, write_notebook
from tabbook.problems import Problem


def export_notebooks(book: Book, folder: Path, *, overwrite: bool = False) -> list[Problem]:
    """Write `folder/TAB/CHAPTER.ipynb` for each chapter and tab; returns what is wrong in the book.

    A notebook that has been edited there is left as it is, unless `overwrite`, and reported.
    Figures that notebooks cannot fetch from the book's repository are copied next to the tabs.
    """
    manuscript = read_manuscript(replace(book, notebooks=""))
    edited = []
    for draft in manuscript.all_drafts:
        notebook, path = draft.blank(), folder / draft.path
        problem = None if overwrite else edit_problem(path, read_notebook(path), notebook)
        if problem:
            edited.append(problem)
        else:
            write_notebook(notebook, path)
    if not book.raw:
        _copy_files(manuscript, folder)
    return [*edited, *manuscript.problems()]


def _copy_files(manuscript: Manuscript, folder: Path) -> None:
    root = manuscript.book.root.resolve()
    for name in sorted(set(_named_files(manuscript)) - set(manuscript.book.chapters)):
        source, target = root / name, folder / name
        if is_file(source) and source.resolve().is_relative_to(root):
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or not target.samefile(source):
                shutil.copyfile(source, target)


def _named_files(manuscript: Manuscript) -> Iterator[str]:
    for chapter in manuscript.chapters:
        for cell in chapter.cells:
            if cell.kind == "markdown":
                yield from named_files(chapter.path, cell.source)
