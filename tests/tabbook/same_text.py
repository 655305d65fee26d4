"""Compare what two builds of the book say, page by page: `python tests/same_text.py HTML HTML`.

The text is that of the article and of the table of contents; white space does not count. What
differs is printed, and the exit status is then 1.
"""

import difflib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from bs4 import BeautifulSoup

# Formulas begin and end with these, in one build on lines of their own.
DELIMITER = re.compile(r"(\\\[(?:\\begin\{split\})?|(?:\\end\{split\})?\\\])")


def main(arguments: list[str]) -> int:
    """Print the differences of two folders of pages; return 1 if there are any."""
    differences = list(differences_of(*map(Path, arguments)))
    print(*(differences or ["the same text"]), sep="\n")
    return 1 if differences else 0


def differences_of(old: Path, new: Path) -> Iterator[str]:
    """Yield a line for each page that only one folder has, and for each word that differs."""
    names, new_names = (
        {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
        for folder in (old, new)
    )
    yield from (f"{name} is in one build only" for name in sorted(names ^ new_names))
    for name in sorted(names & new_names):
        words = [visible_words((folder / name).read_text("utf-8")) for folder in (old, new)]
        yield from difflib.unified_diff(*words, name, name, n=0, lineterm="")


def visible_words(html: str) -> list[str]:
    """The words of a page without those that the theme puts around them, such as its menus."""
    page = BeautifulSoup(html, "html.parser")
    for unseen in page(["script", "style"]):
        unseen.decompose()
    parts = page.select("article, nav.bd-links")
    return DELIMITER.sub(r" \1 ", " ".join(part.get_text(" ") for part in parts)).split()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
