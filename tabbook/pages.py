"""Have Jupyter Book build the pages, unless they are what it would build again."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from tabbook.book import CHAPTERS, CONFIG, NOTEBOOKS, TOC, Book
from tabbook.notebook import write_text
from tabbook.problems import Problem, ProblemsError

PAGES = Path("_build", "html")
STAMP = Path("_build", "pages.sha256")


def build_pages(book: Book) -> None:
    """Build the pages of a book; raises `ProblemsError` where Jupyter Book fails.

    Jupyter Book needs seconds to find out that nothing has changed, so this is found out first.
    """
    stamp, digest = book.root / STAMP, _digest(book)
    if (book.root / PAGES).is_dir() and stamp.is_file() and stamp.read_text() == digest:
        print(f"the pages are up to date: {PAGES / 'index.html'}")
        return
    from jupyter_book.cli.main import main as jupyter_book

    try:
        jupyter_book(["build", "--quiet", str(book.root)], standalone_mode=False)
    except RuntimeError as error:
        raise ProblemsError([Problem(CONFIG, 0, f"Jupyter Book failed: {error}")]) from error
    write_text(digest, stamp)


def _digest(book: Book) -> str:
    """A hash of all files that the pages are made from, this package's own included."""
    digest = hashlib.sha256()
    for path in _inputs(book):
        digest.update(str(path).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs(book: Book) -> Iterator[Path]:
    names = [CONFIG, TOC, *book.chapters, *book.pages, *book.bibliography]
    yield from (book.root / name for name in names)
    folders = [book.root / CHAPTERS, book.root / NOTEBOOKS, Path(__file__).parent]
    if book.pages:  # They may quote the docstrings of the library.
        folders.append(book.root / book.support)
    for folder in folders:
        paths = (path for path in sorted(folder.rglob("*")) if "__pycache__" not in path.parts)
        yield from (path for path in paths if path.is_file())
