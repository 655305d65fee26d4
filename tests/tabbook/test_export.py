"""`tabbook notebooks PATH --out DIR`: every chapter in every tab, whatever the book is like."""

import shutil
import warnings
from pathlib import Path

import nbformat
import pytest

from tabbook.book.settings import Book
from tabbook.cli import main
from tabbook.notebook.write import read_notebook

FIXTURE = Path(__file__).parent / "fixtures" / "d2lbook"
CHAPTERS = (
    "index",
    "chapter_linear/index",
    "chapter_linear/regression",
    "chapter_linear/only-torch",
    "chapter_preface/index",
    "chapter_preface/bytes",
    "chapter_preface/faults",
    "chapter_preface/references",
)
TABS = ("pytorch", "mxnet", "jax")


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A fresh copy of a book with faults that was made for d2lbook."""
    root = Path(shutil.copytree(FIXTURE, tmp_path / "foreign"))
    (root / "chapter_preface/bytes.md").write_bytes(b"# Bytes\n\nCaf\xe9.\n")
    return root


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def files(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def prose(out: Path, notebook: str) -> str:
    found = read_notebook(out / notebook)
    assert found is not None
    return "\n\n".join(cell.source for cell in found.cells if cell.cell_type == "markdown")


def code(out: Path, notebook: str) -> list[str]:
    found = read_notebook(out / notebook)
    assert found is not None
    return [cell.source for cell in found.cells if cell.cell_type == "code"]


def test_a_notebook_that_was_edited_where_it_was_written_is_left_alone(
    foreign: Path, out: Path, capsys: pytest.CaptureFixture[str]
):
    command = ["notebooks", str(foreign), "--out", str(out)]
    main(command)
    notebook = out / "mxnet/chapter_linear/regression.ipynb"
    written = notebook.read_text(encoding="utf-8")
    notebook.write_text(written.replace("# Regression", "# My Regression"), encoding="utf-8")
    capsys.readouterr()
    main(command)
    assert f"{notebook.as_posix()}: edited since it was made" in capsys.readouterr().err
    assert "My Regression" in notebook.read_text(encoding="utf-8")
    main([*command, "--force"])
    assert notebook.read_text(encoding="utf-8") == written


def test_every_chapter_is_there_in_every_tab(foreign: Path, out: Path):
    main(["notebooks", str(foreign), "--out", str(out)])
    expected = {f"{tab}/{chapter}.ipynb" for tab in TABS for chapter in CHAPTERS}
    assert set(files(out)) == {*expected, "img/neuron.svg", "img/two words.svg"}


def test_notebooks_are_valid_without_a_warning_and_not_executed(foreign: Path, out: Path):
    main(["notebooks", str(foreign), "--out", str(out)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in out.rglob("*.ipynb"):
            notebook = nbformat.read(path, as_version=4)
            nbformat.validate(notebook)
            assert all(not cell.get("outputs") for cell in notebook.cells)
            assert not any(cell.get("execution_count") for cell in notebook.cells)


def test_every_run_writes_the_same(foreign: Path, out: Path, tmp_path: Path):
    for folder in (out, out, tmp_path / "elsewhere" / "deeper"):
        main(["notebooks", str(foreign), "--out", str(folder)])
    assert files(out) == files(tmp_path / "elsewhere" / "deeper")


def test_all_problems_are_reported_together(
    foreign: Path, out: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["notebooks", str(foreign), "--out", str(out)]) == 1
    found = capsys.readouterr().err.splitlines()
    assert found == [
        "chapter_preface/bytes.md:3: not UTF-8: byte 0xe9",
        "chapter_preface/faults.md:1: label 'sec_regression' is also at "
        "chapter_linear/regression.md:2",
        "chapter_preface/faults.md:3: ':cite:`Nobody`' is not in the bibliography",
        "chapter_preface/faults.md:3: ':numref:`sec_regresion`' refers to nothing: there is no "
        "such label; did you mean 'sec_regression'?",
        "chapter_preface/faults.md:5: '```{.python .input}' has no closing fence",
        "chapter_preface/faults.md:6: unknown tab 'pytroch' in '%%tab pytroch'; "
        "did you mean 'pytorch'?",
        "chapter_preface/faults.md:14: ':begin_tab:`mxnet`' has no ':end_tab:' "
        "before the code cell of line 17",
        "chapter_preface/references.md:5: ':bibliography:' names missing.bib; "
        "there is no such file",
        "index.md:10: 'chapter_missing/index': there is no file chapter_missing/index.md",
    ]


def test_chapters_with_problems_are_written_as_far_as_they_go(foreign: Path, out: Path):
    main(["notebooks", str(foreign), "--out", str(out)])
    assert code(out, "jax/chapter_preface/faults.ipynb") == ["good = True"]
    assert "Words that follow." in prose(out, "jax/chapter_preface/faults.ipynb")
    assert "Caf\ufffd" in prose(out, "jax/chapter_preface/bytes.ipynb")


def test_prose_is_readable_and_finds_figures_and_other_notebooks(foreign: Path, out: Path):
    main(["notebooks", str(foreign), "--out", str(out)])
    text = prose(out, "mxnet/chapter_linear/regression.ipynb")
    assert "See [Linear Models](index.ipynb) and Figure 1, (1), Table 1." in text
    assert "(Legendre, 1805) and Kingma and Ba (2014)" in text
    assert '<img src="../../img/neuron.svg" alt="A neuron." width="400">' in text
    assert "![In a list](<../../img/two words.svg>)" in text
    assert "- [Linear Models](chapter_linear/index.ipynb)" in prose(out, "mxnet/index.ipynb")


def test_both_spellings_of_tabs_and_all_branches_are_understood(foreign: Path, out: Path):
    main(["notebooks", str(foreign), "--out", str(out)])
    chapter = "chapter_linear/regression.ipynb"
    model = "class Model:\n    def __init__(self):\n        self.net = "
    assert code(out, f"pytorch/{chapter}") == ["import torch", model + "'torch, jax'"]
    assert code(out, f"mxnet/{chapter}") == ["import mxnet", model + "'mxnet'"]
    assert code(out, f"jax/{chapter}") == [model + "'torch, jax'"]


def test_a_chapter_without_a_cell_for_a_tab_says_so(foreign: Path, out: Path):
    main(["notebooks", str(foreign), "--out", str(out)])
    chapter = "chapter_linear/only-torch.ipynb"
    assert prose(out, f"jax/{chapter}").startswith("*This chapter has no jax version.*\n\n# Only")
    assert prose(out, f"pytorch/{chapter}").startswith("# Only")


def test_a_book_without_tabs_has_every_cell_in_its_only_tab(tmp_path: Path, out: Path):
    (tmp_path / "config.ini").touch()
    fences = "```{.python .input}\n#@tab mine\na\n```\n\n```{.python .input}\nb\n```\n"
    (tmp_path / "index.md").write_text(fences, encoding="utf-8")
    assert main(["notebooks", str(tmp_path), "--out", str(out)]) == 0
    assert code(out, "all/index.ipynb") == ["a", "b"]


def test_our_own_books_are_exported_too(root: Path, out: Path):
    assert main(["notebooks", str(root), "--out", str(out)]) == 0
    chapters = ("index", "part/first", "part/second")
    expected = {
        f"{tab}/{name}.ipynb" for tab in ("pytorch", "tensorflow", "mxnet") for name in chapters
    }
    assert set(files(out)) == expected
    assert "find_spec" in code(out, "mxnet/part/first.ipynb")[0]


def test_a_table_of_contents_with_faults_does_not_stop_an_export(
    root: Path, out: Path, capsys: pytest.CaptureFixture[str]
):
    (root / "chapters/part/third.md").write_text("# Third\n", encoding="utf-8")
    assert main(["notebooks", str(root), "--out", str(out)]) == 1
    assert capsys.readouterr().err == (
        "chapters/part/third.md:1: the chapter is missing from _toc.yml\n"
    )
    assert "mxnet/part/first.ipynb" in files(out)


def test_a_book_may_be_exported_into_itself(foreign: Path):
    before = files(foreign)
    main(["notebooks", str(foreign), "--out", str(foreign)])
    main(["notebooks", str(foreign), "--out", str(foreign)])
    assert before.items() <= files(foreign).items()


def test_executed_notebooks_stay_as_they_are(executed_book: Book, out: Path):
    before = files(executed_book.root)
    main(["notebooks", str(executed_book.root), "--out", str(out)])
    assert files(executed_book.root) == before
