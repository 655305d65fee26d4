from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import pytest
from nbformat import NotebookNode

import tabbook.notebook.draft
from tabbook.book.settings import Book, read_book
from tabbook.notebook.draft import Draft, installed_versions
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.write import TOLERANCE, code_cells, notebook_text
from tabbook.problems import ProblemsError


def draft(root: Path, tab: str, chapter: str = "chapters/part/first.md") -> Draft:
    drafts = read_manuscript(read_book(root)).drafts
    return next(each for each in drafts if (each.tab.name, each.chapter.path) == (tab, chapter))


def stale_tabs(root: Path, edited: Path, text: str) -> set[str]:
    """The tabs whose executed notebook an edit makes out of date."""
    tabs = read_book(root).tab_names
    executed = {tab: draft(root, tab).notebook() for tab in tabs}
    for notebook in executed.values():
        for count, cell in enumerate(code_cells(notebook), 1):
            cell.execution_count = count
    assert not any(draft(root, tab).is_stale(executed[tab]) for tab in tabs)
    edited.parent.mkdir(exist_ok=True)
    edited.write_text(text, encoding="utf-8")
    return {tab for tab in tabs if draft(root, tab).is_stale(executed[tab])}


def edited_chapter(root: Path, old: str, new: str) -> tuple[Path, str]:
    path = root / "chapters/part/first.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    return path, text.replace(old, new)


def test_a_chapter_has_a_draft_for_each_tab_with_code(book: Book):
    names = [each.name for each in read_manuscript(book).drafts]
    assert names == [
        f"chapters/part/{chapter}.md ({tab})"
        for chapter in ("first", "second")
        for tab in ("PyTorch", "TensorFlow", "MXNet")
    ]


def test_prose_edits_need_no_execution(root: Path):
    path, text = edited_chapter(root, "A figure:", "An edited figure:")
    assert stale_tabs(root, path, text) == set()


def test_a_tolerance_needs_no_execution_and_stands_in_the_notebook(root: Path):
    path, text = edited_chapter(root, "1 + 1", "#@tol 0.3\n1 + 1")
    assert stale_tabs(root, path, text) == set()
    said = [cell.metadata.get(TOLERANCE) for cell in code_cells(draft(root, "pytorch").notebook())]
    assert [each for each in said if each] == ["0.3"]


def test_a_tolerance_that_the_chapter_does_not_have_is_not_that_of_its_notebook(root: Path):
    committed = draft(root, "pytorch").notebook()
    code_cells(committed)[-1].metadata[TOLERANCE] = "0.5"
    assert notebook_text(draft(root, "pytorch").notebook(committed)) != notebook_text(committed)


def test_what_colab_installs_needs_no_execution(root: Path):
    path = root / "_config.yml"
    text = path.read_text(encoding="utf-8").replace("branch: trunk", "branch: other")
    assert stale_tabs(root, path, text) == set()
    assert "@other" in draft(root, "mxnet").cells[0].source


def test_what_colab_installs_counts_as_run_if_it_was(root: Path):
    committed = draft(root, "mxnet").notebook()
    for count, cell in enumerate(code_cells(committed), 1):
        cell.execution_count = count
    path = root / "_config.yml"
    text = path.read_text(encoding="utf-8").replace("branch: trunk", "branch: other")
    path.write_text(text, encoding="utf-8")
    new = draft(root, "mxnet").notebook(committed)
    assert "@other" in new.cells[0].source
    assert [cell.execution_count for cell in code_cells(new)] == [
        cell.execution_count for cell in code_cells(committed)
    ]


def test_every_notebook_starts_with_its_set_up(book: Book):
    for each in read_manuscript(book).drafts:
        first = each.notebook().cells[0]
        assert "google.colab" in first.source
        assert first.metadata.tags == ["remove-cell"]


def test_a_chapter_without_code_has_a_notebook_but_nothing_to_execute(book: Book):
    manuscript = read_manuscript(book)
    index = [each for each in manuscript.all_drafts if each.chapter.path == "index.md"]
    assert [each.tab.name for each in index] == ["pytorch", "tensorflow", "mxnet"]
    assert not any(each in manuscript.drafts for each in index)
    assert index[0].blank().cells[0].source.startswith("# A Small Book\n\nRead on.")


def test_an_edit_of_one_tabs_code_concerns_that_tab(root: Path):
    path, text = edited_chapter(root, "accuracy = 0.853", "accuracy = 0.854")
    assert stale_tabs(root, path, text) == {"pytorch"}


LIBRARY = {
    "__init__.py": "",
    "torch/__init__.py": "from lib.torch.model import Net",
    "torch/model.py": "class Net: pass",
    "tensorflow.py": "import lib.board\nfrom .common import loader",
    "mxnet.py": 'import importlib\nfigures = importlib.import_module("lib.figures")',
    "board.py": "from lib.common import shapes\nshapes.check()",
    "common/__init__.py": "",
    "common/loader.py": "",
    "common/shapes.py": "def check():\n    pass",
    "figures.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import lib.types",
    "types.py": "",
    "collect.py": "",
}


def write_library(root: Path) -> Path:
    for name, text in LIBRARY.items():
        path = root / "lib" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root / "lib"


@pytest.mark.parametrize(
    ("file", "tabs"),
    [
        ("torch/__init__.py", {"pytorch"}),
        ("torch/model.py", {"pytorch"}),
        ("torch/new.py", {"pytorch"}),
        ("mxnet.py", {"mxnet"}),
        ("common/loader.py", {"tensorflow"}),
        ("common/shapes.py", {"tensorflow"}),
        ("common/__init__.py", {"tensorflow"}),
        ("figures.py", {"mxnet"}),
        ("types.py", set()),
        ("collect.py", set()),
        ("__init__.py", {"pytorch", "tensorflow", "mxnet"}),
    ],
)
def test_an_edit_of_the_support_library_concerns_the_tabs_that_run_it(
    root: Path, file: str, tabs: set[str]
):
    path = write_library(root) / file
    assert stale_tabs(root, path, LIBRARY.get(file, "") + "\nedited = True\n") == tabs


TYPES = "from typing import TYPE_CHECKING\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('class Net:\n    """A network."""', 'class Net:\n    """Another text."""'),
        ("class Net: pass", "class Net:  # Nothing yet.\n\n    pass"),
        ("class Net: pass", '"""Models."""\n\nclass Net: pass'),
        (f"{TYPES}class Net: pass", f"{TYPES}if TYPE_CHECKING:\n    import os\nclass Net: pass"),
    ],
)
def test_docstrings_and_comments_of_the_support_library_need_no_execution(
    root: Path, before: str, after: str
):
    path = write_library(root) / "torch" / "model.py"
    path.write_text(before, encoding="utf-8")
    assert stale_tabs(root, path, after) == set()


def test_a_module_of_the_support_library_that_is_no_python_is_named(root: Path):
    path = write_library(root) / "torch" / "model.py"
    path.write_text("class Net:\n    def forward(self:\n", encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"^lib/torch/model\.py:2: not Python: "):
        draft(root, "pytorch").notebook()
    draft(root, "mxnet").notebook()


@pytest.mark.parametrize(
    "cell", ["from lib import collect", "%matplotlib inline\nimport lib.collect"]
)
def test_what_a_chapter_imports_of_the_support_library_is_run_by_it(root: Path, cell: str):
    path = write_library(root) / "collect.py"
    assert stale_tabs(root, path, "edited = True\n") == set()
    chapter, text = edited_chapter(root, "accuracy = 0.853", f"{cell}\naccuracy = 0.853")
    chapter.write_text(text, encoding="utf-8")
    assert stale_tabs(root, path, "edited = 1\n") == {"pytorch"}


def test_new_data_of_the_support_library_concern_the_notebooks_that_name_them(root: Path):
    path = root / "lib" / "results" / "torch" / "width.json"
    path.parent.mkdir(parents=True)
    path.write_text("[1]")
    assert stale_tabs(root, path, "[2]") == set()
    chapter, text = edited_chapter(root, "accuracy = 0.853", "accuracy = len('width')")
    chapter.write_text(text, encoding="utf-8")
    assert stale_tabs(root, path, "[3]") == {"pytorch"}


@pytest.mark.parametrize("package", ["torch", "numpy"])
def test_another_version_makes_a_notebook_stale(
    root: Path, package: str, monkeypatch: pytest.MonkeyPatch
):
    installed = {"torch": "2.13.0", "numpy": "2.4.6"}
    monkeypatch.setattr(tabbook.notebook.draft, "installed_versions", lambda book, tab: installed)
    executed = executed_notebook(root)
    assert not draft(root, "pytorch").is_stale(executed)
    installed[package] = "9.0"
    assert draft(root, "pytorch").is_stale(executed)
    installed[package] = ""  # Where it is not installed, the notebook's own word is taken.
    assert not draft(root, "pytorch").is_stale(executed)


def executed_notebook(root: Path) -> NotebookNode:
    notebook = draft(root, "pytorch").notebook()
    for cell in code_cells(notebook):
        cell.execution_count = 1
    return notebook


def test_a_notebook_that_was_never_executed_is_stale(root: Path):
    unexecuted = draft(root, "pytorch")
    assert unexecuted.is_stale(None)
    assert unexecuted.is_stale(unexecuted.notebook())


def test_the_build_of_a_version_does_not_matter(book: Book, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tabbook.notebook.draft, "version", lambda package: "2.13.0+cpu")
    tab = tabbook.notebook.draft.Tab("pytorch", "PyTorch", "torch", ("torch",))
    assert installed_versions(book, tab) == {"torch": "2.13.0"}


def test_a_tab_can_have_several_packages_that_provide_it(book: Book):
    book = replace(book, packages=("pluggy", "no-such-y"))
    tab = tabbook.notebook.draft.Tab(
        "tensorflow", "TensorFlow", "tensorflow", ("no-such-x", "pytest")
    )
    versions = {"pluggy": version("pluggy"), "no-such-y": ""}
    assert installed_versions(book, tab) == {"no-such-x": pytest.__version__, **versions}
    missing = tabbook.notebook.draft.Tab("tensorflow", "TensorFlow", "tensorflow", ("no-such-x",))
    assert installed_versions(book, missing) == {"no-such-x": "", **versions}


def test_a_problem_is_told_at_the_chapters_line(root: Path):
    lines = (root / "chapters/part/first.md").read_text(encoding="utf-8").splitlines()
    pytorch = draft(root, "pytorch")
    index = next(n for n, cell in enumerate(pytorch.cells) if "0.853" in cell.source)
    problem = pytorch.problem(index, 2, "broken")
    assert lines[problem.line - 1] == "accuracy = 0.853"
    assert str(problem) == f"chapters/part/first.md:{problem.line}: PyTorch: broken"
