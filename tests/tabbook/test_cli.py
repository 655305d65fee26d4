import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tabbook.book.settings import Book, read_book
from tabbook.cli import main
from tabbook.page.build import are_current, build_pages

FIRST = "chapters/part/first.md"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def contents(root: Path) -> dict[str, str]:
    paths = root.glob("notebooks/**/*.ipynb")
    return {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture
def here(executed_book: Book, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The executed book, as the working directory."""
    monkeypatch.chdir(executed_book.root)
    return executed_book.root


BUILD = """
import sys
from pathlib import Path
sys.path[:0] = PATHS
from tabbook.book.settings import read_book
from tabbook.page.build import build_pages
build_pages(read_book(Path()))
""".replace("PATHS", repr(sys.path))
SETTINGS = """
title: A Small Book
repository: {url: https://github.com/someone/a-book}
sphinx:
  config:
    tabbook_support: lib
    tabbook_tabs: {pytorch: {title: PyTorch, module: torch}, tensorflow: {}, mxnet: {}}
"""


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(
    "more", ["", "    extensions: [jupyter_book, sphinx_comments, sphinx_external_toc]\n"]
)
def test_a_book_that_names_its_tabs_and_nothing_else_has_pages_with_tabs(
    root: Path,
    more: str,
    with_notebooks: Callable[[Book], Book],
):
    (root / "_config.yml").write_text(SETTINGS + more, encoding="utf-8")
    old = root / "_build/html/chapters/part/old.html"
    old.parent.mkdir(parents=True)
    old.touch()
    with_notebooks(read_book(root))
    # Jupyter Book remembers what it was asked to load before in this process.
    done = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=root, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "WARNING" in done.stderr) == (0, False), done.stderr
    assert not old.exists()
    html = (root / "_build/html/chapters/part/first.html").read_text(encoding="utf-8")
    assert 'data-sync-id="tensorflow"' in html
    assert "%%tab" not in html


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("![A cat](nowhere.png)", "nowhere.png"),
        ("```{nowhere}\n```", "nowhere"),
        ('<a href="nowhere.html">Away</a>', "'nowhere.html' is not there"),
    ],
)
def test_what_a_page_names_and_is_not_there_fails_every_build(
    executed_book: Book, with_notebooks: Callable[[Book], Book], text: str, message: str
):
    with (executed_book.root / FIRST).open("a", encoding="utf-8") as chapter:
        chapter.write(f"\n{text}\n")
    with_notebooks(executed_book)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", BUILD],
            cwd=executed_book.root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, message in done.stderr) == (1, True), done.stderr
        assert not are_current(executed_book)


def test_what_is_up_to_date_is_not_executed(here: Path, capsys: pytest.CaptureFixture[str]):
    before = contents(here)
    assert main(["execute"]) == 0
    assert capsys.readouterr().out == "6 of 6 notebooks are up to date\n"
    assert contents(here) == before


def test_an_edit_of_prose_reaches_the_notebooks_without_execution(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    edit(here / FIRST, "A figure:", "Here is a figure:")
    assert main(["execute"]) == 0
    assert capsys.readouterr().out == "6 of 6 notebooks are up to date\n"
    notebook = contents(here)["notebooks/mxnet/part/first.ipynb"]
    assert "Here is a figure:" in notebook
    assert "A drawing by mxnet." in notebook


def test_an_edited_notebook_is_left_alone_until_its_edit_is_in_the_chapter(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    path = "notebooks/mxnet/part/first.ipynb"
    edit(here / path, "Code that one", "My code that one")
    edit(here / FIRST, "A figure:", "Here is a figure:")
    for command in ("notebooks", "execute", "build"):
        assert main([command]) == 1
        assert capsys.readouterr().err == (
            f"{path}: edited since it was made, so it is left as it is: put the change into "
            f"{FIRST}, or let `tabbook notebooks --force` overwrite it\n"
        )
        assert "My code that one" in contents(here)[path]
    assert "Here is a figure:" in contents(here)["notebooks/pytorch/part/first.ipynb"]
    edit(here / path, "A figure:", "Here is a figure:")
    edit(here / FIRST, "Code that one", "My code that one")
    assert main(["execute"]) == 0


def test_an_edited_notebook_that_would_be_executed_is_left_alone_too(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    path = "notebooks/mxnet/part/second.ipynb"
    edit(here / path, "mxnet again", "mxnet for ever")
    assert main(["execute"]) == 1
    assert capsys.readouterr().err.startswith(f"{path}: edited since it was made")
    assert "mxnet for ever" in contents(here)[path]


def test_an_edit_can_be_overwritten(here: Path):
    path = "notebooks/mxnet/part/first.ipynb"
    edit(here / path, "Code that one", "My code that one")
    assert main(["notebooks", "--force"]) == 0
    assert "My code that one" not in contents(here)[path]


def test_a_notebook_that_does_not_say_which_text_it_had_counts_as_made(here: Path):
    path = "notebooks/mxnet/part/first.ipynb"
    edit(here / path, "Code that one", "My code that one")
    edit(here / path, '"text": "', '"other": "')
    assert main(["notebooks"]) == 0
    assert "My code that one" not in contents(here)[path]


def test_an_exercise_that_somebody_works_on_stays_and_is_no_fault(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    path = "exercises/mxnet/part/second.ipynb"
    main(["notebooks"])
    edit(here / path, "# Your experiment", "answer = 42")
    assert main(["notebooks"]) == 0
    assert f"{path} has been worked on" in capsys.readouterr().out
    assert "answer = 42" in (here / path).read_text(encoding="utf-8")


def test_another_notebook_in_the_place_of_one_is_left_alone(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    path = "notebooks/mxnet/part/first.ipynb"
    edit(here / path, "Code that one", "My code that one")
    edit(here / path, '"tabbook": {', '"mine": {')
    assert main(["notebooks"]) == 1
    assert f"{path}: another notebook is there" in capsys.readouterr().err
    assert "My code that one" in contents(here)[path]


def test_two_chapters_cannot_have_one_notebook(here: Path, capsys: pytest.CaptureFixture[str]):
    (here / "part").mkdir()
    (here / "part/first.md").write_text("# Another First\n", encoding="utf-8")
    edit(here / "_toc.yml", "      - file: chapters/part/second\n", "      - file: part/first\n")
    main(["check"])
    said = "part/first.md:1: its notebook would be that of chapters/part/first.md"
    assert said in capsys.readouterr().err


def test_notebooks_of_a_chapter_that_is_only_not_listed_stay(here: Path):
    path = "notebooks/mxnet/part/second.ipynb"
    (here / "guide").mkdir()
    text = (here / "chapters/part/second.md").read_text(encoding="utf-8")
    (here / "guide/second.md").write_text(text, encoding="utf-8")
    edit(here / path, "chapters/part/second.md", "guide/second.md")
    (here / "notebooks/mxnet/guide").mkdir()
    (here / path).rename(here / "notebooks/mxnet/guide/second.ipynb")
    main(["notebooks"])
    assert "notebooks/mxnet/guide/second.ipynb" in contents(here)


def test_what_was_made_from_a_chapter_goes_with_it(here: Path, capsys: pytest.CaptureFixture[str]):
    second = "notebooks/mxnet/part/second.ipynb"
    kept = ["notebooks/pytorch/part/second.ipynb", "notebooks/mxnet/mine.ipynb"]
    (here / kept[1]).write_text(contents(here)[second], encoding="utf-8")
    edit(here / kept[0], "Folded.", "My words.")
    (here / "chapters/part/second.md").unlink()
    edit(here / "_toc.yml", "      - file: chapters/part/second\n", "")
    assert main(["notebooks"]) == 0
    assert f"removed {second}, which no chapter makes any more\n" in capsys.readouterr().out
    assert set(kept) < set(contents(here))
    assert second not in contents(here)
    assert "notebooks/mxnet/part/first.ipynb" in contents(here)


def test_a_run_can_be_narrowed_and_forced(here: Path, capsys: pytest.CaptureFixture[str]):
    chapter = "chapters/part/second.md"
    assert main(["execute", "--force", "--tab", "mxnet", "--jobs", "1", chapter]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == ["0 of 1 notebooks are up to date", f"executing {chapter} (MXNet)"]
    assert len(out) == 3


def test_writing_notebooks_does_not_make_those_current_that_are_not(here: Path):
    library = here / "lib" / "record.py"
    library.write_text(library.read_text(encoding="utf-8") + "CHANGED = True\n", encoding="utf-8")
    assert main(["notebooks"]) == 0
    for text in contents(here).values():
        assert ('"hash": ""' in text) == ("from lib.record import record" in text)


@pytest.mark.parametrize("arguments", [["--tab", "mxnt"], ["chapters/part/frist.md"]])
def test_a_name_without_a_notebook_is_reported(
    here: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert main(["execute", *arguments]) == 1
    assert capsys.readouterr().err == f"{arguments[-1]}: no such chapter or tab\n"


def test_notebooks_are_written_without_execution(here: Path):
    for path in here.glob("notebooks/**/*.ipynb"):
        path.unlink()
    assert main(["notebooks"]) == 0
    notebooks = contents(here)
    assert len(notebooks) == 6
    assert all('"outputs": []' in text for text in notebooks.values())


def test_a_chapter_with_problems_stops_everything(here: Path, capsys: pytest.CaptureFixture[str]):
    before = contents(here)
    edit(here / FIRST, "%%tab mxnet", "%%tab mxnt")
    edit(here / "chapters/part/second.md", "sec_first", "sec_frist")
    for command in (["notebooks"], ["execute"], ["build"], ["check"]):
        assert main(command) == 1
        first, *others = capsys.readouterr().err.splitlines()
        assert first.startswith(f"{FIRST}:31: unknown tab 'mxnt' in '%%tab mxnt'; did you mean")
        assert others
        assert all("second.md:" in other and "sec_frist" in other for other in others)
    assert contents(here) == before


def test_values_that_no_cell_records_are_reported(here: Path, capsys: pytest.CaptureFixture[str]):
    edit(here / FIRST, "`accuracy:.1%`", "`acuracy:.1%`")
    for command in ("check", "execute", "notebooks"):
        assert main([command]) == 1
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 3
        assert all("no cell of" in line and "'acuracy'" in line for line in lines)
        assert lines[0].startswith(f"{FIRST}:4: ")


def test_a_good_book_checks_without_a_word(here: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["check"]) == 0
    assert capsys.readouterr() == ("", "")


def test_numbers_in_prose_are_traced_where_the_book_or_the_reader_asks(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    edit(here / FIRST, "A figure:", "A figure with 0.87:")
    assert main(["check"]) == 0
    assert capsys.readouterr() == ("", "")
    summary = "6 numbers in prose: 2 recorded, 3 computed, 0 in code, 0 declared, 1 unbound\n"
    assert main(["check", "--numbers"]) == 1
    asked = capsys.readouterr()
    assert asked.out == summary
    assert "first.md:64: the number '0.87' is in no code of this section" in asked.err
    edit(
        here / "_config.yml",
        "tabbook_support: lib",
        "tabbook_support: lib\n    tabbook_numbers: true",
    )
    assert main(["check"]) == 1
    assert capsys.readouterr() == asked
    assert main(["execute"]) == 0, "only `check` minds"
    assert main(["execute"]) == 0


def test_outside_a_book_the_message_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 1
    assert "there is no such file" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
def test_build_makes_the_pages_where_something_changed(
    here: Path, capsys: pytest.CaptureFixture[str]
):
    page = here / "_build/html/chapters/part/first.html"
    assert main(["build"]) == 0
    assert "86.1%" in page.read_text(encoding="utf-8")
    before = page.stat().st_mtime_ns
    assert main(["build"]) == 0
    assert "everything is up to date" in capsys.readouterr().out
    assert page.stat().st_mtime_ns == before
    edit(here / FIRST, "A figure:", "Here is a figure:")
    assert main(["build", "--tab", "mxnet"]) == 0
    assert "Here is a figure:" in page.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["build"]) == 0  # The notebooks of the other tabs were left as they were.
    assert "everything is up to date" not in capsys.readouterr().out
    assert main(["build"]) == 0
    assert "everything is up to date" in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
def test_whatever_the_book_is_made_from_makes_it_out_of_date(executed_book: Book):
    assert not are_current(executed_book)
    build_pages(executed_book)
    assert are_current(executed_book)
    for name in (FIRST, "_config.yml", "lib/torch.py", "notebooks/mxnet/part/first.ipynb"):
        path = executed_book.root / name
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        assert not are_current(executed_book), name
        path.write_bytes(before)
        assert are_current(executed_book)
    (executed_book.root / "exercises").mkdir()
    (executed_book.root / "exercises" / "first.ipynb").touch()
    assert not are_current(executed_book)
