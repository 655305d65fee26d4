import os
from pathlib import Path

import nbformat
import pytest
from nbconvert import get_exporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tabbook.notebook.write import (
    PYTHON,
    TOLERANCE,
    carry_outputs,
    make_notebook,
    notebook_text,
    read_notebook,
    write_notebook,
    write_text,
)
from tabbook.text.reader import Cell


def code(source: str, *marks: str) -> Cell:
    return Cell("code", source, 1, marks=frozenset(marks))


def prose(source: str) -> Cell:
    return Cell("markdown", source, 1)


CELLS = [prose("# Title"), code("a = 1"), prose("Text."), code("a = 1"), code("assert a", "check")]


def ids(*cells: Cell) -> list[str]:
    return [cell.id for cell in make_notebook(cells, {}).cells]


def test_equal_cells_make_equal_bytes():
    texts = [notebook_text(make_notebook(CELLS, {"tab": "pytorch"})) for _ in range(2)]
    assert texts[0] == texts[1]
    assert texts[0].endswith("}\n")


def test_a_notebook_is_valid_and_names_no_version_of_this_machine():
    notebook = make_notebook(CELLS, {"tab": "pytorch"})
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.language_info == PYTHON["language_info"]
    assert "version" not in notebook.metadata.language_info
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.tabbook == {"tab": "pytorch"}


def test_an_edit_leaves_the_ids_of_other_cells_alone():
    before = ids(prose("Text."), code("a = 1"), code("b = 2"))
    after = ids(prose("New."), prose("Text, edited."), code("a = 1"), code("b = 2"))
    assert after[-2:] == before[-2:]
    assert after[1] != before[0]


def test_equal_cells_have_different_ids():
    found = ids(code("a = 1"), code("a = 1"), prose("a = 1"))
    assert len(set(found)) == 3


def test_a_cell_keeps_the_tolerance_of_its_figures_unseen():
    cells = [Cell("code", "plot()", 1, tolerance="0.3"), Cell("code", "plot()", 2)]
    wide, usual = make_notebook(cells, {}).cells
    assert (wide.source, wide.metadata) == ("plot()", {TOLERANCE: "0.3"})
    assert usual.metadata == {}


def test_a_check_is_folded_and_tagged():
    metadata = make_notebook(CELLS, {}).cells[-1].metadata
    assert metadata.tags == ["check"]
    assert metadata.jupyter.source_hidden
    assert metadata.cellView == "form"


def executed(*sources: str) -> nbformat.NotebookNode:
    return new_notebook(
        cells=[
            new_code_cell(
                source,
                execution_count=count,
                outputs=[new_output("stream", name="stdout", text=f"{count}\n")],
            )
            for count, source in enumerate(sources, 1)
        ]
    )


def test_outputs_stay_with_their_code_when_prose_and_order_change():
    new = make_notebook([prose("New."), code("b"), code("a"), code("c")], {})
    carry_outputs(executed("a", "b").cells, new.cells)
    assert [cell.execution_count for cell in new.cells[1:]] == [2, 1, None]
    assert new.cells[1].outputs[0].text == "2\n"
    assert new.cells[3].outputs == []


def test_equal_sources_get_their_outputs_in_order():
    new = make_notebook([code("a"), code("a"), code("a")], {})
    carry_outputs(executed("a", "a").cells, new.cells)
    assert [cell.execution_count for cell in new.cells] == [1, 2, None]


def test_a_notebook_survives_writing_and_reading(tmp_path: Path):
    path = tmp_path / "deep" / "a.ipynb"
    write_notebook(executed("print('é')"), path)
    notebook = read_notebook(path)
    assert notebook is not None
    assert notebook.cells[0].source == "print('é')"
    assert notebook_text(notebook) == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [None, "", "not JSON", "{}", "[]", "5"])
def test_what_is_not_a_notebook_is_read_as_none(tmp_path: Path, text: str | None):
    path = tmp_path / "a.ipynb"
    if text is not None:
        path.write_text(text)
    assert read_notebook(path) is None


def test_an_unchanged_notebook_is_not_written_again(tmp_path: Path):
    path = tmp_path / "a.ipynb"
    notebook = executed("a")
    write_notebook(notebook, path)
    os.utime(path, (1, 1))
    write_notebook(notebook, path)
    assert path.stat().st_mtime == 1


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    path = tmp_path / "a.txt"
    write_text("old", path)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        write_text("new", path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_notebook_is_exported_as_a_script_with_its_prose():
    notebook = new_notebook(cells=[new_markdown_cell("# Title"), new_code_cell("x = 1")])
    notebook.metadata.update(PYTHON)
    Script = get_exporter("script")
    text, resources = Script().from_notebook_node(notebook)
    assert resources["output_extension"] == ".py"
    assert "# # Title" in text
    assert "x = 1" in text
