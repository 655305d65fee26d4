"""Captions of what code cells show, on pages, in notebooks, and numbered alike in both."""

import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from conftest import BOOK

from tabbook.book.captions import caption_problems
from tabbook.book.labels import find_labels
from tabbook.book.settings import Book, read_book
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.write import read_notebook
from tabbook.text.reader import Chapter, read_chapter

TABS = ("pytorch", "tensorflow", "mxnet")
FIRST = "chapters/part/first"
DRAWING = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9' width='9' height='9'/>"
CHAPTER = """\
# Captions
:label:`sec_first`

See :numref:`fig_image`, :numref:`fig_code`, :numref:`fig_outputs`, :numref:`fig_directive`
and :numref:`fig_mxnet`.

![An image.](a.svg)
:label:`fig_image`

![Sphinx numbers what has a caption.](a.svg)

```{.python .input}
%%tab all
from lib.record import record
print("the same everywhere")
```

: The same output in *all* tabs.
  At $x = 1$, it is :calc:`2 * 3`.

Prose.

: Not a caption, but text.

```{.python .input}
%%tab pytorch
from lib import torch as framework
accuracy = 0.853
```

```{.python .input}
%%tab tensorflow
from lib import tensorflow as framework
accuracy = 0.861
```

```{.python .input}
%%tab mxnet
from lib import mxnet as framework
accuracy = 0.847
```

: Other code in each tab.
:label:`fig_code`

```{.python .input}
%%tab all
print(framework.NAME)
```

: Other outputs in each tab.
:label:`fig_outputs`

```{figure} a.svg
:name: fig_directive

A directive.
```

```{.python .input}
%%tab pytorch, tensorflow
1 + 1
```

: Two of three tabs.

Text.

```{.python .input}
%%tab all
print(framework.NAME)
```

:begin_tab:`pytorch`
: Only in PyTorch.
:end_tab:

:begin_tab:`mxnet`
: Only in MXNet.
:label:`fig_mxnet`

And words.
:end_tab:

```{.python .input}
%%tab all
record(accuracy=accuracy, tol=0.02)
```

: Caption of a table.

| a |
|---|
| b |
:label:`tab_a`
"""


@pytest.fixture(scope="module")
def built(
    tmp_path_factory: pytest.TempPathFactory,
    with_notebooks: Callable[[Book], Book],
    build_pages: Callable[[Book], str],
) -> Book:
    root = Path(shutil.copytree(BOOK, tmp_path_factory.mktemp("captions") / "book"))
    (root / f"{FIRST}.md").write_text(CHAPTER, encoding="utf-8")
    (root / "chapters/part/a.svg").write_text(DRAWING, encoding="utf-8")
    book = with_notebooks(read_book(root))
    assert list(read_manuscript(book).problems()) == []
    with warnings.catch_warnings():
        # Jupyter Book's own extensions use what docutils will take away.
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        assert build_pages(book) == ""
    return book


@pytest.fixture(scope="module")
def article(built: Book) -> Tag:
    html = (built.root / f"_build/html/{FIRST}.html").read_text(encoding="utf-8")
    found = BeautifulSoup(html, "html.parser").article
    assert found
    return found


def prose(built: Book, tab: str) -> str:
    notebook = read_notebook(built.root / f"notebooks/{tab}/part/first.ipynb")
    assert notebook
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def chapter(text: str) -> Chapter:
    return read_chapter(text, "a.md", TABS)


def code(source: str, tab: str = "all") -> str:
    return f"```{{.python .input}}\n%%tab {tab}\n{source}\n```\n\n"


def problems(text: str) -> list[str]:
    return [str(problem) for problem in caption_problems([chapter(text)], TABS)]


def test_a_caption_is_that_of_a_figure_around_the_outputs(article: Tag):
    same, own, outputs, two, *_ = article.select("figure.tabbook-figure")
    assert "cell" in same.parent["class"]
    assert same.select_one(".cell_output").get_text(strip=True) == "the same everywhere"
    assert same.select_one(".cell_input") is None
    caption = same.figcaption.select_one(".caption-text")
    assert caption.get_text() == "The same output in all tabs. At \\(x = 1\\), it is 6."
    assert caption.em.get_text() == "all"
    for figure in (own, outputs, two):
        assert [child.name for child in figure.find_all(recursive=False)] == ["div", "figcaption"]
        assert len(figure.select(".sd-tab-set > label")) == 3
    assert "accuracy = 0.847" in own.get_text()
    assert outputs.select(".cell_input") == []


def test_a_caption_of_one_tab_stands_in_its_tab(article: Tag):
    *_, pytorch, mxnet = article.select("figure.tabbook-figure")
    for figure, name in ((pytorch, "PyTorch"), (mxnet, "MXNet")):
        assert figure.select_one(".cell_output").get_text(strip=True) == name.lower()
        label = figure.find_parent(class_="sd-tab-content").find_previous_sibling("label")
        assert label.get_text(strip=True) == name
        assert f"Only in {name}." in figure.figcaption.get_text()


def test_pages_and_notebooks_number_figures_alike(article: Tag, built: Book):
    numbered = {
        caption.select_one(".caption-text").get_text(): number.get_text().split()[-1]
        for caption in article.select("figcaption")
        if (number := caption.select_one(".caption-number"))
    }
    assert list(numbered.values()) == [f"1.{number}" for number in range(1, 10)]
    text = "\n".join(prose(built, tab) for tab in TABS)
    for caption, number in numbered.items():
        assert f"**Figure {number}.** {caption[:8]}" in text
    references = [a.get_text() for a in article.select("p a.reference.internal")]
    assert references == [f"Fig. 1.{number}" for number in (1, 4, 5, 6, 9)]
    for number in (1, 4, 5, 6, 9):
        assert f"[Figure 1.{number}](https" in text


def test_every_figure_with_a_number_can_be_linked_to(article: Tag):
    figures = [figure for figure in article.select("figure") if figure.select(".caption-number")]
    assert all(figure["id"] for figure in figures)
    links = [figure.figcaption.select_one("a.headerlink")["href"] for figure in figures]
    assert links == [f"#{figure['id']}" for figure in figures]


def test_other_paragraphs_and_captions_of_tables_are_what_they_were(article: Tag, built: Book):
    assert ": Not a caption, but text." in [p.get_text() for p in article.select("p")]
    assert article.select_one("table caption").get_text().startswith("Table 1.1 Caption of a")
    assert "**Table 1.1.** Caption of a table.\n\n| a |" in prose(built, "mxnet")
    assert ": Not a caption, but text." in prose(built, "mxnet")


def test_a_notebook_has_captions_of_the_cells_that_it_has(built: Book):
    for tab in TABS:
        text = prose(built, tab)
        assert (
            "**Figure 1.3.** The same output in *all* tabs. At $x = 1$, it is 6.\n\nProse." in text
        )
        assert ("Two of three" in text) == (tab != "mxnet")
        assert ("**Figure 1.8.** Only in PyTorch." in text) == (tab == "pytorch")
        assert ("**Figure 1.9.** Only in MXNet.\n\nAnd words." in text) == (tab == "mxnet")
        assert "Text." in text


def test_a_caption_without_code_above_is_reported():
    message = "the caption ': Lost.' belongs right behind a code cell, or above a table"
    assert problems(": Lost.\n") == [f"a.md:1: {message}"]
    assert problems(":begin_tab:`mxnet`\n: Lost.\n:end_tab:\n") == [f"a.md:2: {message}"]
    lost = code("x", "pytorch") + ":begin_tab:`mxnet`\n: Lost.\n:end_tab:\n"
    assert problems(lost) == [f"a.md:7: {message}"]
    assert problems(code("x", "pytorch") + ": Found.\n") == []


@pytest.mark.parametrize("mark", ["#@check it", "#@hide_output", "#@hide", "#@hide_all"])
def test_a_caption_of_what_no_page_shows_is_reported(mark: str):
    (problem,) = problems(code(f"{mark}\nassert x") + ": Unseen.\n")
    assert problem.startswith("a.md:7: the caption ': Unseen.' is of the cell at line ")
    assert problem.endswith(", whose outputs no page shows")


def test_code_that_is_hidden_may_have_a_caption():
    assert problems(code("#@hide_code\nx") + ": Seen.\n") == []


def test_labels_of_captions_know_their_caption():
    (label,) = find_labels(chapter(code("x") + ": See *this*\n  and that.\n:label:`fig_a`\n"))
    assert (label.name, label.kind, label.title) == ("fig_a", "figure", "See *this* and that.")
    assert (label.line, label.number) == (8, 1)
