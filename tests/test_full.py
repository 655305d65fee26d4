"""The settings of `benchmarks/full.py` fit the exercises, and what it stored was made with them."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).parents[1]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("full", ROOT / "benchmarks" / "full.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


full = load()
RUNS = [
    pytest.param(exercise, tab, id=f"{exercise}-{tab.name}")
    for exercise in full.SETTINGS
    for tab in full.tabs_of(exercise)
]


@pytest.mark.parametrize(("exercise", "tab"), RUNS)
def test_a_notebook_has_the_names_that_are_set_before_its_runs(exercise, tab):
    notebook = nbformat.read(full.notebook_of(exercise, tab), as_version=4)
    setting = full.cell_that_assigns(notebook, set(full.SETTINGS[exercise]))
    assert setting < full.cell_that_assigns(notebook, {"runs"})


@pytest.mark.parametrize(("exercise", "tab"), RUNS)
def test_stored_results_name_the_command_and_the_setting_that_made_them(exercise, tab):
    stored = json.loads(full.path_of(tab.module, exercise).read_text(encoding="utf-8"))
    assert stored["command"] == f"python benchmarks/full.py {exercise} {tab.name}"
    assert stored["setting"] == full.SETTINGS[exercise]
    assert stored["runs"]


def test_every_stored_result_has_a_setting():
    stored = {path.stem for path in (ROOT / "d2l_local" / "results").glob("*/*.json")}
    assert stored == set(full.SETTINGS)


def test_a_setting_counts_from_the_line_that_assigns_it():
    source = "A, EPOCHS = [\n    1], 2  # few\ndata = load(A)"
    assert full.with_setting(source, {"A": [3, 4], "EPOCHS": 9}) == (
        "A, EPOCHS = [\n    1], 2  # few\nA = [3, 4]\nEPOCHS = 9\ndata = load(A)"
    )


def test_the_last_cell_of_code_that_assigns_all_names_is_meant():
    cells = [new_markdown_cell("A = 1"), new_code_cell("A = 1"), new_code_cell("%time A, B = 1, 2")]
    cells += [new_code_cell("A = B = 3"), new_code_cell("A = 4"), new_markdown_cell("A = B = 5")]
    notebook = new_notebook(cells=cells)
    assert full.cell_that_assigns(notebook, {"A"}) == 4
    assert full.cell_that_assigns(notebook, {"A", "B"}) == 3
    with pytest.raises(SystemExit, match="no cell assigns A, C"):
        full.cell_that_assigns(notebook, {"C", "A"})
