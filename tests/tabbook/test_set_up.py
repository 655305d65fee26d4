"""The cell that makes a notebook run on Colab, tried with a Colab that is not one."""

import importlib.util
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tabbook.book.settings import read_book
from tabbook.notebook.set_up import set_up_cells
from tabbook.text.reader import read_chapter

ROOT = Path(__file__).parents[2]
OURS = read_book(ROOT)
WHEEL = f"https://a.example/d2l_local-1.whl#sha256={'0' * 64}"
GIT = "git+https://github.com/d2l-local/mlp-course@main"
PIP = [sys.executable, "-m", "pip", "install", "-q"]


def set_up(tab: str = "mxnet", text: str = "", **changes: str) -> str:
    book = replace(OURS, **{"wheel": WHEEL, **changes})
    chapter = read_chapter(text, "chapters/a.md", book.tab_names)
    return "".join(cell.source for cell in set_up_cells(book, chapter, book.tab(tab)))


def installed(
    source: str, monkeypatch: pytest.MonkeyPatch, *present: str, stderr: str = ""
) -> list[list[str]]:
    """What pip is asked for when the cell runs where only the modules `present` are there."""
    asked: list[list[str]] = []

    def run(command: list[str], **_: bool) -> subprocess.CompletedProcess[str]:
        assert command[: len(PIP)] == PIP
        asked.append(command[len(PIP) :])
        return subprocess.CompletedProcess(command, int(bool(stderr)), "", stderr)

    with monkeypatch.context() as patch:
        patch.setattr(importlib.util, "find_spec", lambda name: name if name in present else None)
        patch.setattr(subprocess, "run", run)
        exec(source, {})
    return asked


@pytest.fixture
def colab(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))


@pytest.mark.usefixtures("colab")
def test_on_colab_the_library_is_installed_and_mxnet_without_its_dependencies(
    monkeypatch: pytest.MonkeyPatch,
):
    assert installed(set_up("pytorch"), monkeypatch) == [[WHEEL]]
    assert installed(set_up("mxnet"), monkeypatch) == [[WHEEL], ["--no-deps", "mxnet==1.9.1"]]


@pytest.mark.usefixtures("colab")
def test_a_book_without_a_wheel_has_its_library_in_its_repository(monkeypatch: pytest.MonkeyPatch):
    assert installed(set_up("pytorch", wheel=""), monkeypatch) == [[GIT]]


@pytest.mark.usefixtures("colab")
def test_what_pip_says_is_shown_where_it_fails(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(RuntimeError, match="once more; pip said:\nno such host"):
        installed(set_up("pytorch"), monkeypatch, stderr="no such host")


@pytest.mark.usefixtures("colab")
def test_what_is_already_there_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    assert installed(set_up(), monkeypatch, "d2l_local", "mxnet") == []


@pytest.mark.usefixtures("colab")
def test_a_chapter_can_ask_for_more(monkeypatch: pytest.MonkeyPatch):
    text = "```{.python .input}\n%%tab pytorch\n# required_libs(['gym>=0.2', 'x'])\nimport gym\n```"
    asked = installed(set_up("pytorch", text), monkeypatch, "d2l_local")
    assert asked == [["gym>=0.2", "x"]]
    assert installed(set_up("mxnet", text), monkeypatch, "d2l_local", "mxnet") == []


def test_elsewhere_nothing_is_installed(monkeypatch: pytest.MonkeyPatch):
    assert installed(set_up(), monkeypatch) == []


def test_without_a_repository_there_is_no_such_cell():
    assert set_up(repository="") == ""


def test_colab_gets_the_mxnet_that_is_tested_here():
    pinned = [
        line.partition(" ")[0]
        for line in (ROOT / "requirements-nodeps.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith("mxnet")
    ]
    assert dict(OURS.tab("mxnet").colab) == {"mxnet": f"--no-deps {pinned[0]}"}


@pytest.mark.parametrize(
    "wheel", ["d2l.whl", WHEEL.partition("#")[0], WHEEL.replace("https", "http"), WHEEL[:-1]]
)
def test_a_wheel_without_its_hash_is_reported(tmp_path: Path, wheel: str):
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    setting = f"    tabbook_support: d2l_local\n    tabbook_wheel: {wheel}\n"
    config = re.sub(r" *tabbook_wheel: .*\n", "", config)
    config = config.replace("    tabbook_support: d2l_local\n", setting)
    (tmp_path / "_config.yml").write_text(config, encoding="utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: index\n", encoding="utf-8")
    (tmp_path / "index.md").write_text("# A\n", encoding="utf-8")
    (problem,) = read_book(tmp_path).problems
    line = config[: config.index("tabbook_wheel")].count("\n") + 1
    assert str(problem).startswith(f"_config.yml:{line}: tabbook_wheel should be an address")
