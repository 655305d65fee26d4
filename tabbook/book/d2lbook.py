"""What `config.ini` and `index.md` say about a book that was made for d2lbook."""

import configparser
import glob
import os
import posixpath
from collections.abc import Sequence
from pathlib import Path

from tabbook.book.contents import follow_contents
from tabbook.book.files import is_file
from tabbook.book.ini_library import read_library
from tabbook.book.settings import Book, Tab
from tabbook.book.words import Words
from tabbook.problems import Problem, ProblemsError
from tabbook.text.reader import read_text

CONFIG = "config.ini"
# The settings that are read here, with d2lbook's own defaults.
_DEFAULTS = """
[project]
title =
lang = en
[build]
index = index
notebooks = **/*.md
non-notebooks =
exclusions =
source_dir = .
output_dir = _build
tabs =
[pdf]
bibfile =
"""
# The tab of a book that has none, as d2lbook calls what belongs to every tab.
_ONLY_TAB = Tab("all", "all", "all")
_SUFFIXES = (".md", ".rst", ".ipynb")


def read_ini_book(folder: Path) -> Book:
    """Read the book in `folder`; it has no site and no repository.

    Raises `ProblemsError` where `config.ini` cannot be read.
    """
    config = _read_config(folder)
    build = config["build"]
    root = folder / build["source_dir"]
    found = _chapters(root, config)
    if outside := sorted(path for path in found if path.startswith(("../", "/"))):
        message = f"'notebooks' should match files of the book's folder, not {outside[0]}"
        raise ProblemsError([Problem(CONFIG, _line(folder, "build", "notebooks"), message)])
    listed, problems = _reading_order(root, f"{build['index'].removesuffix('.md')}.md")
    tabs, faults = _tabs(folder, config)
    return Book(
        root=root,
        title=config["project"]["title"],
        tabs=tabs,
        chapters=(
            *(chapter for chapter in listed if chapter in found),
            *sorted(found - set(listed)),
        ),
        support="",
        words=Words(config["project"]["lang"]),
        bibliography=tuple(config["pdf"]["bibfile"].split()),
        problems=(*problems, *faults),
        unlisted=tuple(sorted(found - set(listed))),
    )


def _read_config(folder: Path) -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None, strict=False)
    config.read_string(_DEFAULTS)
    try:
        text = (folder / CONFIG).read_text(encoding="utf-8-sig")
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise ProblemsError([Problem(CONFIG, line, "a null byte, which no name can have")])
        config.read_string(text, CONFIG)
    except UnicodeDecodeError as error:
        raise ProblemsError([Problem(CONFIG, 0, f"not UTF-8: {error.reason}")]) from None
    except configparser.Error as error:
        line = getattr(error, "lineno", None) or getattr(error, "errors", [(0, "")])[0][0]
        raise ProblemsError([Problem(CONFIG, line, f"not an INI file: {error}")]) from None
    return config


def _tabs(folder: Path, config: configparser.ConfigParser) -> tuple[tuple[Tab, ...], list[Problem]]:
    """The tabs with their libraries, and what is wrong in those."""
    stripped = (title.strip() for title in config["build"]["tabs"].split(","))
    titles = {title.lower(): title for title in stripped if title}
    tabs, problems = [], []
    for name, title in titles.items():
        section = f"library-{name}"
        library, faults = read_library(config[section] if config.has_section(section) else {})
        tabs.append(Tab(name, title, name, library=library))
        for entry in faults:
            message = f"[{section}]: '{entry}' should be 'NAME' or 'NAME -> NAME'"
            problems.append(Problem(CONFIG, _line(folder, section, entry), message))
    return tuple(tabs) or (_ONLY_TAB,), problems


def _line(folder: Path, section: str, entry: str) -> int:
    """The line of an entry of a section, 0 where it is not found."""
    text = (folder / CONFIG).read_text(encoding="utf-8-sig")
    place = text.find(entry, max(0, text.find(f"[{section}]")))
    return text.count("\n", 0, place) + 1 if place >= 0 else 0


def _chapters(root: Path, config: configparser.ConfigParser) -> set[str]:
    """The Markdown files that are to be notebooks: not those that d2lbook itself has written."""
    build = config["build"]
    left_out = _matches(root, f"{build['exclusions']} {build['non-notebooks']}")
    built = posixpath.normpath(build["output_dir"]) + "/"
    return {
        path
        for path in _matches(root, build["notebooks"]) - left_out
        if path.endswith(".md") and not path.startswith(built)
    }


def _matches(root: Path, patterns: str) -> set[str]:
    """The files that patterns match; a pattern that names a folder means all that is in it."""
    found = set()
    for pattern in patterns.split():
        pattern = os.path.join(pattern, "**") if (root / pattern).is_dir() else pattern
        paths = glob.glob(pattern, root_dir=root, recursive=True)
        found |= {Path(os.path.normpath(path)).as_posix() for path in paths}
    return {path for path in found if is_file(root / path)}


def _reading_order(root: Path, index: str) -> tuple[Sequence[str], Sequence[Problem]]:
    """The chapters that tables of contents name, from the index on, and names without a file."""

    def read(chapter: str) -> str | None:
        path = root / chapter
        return read_text(path) if is_file(path) else None

    chapters, problems = [], []
    for chapter, line, namer in follow_contents(index, read):
        if any(is_file((root / chapter).with_suffix(suffix)) for suffix in _SUFFIXES):
            chapters.append(chapter)
        else:
            message = f"'{chapter.removesuffix('.md')}': there is no file {chapter}"
            problems.append(Problem(namer or CONFIG, line, message))
    return chapters, problems
