"""A small book with three tabs that need no framework."""

import contextlib
import io
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from tabbook.book.settings import Book, read_book
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.values import MIME_TYPE
from tabbook.notebook.write import code_cells, write_notebook

BOOK = Path(__file__).parent / "fixtures" / "book"
ACCURACY = {"pytorch": 0.853, "tensorflow": 0.861, "mxnet": 0.847}
DRAWING = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9' width='9' height='9'/>"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A fresh copy of the small book."""
    return Path(shutil.copytree(BOOK, tmp_path / "book"))


@pytest.fixture
def book(root: Path) -> Book:
    return read_book(root)


@pytest.fixture
def executed_book(book: Book) -> Book:
    """The small book with its notebooks."""
    return write_notebooks(book)


@pytest.fixture(scope="session")
def with_notebooks() -> Callable[[Book], Book]:
    """A function that writes the notebooks of a book and returns it."""
    return write_notebooks


@pytest.fixture(scope="session")
def build_pages() -> Callable[[Book], str]:
    """A function that builds the pages of a book and returns the warnings."""
    return _build_pages


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The small book with its pages, for tests that change nothing."""
    root = Path(shutil.copytree(BOOK, tmp_path_factory.mktemp("site") / "book"))
    book = write_notebooks(read_book(root))
    with warnings.catch_warnings():
        # Jupyter Book's own extensions use what docutils will take away.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        assert _build_pages(book) == ""
    return book


def _build_pages(book: Book) -> str:
    # Jupyter Book takes seconds to import, and most tests do without.
    from jupyter_book.sphinx import build_sphinx
    from sphinx import locale

    # Sphinx keeps the words of the first book that a process builds, whatever the next one says.
    locale.translators.clear()
    with contextlib.redirect_stderr(io.StringIO()) as messages:
        status = build_sphinx(
            str(book.root),
            str(book.root / "_build/html"),
            noconfig=True,
            path_config=str(book.root / "_config.yml"),
            confoverrides={
                "external_toc_path": str(book.root / "_toc.yml"),
                "latex_individualpages": False,
            },
            quiet=True,
        )
    assert status == 0
    return messages.getvalue()


def write_notebooks(book: Book) -> Book:
    """Write notebooks with the outputs that kernels would give, without starting any."""
    for draft in read_manuscript(book).drafts:
        notebook = draft.notebook()
        for count, cell in enumerate(code_cells(notebook), 1):
            cell.execution_count = count
            cell.outputs = list(outputs(draft.tab.name, cell.source))
        write_notebook(draft.notebook(notebook), book.root / draft.path)
    return book


def outputs(tab: str, source: str) -> Iterator[NotebookNode]:
    """What a cell of the small book puts out."""
    if source.startswith("print(framework"):
        yield new_output("stream", name="stdout", text=f"{tab}\n")
    elif "print(" in source:
        text = source.partition('print("')[2].partition('"')[0]
        yield new_output("stream", name="stdout", text=f"{text}\n")
    elif source == "1 + 1":
        yield new_output("execute_result", data={"text/plain": "2"}, execution_count=1)
    elif source.startswith("record("):
        yield recorded("accuracy", ACCURACY[tab], 0.02)
        yield recorded("images", 60000)
    elif "SVG(" in source:
        alt = {"image/svg+xml": {"alt": f"A drawing by {tab}."}}
        yield new_output("display_data", data={"image/svg+xml": DRAWING}, metadata=alt)


def recorded(name: str, number: float, tolerance: float | None = None) -> NotebookNode:
    data = {MIME_TYPE: {"name": name, "value": number, "tol": tolerance}}
    return new_output("display_data", data={**data, "text/plain": f"{name} = {number}"})
