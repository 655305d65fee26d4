"""What built pages link to and show: files that a reader must be able to fetch."""

import os
import re
from collections.abc import Iterator
from functools import cache
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tabbook.book.files import is_file
from tabbook.book.settings import Book
from tabbook.problems import Problem

_UNREAD = re.compile(r"<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->", re.DOTALL)
_TARGET = re.compile(
    r"""<(?:a|img|audio|video|source|iframe|embed|link)\b[^<>]*?\s(?:href|src)=(["'])(.*?)\1""",
    re.DOTALL,
)


def missing_targets(book: Book, pages: Path) -> Iterator[Problem]:
    """Yield the relative links and images of a book's pages, in a folder, that lead to no file."""
    is_there = cache(os.path.exists)
    for document in (*book.chapters, *book.pages):
        page = (pages / document).with_suffix(".html")
        if not is_file(page):
            continue
        html = _UNREAD.sub("", page.read_text(encoding="utf-8"))
        for target in sorted({unescape(found[2]) for found in _TARGET.finditer(html)}):
            path = _relative_path(target)
            if path and not is_there(page.parent / path):
                message = f"'{target}' is not there: the page links to it or shows it"
                yield Problem(document, 0, message)


def _relative_path(target: str) -> str:
    """The path of a target on the same site as the page; empty for any other."""
    try:
        parts = urlsplit(target)
    except ValueError:  # no URL
        return ""
    is_elsewhere = parts.scheme or parts.netloc or parts.path.startswith("/")
    return "" if is_elsewhere else unquote(parts.path)
