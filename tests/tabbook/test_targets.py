"""Links and images of built pages that lead to no file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tabbook.book.settings import Book
from tabbook.page.targets import missing_targets

Missing = Callable[[str], list[str]]


@pytest.fixture
def missing(book: Book, tmp_path: Path) -> Missing:
    """A function that says which targets are missing where the first chapter's page is `html`."""
    pages = tmp_path / "html"
    (pages / "chapters/part").mkdir(parents=True)
    for name in ("chapters/part/there.png", "a page.html", "index.html"):
        (pages / name).touch()

    def find(html: str) -> list[str]:
        (pages / "chapters/part/first.html").write_text(html, encoding="utf-8")
        return [str(problem) for problem in missing_targets(book, pages)]

    return find


@pytest.mark.parametrize(
    "html",
    [
        '<a class="x" href="gone.html#part">x</a>',
        "<a href='gone.html?x=1'>x</a>",
        '<img alt="a" src="../gone.png" />',
        '<link rel="next" href="gone.html">',
        '<video controls src="gone.mp4"></video>',
        '<a\n  href="gone%20away.html">x</a>',
    ],
)
def test_what_a_page_names_and_is_not_there_is_reported(missing: Missing, html: str):
    (problem,) = missing(html * 2)
    assert problem.startswith("chapters/part/first.md: '")
    assert "gone" in problem
    assert problem.endswith("' is not there: the page links to it or shows it")


@pytest.mark.parametrize(
    "html",
    [
        '<img src="there.png"><a href="#part">x</a><a href="">x</a>',
        '<a href="../../a%20page.html">x</a><a href="../../index.html#x">x</a>',
        '<a href="https://example.org/gone.html">x</a><a href="//example.org/gone">x</a>',
        '<a href="mailto:a@b.c">x</a><img src="data:image/png;base64,AAAA"><a href="/gone">x</a>',
        '<a href="http://[gone">x</a>',
        '<!-- <a href="gone.html"> --><script>"<img src=\'gone.png\'>"</script>',
        '<code>&lt;a href="gone.html"&gt;</code>',
    ],
)
def test_what_is_there_or_elsewhere_or_no_tag_is_not(missing: Missing, html: str):
    assert missing(html) == []
