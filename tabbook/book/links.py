"""Where the files and the chapters lie that a chapter's prose names, seen from its notebook."""

import os
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

from tabbook.problems import Problem
from tabbook.text.inline import find_in_prose, replace_in_prose, resolve_slide_marks
from tabbook.text.reader import Chapter

_PATH = r"(?P<part>(?<=<)[^<>\n]+|[^()<>\s]*(?:\([^()\s]*\)[^()<>\s]*)*)"
_NAMING = (
    # What stands in round brackets behind square ones is no link if it has spaces in it.
    re.compile(r"\]\([ \t]*<?" + _PATH + r"(?=>?(?:[ \t\n]*\)|[ \t\n]+[\"'(]))"),
    # `[^1]: Words` is a footnote.
    re.compile(r"^ {0,3}\[(?!\^)[^\]\n]+\]:[ \t]*<?" + _PATH, re.MULTILINE),
    re.compile(r"<(?:img|video|audio|source|iframe|embed)\b[^<>]*?\ssrc=[\"'](?P<part>[^\"'\n]+)"),
)
_RAW_IMAGE = re.compile(
    r"(?P<indent>[ \t]*)\.\.[ \t]+(?:figure|image)::[ \t]*(?P<path>\S.*?)[ \t]*$"
)
_RAW_OPTION = re.compile(r":[\w-]+:(?:[ \t]|$)")
_ABSOLUTE = re.compile(r"[a-z][a-z0-9+.-]*:|[/#?]|$", re.IGNORECASE)
_TARGET = re.compile(r"^ {0,3}\(([^()\s]+)\)=[ \t]*$", re.MULTILINE)
_CHAPTER = re.compile(r"\.(?P<suffix>md|ipynb|html)$")


@dataclass(frozen=True)
class LinkedChapter:
    """A chapter as others name it: its title, and its notebook relative to the tab's folder.

    `tabs` are those that have such a notebook; None says that all do. `number` is the chapter's, 0
    where chapters have none.
    """

    title: str
    notebook: str
    tabs: frozenset[str] | None = None
    number: int = 0


@dataclass(frozen=True)
class Links:
    """What the notebooks of the chapter `path` need to name files and other chapters.

    `root` leads to the book's root from the notebook, as a relative path or as a URL. `site` is the
    URL of the published book, empty if there is none. `chapters` are those of the whole book by
    path. `tab` is that of the notebooks, and `tab_folder` leads to those of the tab from where this
    one's folder would be.
    """

    path: str
    root: str = "."
    site: str = ""
    chapters: Mapping[str, LinkedChapter] = field(default_factory=dict)
    tab: str = ""
    tab_folder: str = ""

    def rewrite(self, text: str) -> str:
        """Resolve the links and images of a text; what stands in code is left alone."""
        for pattern in _NAMING:
            text = replace_in_prose(pattern, self.resolve, text)
        return text

    def resolve(self, path: str) -> str:
        """Return where a file or a chapter is that the chapter names relative to itself."""
        if _ABSOLUTE.match(path):
            return path
        full, anchor = _in_book(self.path, path)
        found = _CHAPTER.search(full)
        chapter = f"{full[: found.start()]}.md" if found else ""
        if found is None or chapter not in self.chapters:
            return f"{self.root}/{full}{anchor}"
        if self.site and found["suffix"] == "html":
            return self.page(chapter) + anchor
        return self.to_chapter(chapter, anchor)

    def in_book(self, path: str) -> str:
        """A file that the chapter names relative to itself, relative to the book's root."""
        return unquote(_in_book(self.path, path)[0])

    def page(self, chapter: str) -> str:
        """The URL of a chapter on the site."""
        return f"{self.site}/{chapter.removesuffix('.md')}.html"

    def has_notebook(self, chapter: str) -> bool:
        """Whether a chapter of the book has a notebook of the same tab."""
        linked = self.chapters.get(chapter)
        return linked is not None and (linked.tabs is None or self.tab in linked.tabs)

    def to_chapter(self, chapter: str, anchor: str = "") -> str:
        """The way to another chapter: to its notebook of the same tab, which needs no site.

        Where a tab has no notebook of it, that is its page, if there is a site.
        """
        linked = self.chapters[chapter]
        if self.site and not self.has_notebook(chapter):
            return self.page(chapter) + anchor
        own = self.chapters.get(self.path)
        folder = posixpath.dirname(own.notebook) if own else ""
        notebook = posixpath.join(self.tab_folder, linked.notebook)
        return posixpath.relpath(notebook, folder or ".") + anchor


def named_files(path: str, source: str) -> Iterator[str]:
    """Yield what the prose of the chapter `path` links to or shows, relative to the book's root."""
    named = [name for _, name in _named(source)]
    named += [image for image, _ in raw_images(source.split("\n"))]
    for name in named:
        if not _ABSOLUTE.match(name):
            yield unquote(_in_book(path, name)[0])


def file_problems(chapters: Iterable[Chapter], root: Path) -> Iterator[Problem]:
    """Yield the links and images of chapters that lead to no file in the book's folder `root`.

    A page may be named by its address, its source, or its notebook, or without an ending; and a
    link may name one of MyST's targets.
    """
    prose = [
        (chapter, cell) for chapter in chapters for cell in chapter.cells if cell.kind == "markdown"
    ]
    targets = {target for _, cell in prose for target in _TARGET.findall(cell.source)}
    for chapter, cell in prose:
        for line, name in _named(cell.source):
            file = unquote(_in_book(chapter.path, name)[0])
            if not (_ABSOLUTE.match(name) or name in targets or _is_there(root / file)):
                message = f"'{name}' is not there: the book has no file {file}"
                yield Problem(chapter.path, cell.chapter_line(line + 1), message)


def _is_there(file: Path) -> bool:
    is_page = bool(file.name) and file.suffix in ("", ".html", ".ipynb")
    sources = [file.with_suffix(suffix) for suffix in (".md", ".rst", ".ipynb")] if is_page else []
    return any(os.path.exists(path) for path in (file, *sources))


def _named(source: str) -> Iterator[tuple[int, str]]:
    """Yield the lines, from 0, and the names of what prose links to or shows."""
    text = "\n".join(resolve_slide_marks(source.split("\n")))
    for pattern in _NAMING:
        yield from find_in_prose(pattern, text)


def raw_images(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield path and caption of the figures and images in reStructuredText."""
    for number, line in enumerate(lines):
        found = _RAW_IMAGE.match(line)
        if found:
            inside = partial(_is_inside, len(found["indent"]))
            body = (row.strip() for row in takewhile(inside, lines[number + 1 :]))
            yield found["path"], " ".join(row for row in body if not _RAW_OPTION.match(row)).strip()


def _is_inside(indent: int, line: str) -> bool:
    return not line.strip() or len(line) - len(line.lstrip()) > indent


def _in_book(chapter: str, path: str) -> tuple[str, str]:
    """Return a path relative to the book's root, and what follows it in a link."""
    file = re.split(r"[?#]", path, maxsplit=1)[0]
    full = posixpath.normpath(posixpath.join(posixpath.dirname(chapter), file))
    return full, path.removeprefix(file)
