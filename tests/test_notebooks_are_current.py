"""The committed notebooks are exactly what the chapters produce, and the chapters are in order."""

from pathlib import Path

import pytest

from tabbook.book.settings import EXERCISES, read_book
from tabbook.cli import main
from tabbook.notebook.draft import Draft
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.write import SET_UP, notebook_text, read_notebook

ROOT = Path(__file__).parents[1]
NOT_ON_THE_PAGE = {"check", SET_UP}
WIDTH = 88  # characters: tabbook.css makes them fit on a screen of 1280 pixels
MANUSCRIPT = read_manuscript(read_book(ROOT))


@pytest.mark.parametrize("draft", MANUSCRIPT.drafts, ids=lambda draft: draft.path.as_posix())
def test_the_notebook_is_what_its_chapter_produces(draft: Draft):
    path = ROOT / draft.path
    committed = read_notebook(path)
    assert committed is not None, f"{draft.path} is not there: run `tabbook execute`"
    assert not draft.is_stale(committed), f"{draft.path} is out of date: run `tabbook execute`"
    # Cells, ids, metadata and the values in the prose; the outputs are the notebook's own.
    expected = notebook_text(draft.notebook(committed))
    assert path.read_text(encoding="utf-8") == expected, "run `tabbook notebooks`"


@pytest.mark.parametrize(
    "draft", MANUSCRIPT.exercises, ids=lambda draft: f"{draft.tab.name}/{draft.chapter.path}"
)
def test_the_exercise_is_its_chapter_without_the_solution(draft: Draft):
    path = ROOT / MANUSCRIPT.book.exercise(draft.tab, draft.chapter.path)
    assert path.is_file(), "run `tabbook notebooks`"
    assert path.read_text(encoding="utf-8") == notebook_text(draft.exercise())


def test_there_is_no_exercise_without_a_chapter():
    book = MANUSCRIPT.book
    expected = {book.exercise(draft.tab, draft.chapter.path) for draft in MANUSCRIPT.exercises}
    committed = {path.relative_to(ROOT) for path in (ROOT / EXERCISES).rglob("*.ipynb")}
    assert {path for path in committed if ".ipynb_checkpoints" not in path.parts} == expected


def test_there_is_no_notebook_without_a_chapter():
    expected = {draft.path for draft in MANUSCRIPT.drafts}
    committed = {path.relative_to(ROOT) for path in (ROOT / "notebooks").rglob("*.ipynb")}
    assert {path for path in committed if ".ipynb_checkpoints" not in path.parts} == expected


def test_code_on_a_page_does_not_have_to_be_scrolled():
    lines = {
        str(draft.problem(index, line, f"{len(text)} characters: {text}"))
        for draft in MANUSCRIPT.drafts
        for index, cell in enumerate(draft.cells)
        if cell.kind == "code" and cell.marks.isdisjoint(NOT_ON_THE_PAGE)
        for line, text in enumerate(cell.source.split("\n"), 1)
        if len(text) > WIDTH
    }
    assert "\n".join(sorted(lines)) == ""


def test_the_text_has_no_problems(capsys: pytest.CaptureFixture[str]):
    """Its numbers come from somewhere, too, and its checks are those of the list."""
    status = main(["check", str(ROOT)])
    said = capsys.readouterr()
    assert (status, said.err) == (0, "")
    assert said.out.endswith(" 0 unbound\n")
