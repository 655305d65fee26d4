"""The cell that makes a notebook run on Colab, tried with a Colab that is not one."""

import ast
import importlib.util
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from tabbook.book.settings import Book, read_book
from tabbook.notebook.set_up import set_up_cells
from tabbook.text.reader import read_chapter

ROOT = Path(__file__).parents[2]
OURS = read_book(ROOT)
SUPPORT = "git+https://github.com/d2l-local/mlp-course@main"


def set_up(tab: str = "mxnet", text: str = "", book: Book = OURS) -> str:
    chapter = read_chapter(text, "chapters/a.md", book.tab_names)
    return "".join(cell.source for cell in set_up_cells(book, chapter, book.tab(tab)))


def installed(source: str, monkeypatch: pytest.MonkeyPatch, *present: str) -> list[str]:
    """What pip is asked for when the cell runs where only the modules `present` are there."""
    asked: list[str] = []

    class Shell:
        def run_line_magic(self, name: str, line: str) -> None:
            asked.append(f"{name} {line}")

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in present else None)
    code = TransformerManager().transform_cell(source)
    exec(code, {"get_ipython": Shell})
    return asked


@pytest.fixture
def colab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))


@pytest.mark.usefixtures("colab")
def test_on_colab_the_library_is_installed_and_mxnet_without_its_dependencies(
    monkeypatch: pytest.MonkeyPatch,
):
    library = f"pip install -q {SUPPORT}"
    assert installed(set_up("pytorch"), monkeypatch) == [library]
    assert installed(set_up("mxnet"), monkeypatch) == [
        library,
        "pip install -q --no-deps mxnet==1.9.1",
    ]


@pytest.mark.usefixtures("colab")
def test_what_is_already_there_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    assert installed(set_up(), monkeypatch, "d2l_local", "mxnet") == []


@pytest.mark.usefixtures("colab")
def test_a_chapter_can_ask_for_more(monkeypatch: pytest.MonkeyPatch):
    text = "```{.python .input}\n%%tab pytorch\n# required_libs(['gym>=0.2', 'x'])\nimport gym\n```"
    asked = installed(set_up("pytorch", text), monkeypatch, "d2l_local")
    assert asked == ["pip install -q 'gym>=0.2' x"]
    assert installed(set_up("mxnet", text), monkeypatch, "d2l_local", "mxnet") == []


def test_a_script_of_the_notebook_is_python(monkeypatch: pytest.MonkeyPatch):
    text = "```{.python .input}\n%%tab mxnet\n# required_libs(['x'])\nimport x\n```"
    lines = set_up("mxnet", text).splitlines()
    # As jupytext does it.
    script = "\n".join(f"# {line}" if line.lstrip().startswith("%") else line for line in lines)
    assert exec(script, {}) is None
    assert ast.parse(script).body[-1].body[-1].lineno == len(lines)


def test_elsewhere_nothing_is_installed(monkeypatch: pytest.MonkeyPatch):
    assert installed(set_up(), monkeypatch) == []


def test_without_a_repository_there_is_no_such_cell():
    assert set_up(book=replace(OURS, repository="")) == ""


def test_colab_gets_the_mxnet_that_is_tested_here():
    pinned = [
        line.partition(" ")[0]
        for line in (ROOT / "requirements-nodeps.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith("mxnet")
    ]
    assert dict(OURS.tab("mxnet").colab) == {"mxnet": f"--no-deps {pinned[0]}"}
