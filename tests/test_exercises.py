"""The notebooks that leave the solution to the reader, before there is one."""

import ast
from pathlib import Path

import pytest

from d2l_local.lab.expectations import EXERCISES
from d2l_local.lab.self_check import self_check
from tabbook.book.settings import read_book
from tabbook.notebook.solutions import without_solution
from tabbook.text.reader import read_chapter
from tabbook.text.select import select

ROOT = Path(__file__).parents[1]
BOOK = read_book(ROOT)
CHAPTERS = [
    path
    for path in sorted((ROOT / "chapters").glob("**/*.md"))
    if f"\n## {BOOK.solution}\n" in path.read_text(encoding="utf-8")
]


class D2L:
    """The one name of a face that a self-check needs."""

    self_check = staticmethod(self_check)


EXERCISES_OF_TABS = [
    pytest.param(path, tab.name, id=f"{path.stem}-{tab.name}")
    for path in CHAPTERS
    for tab in BOOK.tabs
    if tab.covers(path.relative_to(BOOK.root).as_posix())
]


def code_of_exercise(path: Path, tab: str) -> list[str]:
    chapter = read_chapter(path.read_text(encoding="utf-8"), path.name, BOOK.tab_names)
    cells = select(chapter, tab)
    return [cell.source for cell in without_solution(cells, BOOK.solution) if cell.kind == "code"]


def left_open(code: list[str]) -> dict[str, object]:
    """The names that the starting cells assign `...` to."""
    statements = [node for source in code for node in ast.parse(source).body]
    return {
        target.id: ...
        for node in statements
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == "..."
        for target in node.targets
        if isinstance(target, ast.Name)
    }


@pytest.mark.parametrize(("path", "tab"), EXERCISES_OF_TABS)
def test_a_check_that_is_run_too_early_says_that_nothing_is_there_yet(path, tab, capsys):
    code = code_of_exercise(path, tab)
    exec(code[-1], {"d2l": D2L, **left_open(code)})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 1
    assert all(line.startswith("… ") and line.endswith(": no value yet") for line in lines)


def test_each_expectation_belongs_to_an_exercise():
    checks = [code_of_exercise(*param.values)[-1] for param in EXERCISES_OF_TABS]
    for name in EXERCISES:
        assert any(f"d2l.self_check('{name}'" in check for check in checks), name
