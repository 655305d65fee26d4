"""Have Jupyter Book build the pages, unless they are what it would build again."""

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

from tabbook.book.files import files_in, is_file
from tabbook.book.settings import CHAPTERS, CONFIG, EXERCISES, NOTEBOOKS, TOC, Book
from tabbook.notebook.draft import installed_versions
from tabbook.notebook.write import write_text
from tabbook.page.targets import missing_targets
from tabbook.problems import Problem, ProblemsError
from tabbook.text.reader import read_text

PAGES = Path("_build", "html")
DOCTREES = Path("_build", ".doctrees")
EXTENSION = "tabbook.sphinx_ext"
COMPLETED = Path("_build", CONFIG)
STAMP = Path("_build", "pages.sha256")
_NAME = r"[^\s()<>\[\]\"'`]"
_IMAGE = re.compile(rf"(?<!{_NAME}){_NAME}+\.(?:gif|jpe?g|png|svg|webp)(?!{_NAME})")


def are_current(book: Book) -> bool:
    """Whether nothing that the pages are made from has changed since they were built.

    Reading chapters and notebooks takes seconds, and so does asking Jupyter Book.
    """
    stamp = book.root / STAMP
    built = (book.root / PAGES).is_dir() and stamp.is_file()
    return built and stamp.read_bytes() == _digest(book).encode()


def build_pages(book: Book, is_whole: bool = True) -> None:
    """Build the pages of a book.

    Raises `ProblemsError` where Jupyter Book fails or warns, and where pages name what is not
    there. They do not count as current then, nor unless `is_whole`: notebooks were left as they
    were.
    """
    digest = _digest(book)
    write_text("", book.root / STAMP)
    _run_jupyter_book(book)
    _remove_old_pages(book)
    problems = list(missing_targets(book, book.root / PAGES))
    if problems:
        raise ProblemsError(problems)
    write_text(digest if is_whole else "", book.root / STAMP)


def _run_jupyter_book(book: Book) -> None:
    from jupyter_book.cli.main import main as jupyter_book

    options = ["--quiet", "--warningiserror", "--keep-going"]
    command = ["build", *options, "--config", str(_complete_config(book.root)), str(book.root)]
    try:
        jupyter_book(command, standalone_mode=False)
    except (Exception, SystemExit) as error:  # The latter for warnings; extensions raise anything.
        # Sphinx warns of a page only when it reads it, so the next build reads all of them.
        shutil.rmtree(book.root / DOCTREES, ignore_errors=True)
        message = "Jupyter Book fails or warns; what it says stands above"
        raise ProblemsError([Problem(CONFIG, 0, message)]) from error


def _remove_old_pages(book: Book) -> None:
    """Sphinx leaves the pages of chapters that are gone."""
    names = {Path(name).with_suffix("") for name in (*book.chapters, *book.pages)}
    for page in files_in(book.root / PAGES / CHAPTERS, ".html"):
        if page.relative_to(book.root / PAGES).with_suffix("") not in names:
            page.unlink()


def _complete_config(root: Path) -> Path:
    """The book's settings, or a copy of them that loads the extension of this package, too."""
    config = yaml.safe_load((root / CONFIG).read_text(encoding="utf-8"))
    sphinx = config["sphinx"]  # which has the tabs, so it is there
    local = sphinx.get("local_extensions") or {}
    listed = sphinx["config"].get("extensions")
    if EXTENSION in (listed or [*local, *_names(sphinx.get("extra_extensions"))]):
        return root / CONFIG
    if listed:
        listed.append(EXTENSION)
    # The copy lies elsewhere, so the folders of extensions are no longer relative to it.
    folders = {name: str((root / folder).resolve()) for name, folder in local.items()}
    sphinx["local_extensions"] = folders | {EXTENSION: str(Path(__file__).parents[2])}
    write_text(yaml.safe_dump(config, allow_unicode=True, sort_keys=False), root / COMPLETED)
    return root / COMPLETED


def _names(setting: str | list[str] | None) -> list[str]:
    return [setting] if isinstance(setting, str) else setting or []


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
    yield from filter(is_file, (book.root / name for name in names))
    for name in (*book.chapters, *book.pages):
        text = read_text(book.root / name)
        images = {(book.root / name).parent / found for found in _IMAGE.findall(text)}
        yield from filter(is_file, sorted(images))
    for folder in folders:
        yield from files_in(folder)
