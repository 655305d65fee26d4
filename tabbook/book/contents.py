"""Tables of contents in ```` ```toc ```` blocks: what they name, and the order of a book."""

import posixpath
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tabbook.text.fences import Fence, find_fences

TOC = "toc"
_ENTRY = re.compile(r"(?:(?P<title>[^<]+?)[ \t]*<(?P<named>[^>]+)>|(?P<path>\S+))[ \t]*$")


@dataclass(frozen=True)
class Entry:
    """A line of a table of contents: `chapter` is relative to the book's root and ends in `.md`.

    `name` is how the line names it, `title` what it calls it, if it does. `line` counts from 0.
    """

    chapter: str
    name: str
    title: str
    line: int


def toc_entries(lines: Sequence[str], fence: Fence, path: str) -> Iterator[Entry]:
    """Yield the entries of one table of contents in the chapter `path`."""
    for number in range(len(lines))[fence.body]:
        found = _ENTRY.match(lines[number].strip())
        if found and not lines[number].lstrip().startswith(":"):
            name = (found["named"] or found["path"]).strip().removesuffix(".md")
            yield Entry(chapter_named(name, path), name, found["title"] or "", number)


def chapter_named(name: str, path: str) -> str:
    """Return the chapter that the chapter `path` calls `name`, relative to the book's root."""
    beside = posixpath.join("/", posixpath.dirname(path), name)
    return f"{posixpath.normpath(beside).lstrip('/')}.md"


def follow_contents(
    index: str, read: Callable[[str], str | None]
) -> Iterator[tuple[str, int, str | None]]:
    """Yield the chapters of a book in reading order: each once, with where it is named first.

    That is `(chapter, line, namer)`, with the line from 1; nothing names the `index`. `read` gives
    the text of a chapter, or None where there is none.
    """
    waiting: list[tuple[str, int, str | None]] = [(index, 0, None)]
    seen = set()
    while waiting:
        chapter, line, namer = waiting.pop(0)
        if chapter in seen:
            continue
        seen.add(chapter)
        yield chapter, line, namer
        lines = (read(chapter) or "").split("\n")
        tables = (fence for fence in find_fences(lines) if fence.language == TOC)
        named = (entry for fence in tables for entry in toc_entries(lines, fence, chapter))
        waiting[:0] = [(entry.chapter, entry.line + 1, chapter) for entry in named]
