"""A framework is added to a small book by CONTRIBUTING's list, chapter by chapter."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from conftest import ACCURACY

from tabbook.book.settings import Book, read_book
from tabbook.notebook.manuscript import read_manuscript

ROOT = Path(__file__).parents[2]
TITLES = ["PyTorch", "TensorFlow", "MXNet"]
CELL = (
    "```{.python .input}\n%%tab abacus\nfrom lib import abacus as framework\naccuracy = 0.9\n```\n"
)


def add_abacus(root: Path, chapters: str = "") -> Book:
    """Do what the list says: an entry in the settings, a face, its cells."""
    config = root / "_config.yml"
    entry = f"      abacus: {{title: Abacus{chapters}}}\n"
    text = config.read_text(encoding="utf-8").replace(
        "      mxnet: {title: MXNet}\n", "      mxnet: {title: MXNet}\n" + entry
    )
    config.write_text(text, encoding="utf-8")
    (root / "lib/abacus.py").write_text('NAME = "abacus"\n', encoding="utf-8")
    first = root / "chapters/part/first.md"
    text = first.read_text(encoding="utf-8").replace(
        "The same code with other outputs:", f"{CELL}\nThe same code with other outputs:"
    )
    first.write_text(text, encoding="utf-8")
    return read_book(root)


@pytest.fixture
def built(
    root: Path,
    with_notebooks: Callable[[Book], Book],
    build_pages: Callable[[Book], str],
    monkeypatch: pytest.MonkeyPatch,
) -> Book:
    monkeypatch.setitem(ACCURACY, "abacus", 0.9)
    book = with_notebooks(add_abacus(root, ", chapters: [chapters/part/first]"))
    assert list(read_manuscript(book).problems()) == []
    with warnings.catch_warnings():
        # Jupyter Book's own extensions use what docutils will take away.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        assert build_pages(book) == ""
    return book


def tab_sets(book: Book, chapter: str) -> list[dict[str, str]]:
    html = (book.root / f"_build/html/chapters/part/{chapter}.html").read_text(encoding="utf-8")
    found = []
    for tab_set in BeautifulSoup(html, "html.parser").select("article .sd-tab-set"):
        labels = [label.get_text(strip=True) for label in tab_set.select("label")]
        contents = [c.get_text(" ", strip=True) for c in tab_set.select(".sd-tab-content")]
        found.append(dict(zip(labels, contents, strict=True)))
    return found


def test_a_chapter_that_has_its_cells_has_its_tab(built: Book):
    links, code, outputs, *_ = tab_sets(built, "first")
    assert list(links) == [*TITLES, "Abacus"]
    assert code["Abacus"].endswith("accuracy = 0.9")
    assert outputs["Abacus"] == "abacus"
    assert (built.root / "notebooks/abacus/part/first.ipynb").is_file()


def test_one_that_is_not_written_for_it_says_so_once_and_is_as_it_was(built: Book):
    links, *others = tab_sets(built, "second")
    assert links["Abacus"] == "This chapter has no Abacus version."
    assert all(list(tab_set) == TITLES for tab_set in others)
    assert not (built.root / "notebooks/abacus/part/second.ipynb").exists()


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_a_page_without_the_tab_shows_the_first_one_to_its_readers(
    root: Path, with_notebooks: Callable[[Book], Book], build_pages: Callable[[Book], str]
):
    """What stands in a chapter for a tab that it is not written for yet is left out."""
    first = root / "chapters/part/first.md"
    words = "\n\n:begin_tab:`abacus`\nAn abacus has beads.\n:end_tab:\n"
    first.write_text(first.read_text(encoding="utf-8") + words, encoding="utf-8")
    book = with_notebooks(add_abacus(root, ", chapters: [chapters/part/second]"))
    assert build_pages(book) == ""
    html = (root / "_build/html/chapters/part/first.html").read_text(encoding="utf-8")
    article = BeautifulSoup(html, "html.parser").select_one("article")
    assert article is not None
    assert "beads" not in article.get_text()
    accuracy = [str(span["data-tab"]) for span in article.select("p [data-tab]")[:3]]
    assert accuracy == ["pytorch abacus", "tensorflow", "mxnet"]
    assert not (root / "notebooks/abacus/part/first.ipynb").exists()


def test_without_a_list_all_chapters_are_written_for_it(root: Path):
    drafts = read_manuscript(add_abacus(root)).drafts
    paths = {draft.chapter.path for draft in drafts if draft.tab.name == "abacus"}
    assert paths == {"chapters/part/first.md", "chapters/part/second.md"}


def test_a_chapter_that_is_not_there_is_reported_with_the_nearest(root: Path):
    book = add_abacus(root, ", chapters: [chapters/part/frist]")
    said = [str(problem) for problem in book.problems]
    assert said == [
        "_config.yml:31: _toc.yml names no chapter 'chapters/part/frist'; "
        "did you mean 'chapters/part/first'?"
    ]


# What a framework needs besides is in the list, too.


def section() -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.partition("## Adding a framework\n")[2].partition("\n## ")[0]


def tracked() -> list[Path]:
    """What is written by hand and is no chapter, no face, and no test of one thing."""
    folders = ("benchmarks", "d2l_local", "tabbook", "drawings", ".github", ".ci")
    files = [p for folder in folders for p in (ROOT / folder).rglob("*") if p.is_file()]
    files += [p for p in ROOT.iterdir() if p.is_file() and p.suffix in (".yml", ".in", ".toml")]
    files += [ROOT / "Makefile", *(ROOT / "tests").glob("*.py")]
    files += (ROOT / "tests/d2l_local").glob("[!t]*.py")
    left_out = {"__pycache__", "results", "torch", "tensorflow", "mxnet", "jax"}
    return [p for p in files if not left_out & set(p.relative_to(ROOT).parts)]


# They name frameworks without being a list of them.
EXAMPLES = {
    "benchmarks/large.py",  # makes a book of its own
    "d2l_local/lab/expectations.py",  # what self-checks expect of each tab
    "tests/d2l_local/interface_table.py",  # what the d2l package had
}


def test_every_list_of_frameworks_is_in_the_list_of_places():
    named = set(re.findall(r"[\w./]*[\w/]\.\w+", section()))
    lists = {
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix not in (".pyc", ".json")
        and all(
            re.search(rf"\b{word}\b", path.read_text(encoding="utf-8"))
            for word in ("torch|pytorch", "tensorflow", "mxnet")
        )
    }
    assert lists - EXAMPLES <= named
    assert lists >= EXAMPLES
    assert {place for place in named if not (ROOT / place).exists()} == set()
