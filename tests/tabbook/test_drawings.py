"""Drawings: inlined into pages, carried by notebooks, and inputs of both."""

import re
from base64 import b64decode
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tabbook.book.settings import Book, read_book
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.write import read_notebook
from tabbook.page.build import STAMP, _digest, are_current
from tabbook.page.svg import is_drawing

SECOND = "part/second"
IMAGE = re.compile(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="A drawing\.">')


def prose(book: Book) -> str:
    (draft, *_) = [each for each in read_manuscript(book).drafts if SECOND in each.chapter.path]
    return "\n\n".join(cell.source for cell in draft.blank().cells)


@pytest.mark.parametrize(
    ("root", "is_one"),
    [
        ('<svg class="drawing drawing-x" viewBox="0 0 1 1">', True),
        ("<?xml version='1.0'?>\n<svg\n  viewBox='0 0 1 1' class='a drawing'>", True),
        ('<svg class="drawings">', False),
        ('<svg><g class="drawing"/></svg>', False),
        ("", False),
    ],
)
def test_a_drawing_has_the_class_at_its_root(root: str, is_one: bool):
    assert is_drawing(root) == is_one


def test_a_page_has_the_drawing_itself_in_a_figure(site: Book):
    html = (site.root / f"_build/html/chapters/{SECOND}.html").read_text(encoding="utf-8")
    (figure,) = BeautifulSoup(html, "html.parser").select("figure")
    assert figure["id"] == "fig-drawing"
    assert figure.select_one("div.tabbook-drawing > svg.drawing > text").get_text() == "a unit"
    assert figure.img is None
    assert figure.figcaption.get_text().strip().startswith("Fig. 2.1 A drawing.")


def test_a_notebook_carries_the_drawing(executed_book: Book):
    notebook = read_notebook(executed_book.root / f"notebooks/mxnet/{SECOND}.ipynb")
    assert notebook
    text = "\n\n".join(cell.source for cell in notebook.cells)
    (found,) = IMAGE.findall(text)
    assert b64decode(found) == (executed_book.root / "img/drawing.svg").read_bytes()
    assert "**Figure 2.1.** A drawing." in text


def test_other_images_and_books_without_a_repository_name_files(root: Path):
    path, config = root / f"chapters/{SECOND}.md", root / "_config.yml"
    (root / "img/a.png").write_bytes(b"")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("drawing.svg", "a.png"), encoding="utf-8")
    raw = "https://raw.githubusercontent.com/someone/a-book/trunk"
    assert f"![A drawing.]({raw}/img/a.png)" in prose(read_book(root))
    path.write_text(text, encoding="utf-8")
    settings = config.read_text(encoding="utf-8")
    config.write_text(settings.replace("https://github.com", "https://example.org"), "utf-8")
    assert "![A drawing.](../../../img/drawing.svg)" in prose(read_book(root))


def test_pages_and_prose_follow_a_drawing_outside_the_chapters(book: Book):
    (book.root / "_build/html").mkdir(parents=True)
    (book.root / STAMP).write_text(_digest(book), encoding="utf-8")
    assert are_current(book)
    before = prose(book)
    drawing = book.root / "img/drawing.svg"
    drawing.write_text(drawing.read_text(encoding="utf-8").replace("a unit", "b"), "utf-8")
    assert not are_current(book)
    assert prose(book) != before
