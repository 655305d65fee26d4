from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from tabbook.book.settings import Book, read_book
from tabbook.cli import main
from tabbook.notebook.solutions import has_solution, without_solution
from tabbook.text.reader import read_chapter

CHAPTER = """\
# Width

How wide?

```{.python .input}
start()
```

## Solution

So wide.

```{.python .input}
solve()
```

### A Detail

```{.python .input}
detail()
```

## Check Yourself

```
## Solution
```

```{.python .input}
check()
```
"""


def exercise(text: str) -> list[tuple[str, str]]:
    cells = read_chapter(text, "width.md", ("pytorch",)).cells
    return [(cell.kind, cell.source) for cell in without_solution(cells, "Solution")]


def test_a_solution_leaves_an_empty_cell():
    assert exercise(CHAPTER) == [
        ("markdown", "# Width\n\nHow wide?"),
        ("code", "start()"),
        ("code", "# Your experiment"),
        ("markdown", "## Check Yourself\n\n```\n## Solution\n```"),
        ("code", "check()"),
    ]


def test_a_solution_may_begin_in_the_middle_of_prose_and_end_the_chapter():
    text = "# A\n\nQuestion.\n\n## Solution\n\nAnswer.\n\n```{.python .input}\nx\n```\n"
    assert exercise(text) == [("markdown", "# A\n\nQuestion."), ("code", "# Your experiment")]


def test_a_chapter_without_a_solution_stays_as_it_is():
    text = CHAPTER.replace("## Solution\n\nSo", "## Answer\n\nSo")
    cells = read_chapter(text, "width.md", ("pytorch",)).cells
    assert not has_solution(cells, "Solution")
    assert has_solution(cells, "Answer")
    assert not has_solution(cells, "")
    kept = [cell.source for cell in without_solution(cells, "Solution")]
    assert "\n\n".join(kept).split() == "\n\n".join(cell.source for cell in cells).split()


@pytest.fixture
def with_solution(book: Book, with_notebooks: Callable[[Book], Book]) -> Book:
    """The small book, with a section in its first chapter, too, that is a solution."""
    path = book.root / "chapters/part/first.md"
    text = path.read_text(encoding="utf-8")
    assert text.count("## Different Code") == 1
    path.write_text(text.replace("## Different Code", "## Solution"), encoding="utf-8")
    return with_notebooks(read_book(book.root))


def test_every_tab_has_an_exercise(with_solution: Book, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(with_solution.root)
    assert main(["notebooks"]) == 0
    written = {path.as_posix() for path in Path("exercises").rglob("*.ipynb")}
    assert written == {
        f"exercises/{tab}/part/{chapter}.ipynb"
        for tab in with_solution.tab_names
        for chapter in ("first", "second")
    }
    notebook = nbformat.read("exercises/mxnet/part/first.ipynb", as_version=4)
    nbformat.validate(notebook)
    sources = [cell.source for cell in notebook.cells]
    assert "# Your experiment" in sources
    assert not any("accuracy = 0.847" in source for source in sources)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
def test_a_page_folds_its_solution(with_solution: Book, build_pages: Callable[[Book], str]):
    assert build_pages(with_solution) == ""
    page = with_solution.root / "_build/html/chapters/part/first.html"
    html = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    (details,) = html.select("details.tabbook-solution")
    assert details.parent.find("h2").get_text().startswith("1.1. Solution")
    assert "accuracy = 0.853" in details.get_text()
    assert "The accuracy is" not in details.get_text()
    links = html.select(".tabbook-links")[1].select("a")
    assert links[0].get_text() == "Try it yourself in Colab"
    assert links[0]["href"].endswith("/exercises/tensorflow/part/first.ipynb")
