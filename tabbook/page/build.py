"""Have Jupyter Book build the pages, unless they are what it would build again."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from tabbook.book.settings import CHAPTERS, CONFIG, EXERCISES, NOTEBOOKS, TOC, Book
from tabbook.notebook.draft import installed_versions
from tabbook.notebook.write import write_text
from tabbook.problems import Problem, ProblemsError

PAGES = Path("_build", "html")
STAMP = Path("_build", "pages.sha256")


def are_current(book: Book) -> bool:
    """Whether nothing that the pages are made from has changed since they were built.

    Reading chapters and notebooks takes seconds, and so does asking Jupyter Book.
    """
    stamp = book.root / STAMP
    built = (book.root / PAGES).is_dir() and stamp.is_file()
    return built and stamp.read_text() == _digest(book)


def build_pages(book: Book, is_whole: bool = True) -> None:
    """Build the pages of a book; raises `ProblemsError` where Jupyter Book fails.

    Unless `is_whole`, notebooks were left as they were, and the pages do not count as current.
    """
    digest = _digest(book)
    from jupyter_book.cli.main import main as jupyter_book

    try:
        jupyter_book(["build", "--quiet", str(book.root)], standalone_mode=False)
    except RuntimeError as error:
        raise ProblemsError([Problem(CONFIG, 0, f"Jupyter Book failed: {error}")]) from error
    write_text(digest if is_whole else "", book.root / STAMP)


def _digest(book: Book) -> str:
    """A hash of all that notebooks and pages are made from, this package's own files included."""
    versions = [installed_versions(book, tab) for tab in book.tabs]
    digest = hashlib.sha256(json.dumps(versions).encode())
    for path in _inputs(book):
        digest.update(str(path).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs(book: Book) -> Iterator[Path]:
    names = [CONFIG, TOC, *book.chapters, *book.pages, *book.bibliography]
    folders = [book.root / name for name in (CHAPTERS, EXERCISES, NOTEBOOKS)]
    folders.append(Path(__file__).parents[1])
    if book.support:
        folders.append(book.root / book.support)
    paths = [book.root / name for name in names]
    for folder in folders:
        paths += sorted(folder.rglob("*"))
    return (path for path in paths if path.is_file() and "__pycache__" not in path.parts)
