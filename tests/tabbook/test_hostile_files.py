"""Files that cannot be used are said to be so, by name; nobody sees a traceback."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tabbook import __main__ as process
from tabbook.book.settings import Book, read_book
from tabbook.cli import main
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.support import support_library
from tabbook.notebook.values import MIME_TYPE
from tabbook.run.execute import DURATIONS, execute

FIRST = "chapters/part/first.md"
NOTEBOOK = "notebooks/pytorch/part/first.ipynb"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def here(executed_book: Book, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The executed book, as the working directory."""
    monkeypatch.chdir(executed_book.root)
    return executed_book.root


def make_folder(path: Path) -> None:
    path.mkdir()


def make_loop(path: Path) -> None:
    path.symlink_to(path.name)


def make_binary(path: Path) -> None:
    path.write_bytes(b"\xff\x00\x81")


@pytest.mark.parametrize("make", [make_folder, make_loop, make_binary])
@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml", FIRST, "lib/common.py"])
def test_what_is_no_file_is_named(
    here: Path, name: str, make: Callable[[Path], None], capsys: Captured
) -> None:
    (here / name).unlink(missing_ok=True)
    make(here / name)
    status = main(["check"])
    messages = capsys.readouterr().err
    # A module that nothing is run from is left out.
    assert status == 0 or name.removesuffix(".md") in messages


@pytest.mark.parametrize(
    "folder",
    ["nowhere", "_config.yml", "a" * 300],
)
def test_a_folder_that_is_none_is_named(here: Path, folder: str, capsys: Captured) -> None:
    assert main(["check", folder]) == 1
    assert capsys.readouterr().err == f"{folder}: there is no such folder\n"


@pytest.mark.parametrize("target", ["_config.yml", "_config.yml/inside", "a" * 300])
def test_a_folder_that_cannot_be_written_is_named(
    here: Path, target: str, capsys: Captured
) -> None:
    assert main(["notebooks", "--out", target]) == 1
    assert capsys.readouterr().err.startswith(f"{target}/pytorch")


def full(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), NOTEBOOK)


def test_a_full_disk_is_said_to_be_full(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    (here / NOTEBOOK).unlink()
    monkeypatch.setattr("tabbook.notebook.write.os.replace", full)
    assert main(["notebooks"]) == 1
    message = f"{NOTEBOOK}: cannot be used: No space left on device\n"
    assert capsys.readouterr().err == message


def test_a_notebook_that_cannot_be_written_keeps_no_other_from_it(here: Path) -> None:
    (here / NOTEBOOK).unlink()
    (here / NOTEBOOK).mkdir()
    drafts = [draft for draft in read_manuscript(read_book(here)).drafts if "Py" in draft.name]
    problems = execute(drafts, jobs=1)
    assert [Path(problem.path) for problem in problems] == [here / NOTEBOOK]
    assert problems[0].message == "cannot be used: Is a directory"


@pytest.mark.parametrize(
    "text",
    ["null", "[]", '{"a": null, "b": -1, "c": "x", "d": NaN, "e": Infinity}', "\ud800"],
)
def test_durations_that_are_none_are_forgotten(here: Path, text: str) -> None:
    path = here / DURATIONS
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    drafts = read_manuscript(read_book(here)).drafts[-1:]
    assert execute(drafts, jobs=1) == []
    assert list(json.loads(path.read_text(encoding="utf-8"))) == [drafts[0].name]


def output(**data: object) -> list[dict[str, object]]:
    return [{"output_type": "display_data", "metadata": {}, "data": data}]


def code(outputs: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "source": "", "outputs": outputs}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cells", 5),
        ("cells", [5]),
        ("cells", [{}]),
        ("cells", [code(None)]),
        ("cells", [code([5])]),
        ("cells", [code([{"data": 5}])]),
        ("cells", [code(output(**{MIME_TYPE: 5}))]),
        ("metadata", []),
        ("metadata", {"tabbook": 5}),
        ("nbformat", "x"),
    ],
)
def test_a_notebook_of_another_form_is_out_of_date_and_written_anew(
    here: Path, key: str, value: object
) -> None:
    notebook = json.loads((here / NOTEBOOK).read_text(encoding="utf-8"))
    (here / NOTEBOOK).write_text(json.dumps(notebook | {key: value}), encoding="utf-8")
    assert main(["check"]) == 0
    assert main(["notebooks"]) == 0
    assert json.loads((here / NOTEBOOK).read_text(encoding="utf-8"))["cells"][0]["source"]


@pytest.mark.parametrize("content", [b"[]", b"null", b"", b"\xff\x00\x81"])
def test_a_file_that_is_no_notebook_is_written_anew(here: Path, content: bytes) -> None:
    (here / NOTEBOOK).write_bytes(content)
    assert main(["notebooks"]) == 0
    assert json.loads((here / NOTEBOOK).read_text(encoding="utf-8"))["nbformat"] == 4


def test_an_output_that_is_none_is_reported(here: Path, capsys: Captured) -> None:
    text = (here / NOTEBOOK).read_text(encoding="utf-8")
    assert '"output_type": "stream"' in text
    text = text.replace('"output_type": "stream"', '"output_type": "steam"')
    (here / NOTEBOOK).write_text(text + " ", encoding="utf-8")
    (here / FIRST).write_text((here / FIRST).read_text("utf-8") + "\nMore.\n", encoding="utf-8")
    assert main(["notebooks"]) == 1
    assert capsys.readouterr().err.startswith(f"{NOTEBOOK}: it would be no notebook")


def test_a_bibliography_whose_name_is_too_long_is_reported_at_its_line(
    here: Path, capsys: Captured
) -> None:
    path = here / "index.md"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, "", f":bibliography:`{'a' * 300}`", ""]), encoding="utf-8")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.startswith(f"index.md:{len(lines) + 2}: ")


@pytest.mark.parametrize("name", ["_config.yml", "_toc.yml"])
@pytest.mark.parametrize("text", ["2026-99-99", "[" * 3000, "format: jb-book\nroot: " + "a" * 300])
def test_yaml_that_python_cannot_hold_is_reported(
    here: Path, name: str, text: str, capsys: Captured
) -> None:
    (here / name).write_text(text, encoding="utf-8")
    assert main(["check"]) == 1
    assert name in capsys.readouterr().err


def test_copies_that_jupyter_keeps_change_nothing(here: Path) -> None:
    book = read_book(here)
    before = [draft.notebook() for draft in read_manuscript(book).drafts]
    for folder in ("chapters/part", "lib", "lib/torch", "notebooks/pytorch/part"):
        copies = here / folder / ".ipynb_checkpoints"
        copies.mkdir(parents=True)
        for name in ("first-checkpoint.md", "copy.py", "results.json", "first.ipynb"):
            (copies / name).write_text("not (", encoding="utf-8")
    assert main(["check"]) == 0
    assert [draft.notebook() for draft in read_manuscript(read_book(here)).drafts] == before
    assert not any("checkpoints" in name for name in support_library(book)["pytorch"].modules)


def run_with(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> int:
    """The status of a process whose command line is imported in vain."""

    class Failing(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise error

    monkeypatch.setitem(sys.modules, "tabbook.cli", Failing("tabbook.cli"))
    return process.main()


def test_an_interrupt_while_it_starts_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run_with(monkeypatch, KeyboardInterrupt()) == 130
    assert capsys.readouterr().err.startswith("interrupted")


def test_a_package_that_is_missing_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    assert run_with(monkeypatch, ModuleNotFoundError(name="jupyter_book")) == 1
    message = f"jupyter_book is not installed, which tabbook needs: {process.INSTALL}\n"
    assert capsys.readouterr().err == message


def test_the_command_that_installs_it_is_that_of_the_guide() -> None:
    guide = Path(__file__).parents[2] / "CONTRIBUTING.md"
    assert f"`{process.INSTALL}`" in guide.read_text(encoding="utf-8")


def test_a_reader_that_goes_away_is_no_traceback(here: Path) -> None:
    (here / FIRST).write_text(":numref:`x`\n\n" * 20_000, encoding="utf-8")
    command = f"{sys.executable} -m tabbook check 2>&1 | head -1"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    shell = subprocess.run(
        ["bash", "-c", command], cwd=here, env=environment, capture_output=True, text=True
    )
    assert shell.stdout.count("\n") == 1
    assert shell.stderr == ""
