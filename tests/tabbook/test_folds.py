"""Hints and answers: sections that are folded on pages and in notebooks."""

from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tabbook.book.folds import fold_problems
from tabbook.book.links import Links
from tabbook.book.settings import Book, read_book
from tabbook.notebook.folds import with_folds
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.prose import NotebookProse
from tabbook.notebook.write import FOLDED_HEADING, read_notebook
from tabbook.problems import ProblemsError
from tabbook.text.reader import Cell, read_chapter
from tabbook.text.select import select

TITLES = ("Hint", "Answer")
SECOND = "chapters/part/second"
CODE = "```{.python .input}\n%%tab all\nx = 1\n```\n"


def cells_of(text: str) -> list[Cell]:
    chapter = read_chapter(text, "a.md", ("pytorch", "mxnet"))
    return list(with_folds(select(chapter, "mxnet"), TITLES))


def sources(text: str) -> list[str]:
    return [cell.source for cell in cells_of(text)]


def translate(text: str) -> str:
    return NotebookProse(Links("a.md"), folded=TITLES).translate(text)


def test_folded_sections_of_prose_are_cells():
    text = (
        "# Title\n\n### One\n\nWhy?\n\n#### Hint\n:label:`a`\n\nSo.\n\n##### More\n\nMore.\n\n"
        "#### Answer\n\nBecause.\n\n### Two\n\nHow?\n\n#### Hint\n\nThus.\n"
    )
    assert sources(text) == [
        "# Title\n\n### One\n\nWhy?",
        "#### Hint\n:label:`a`\n\nSo.\n\n##### More\n\nMore.",
        "#### Answer\n\nBecause.",
        "### Two\n\nHow?",
        "#### Hint\n\nThus.",
    ]


def test_cells_that_are_cut_know_their_lines():
    for cell in cells_of(
        f"# Title\n\n#### Hint\n\n:begin_tab:`mxnet`\nSo.\n:end_tab:\n\nX\n\n{CODE}"
    ):
        lines = [cell.chapter_line(n + 1) for n in range(len(cell.source.split("\n")))]
        assert cell.line == lines[0]
        if cell.source.startswith("X"):
            assert lines == [9]


def test_what_a_tab_says_in_a_fold_of_prose_is_in_its_cell():
    text = "# T\n\n#### Hint\n\nA\n\n:begin_tab:`mxnet`\nB\n:end_tab:\n\nC\n\n## End\n"
    assert sources(text) == ["# T", "#### Hint\n\nA\n\nB\n\nC", "## End"]
    assert [cell.chapter_line(5) for cell in cells_of(text)][1] == 8


def test_a_fold_with_code_has_its_heading_in_a_cell_of_its_own():
    text = (
        f"# T\n\n#### Answer\n:label:`a`\n\nA\n\n{CODE}\nB\n\n### Two\n\nC\n\n#### Hint\n\n{CODE}"
    )
    assert [(cell.source, FOLDED_HEADING in cell.marks) for cell in cells_of(text)] == [
        ("# T", False),
        ("#### Answer\n:label:`a`", True),
        ("A", False),
        ("x = 1", False),
        ("B", False),
        ("### Two\n\nC", False),
        ("#### Hint", True),
        ("x = 1", False),
    ]


def test_without_folds_the_cells_are_what_they_were():
    chapter = read_chapter(f"# T\n\n## Hints\n\nA\n\n{CODE}\n## B\n", "a.md", ("mxnet",))
    cells = select(chapter, "mxnet")
    assert tuple(with_folds(cells, TITLES)) == cells


def test_a_fold_of_prose_is_markdown_between_tags():
    text = "#### Hint\n:label:`a`\n\nIt is $x$:\n\n- one\n\n  ```\n  code\n  ```\n"
    assert translate(text) == (
        "<details><summary>Hint</summary>\n\n"
        "It is $x$:\n\n- one\n\n  ```\n  code\n  ```\n\n</details>"
    )
    assert translate("#### Hint") == "#### Hint"
    assert translate("#### Hints\n\nA") == "#### Hints\n\nA"


@pytest.mark.parametrize(
    ("text", "line", "where"),
    [
        ("# Hint\n", 1, "as a chapter's title"),
        ("# T\n\n:begin_tab:`mxnet`\n# Hint\n:end_tab:\n", 4, "as a chapter's title"),
        ("# T\n\n:begin_tab:`mxnet`\n#### Hint\n:end_tab:\n", 4, "inside a tab block"),
        ("# T\n\n:::{note}\n#### Hint\n:::\n", 4, "inside a directive"),
    ],
)
def test_a_heading_that_folds_nothing_is_reported(text: str, line: int, where: str):
    chapter = read_chapter(text, "a.md", ("mxnet",))
    (problem,) = fold_problems([chapter], TITLES)
    heading = text.split("\n")[line - 1]
    message = f"'{heading}' folds nothing {where}; expected a section's heading"
    assert str(problem) == f"a.md:{line}: {message}"


def test_a_folded_section_is_no_problem():
    assert list(fold_problems([read_chapter("# T\n\n#### Hint\n", "a.md", ())], TITLES)) == []


def test_a_book_reports_them(book: Book):
    (book.root / f"{SECOND}.md").write_text("# T\n\n:::{note}\n## Hint\n:::\n", encoding="utf-8")
    messages = [str(each) for each in read_manuscript(read_book(book.root)).problems()]
    assert any(each.startswith(f"{SECOND}.md:4: '## Hint' folds nothing") for each in messages)


def test_the_setting_is_a_list_of_names(root: Path):
    path = root / "_config.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[Hint, Answer]", "{Hint: yes}"), encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"tabbook_folded.*should be a list of names"):
        read_book(root)


def test_jupyterlab_and_colab_collapse_a_fold_with_code(executed_book: Book):
    notebook = read_notebook(executed_book.root / "notebooks/mxnet/part/second.ipynb")
    assert notebook is not None
    (cell,) = [cell for cell in notebook.cells if cell.source == "#### Answer"]
    assert cell.metadata["jp-MarkdownHeadingCollapsed"] is True
    # Colab knows cells by the ids in their metadata.
    assert notebook.metadata["colab"] == {"collapsed_sections": [cell.metadata.id]}
    assert cell.id == cell.metadata.id


def test_in_exercises_hints_and_answers_are_folded_too(book: Book):
    (draft, *_) = [each for each in read_manuscript(book).exercises if each.tab.name == "mxnet"]
    cells = draft.exercise().cells
    hints = [cell.source for cell in cells if cell.source.startswith("<details><summary>Hint")]
    assert len(hints) == 2
    (answer,) = [cell for cell in cells if cell.source == "#### Answer"]
    assert "jp-MarkdownHeadingCollapsed" in answer.metadata


def page(site: Book) -> Any:
    html = (site.root / f"_build/html/{SECOND}.html").read_text(encoding="utf-8")
    return BeautifulSoup(html, "html.parser")


def test_a_page_folds_hints_and_answers(site: Book):
    folds = page(site).select("details.tabbook-fold")
    assert [fold.summary.get_text(strip=True) for fold in folds] == ["Hint", "Answer", "Hint"]
    hint, answer, _ = folds
    assert "Look at" in hint.get_text()
    assert "print" in answer.select_one(".cell").get_text()
    ids = [element["id"] for element in page(site).select("article [id]")]
    assert len(set(ids)) == len(ids)


def test_questions_are_numbered_and_folds_are_not(site: Book):
    headings = [h.get_text().rstrip("#") for h in page(site).select("article h2, article h3")]
    assert headings[1:4] == ["2.2. Exercises", "2.2.1. A Question", "2.2.2. Another"]
    contents = page(site).select_one(".bd-sidebar-secondary").get_text()
    assert "A Question" in contents
    assert "Hint" not in contents
    assert "Answer" not in contents


def test_a_fold_can_be_referred_to(site: Book):
    (paragraph,) = [p for p in page(site).select("p") if p.get_text().startswith("Why?")]
    assert paragraph.get_text() == "Why? See Hint."
    assert paragraph.a["href"] == "#q-hint"
