import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tabbook.notebook.values import MIME_TYPE, Value, recorded_values


def output(name: str, number: float, tolerance: float | None = None) -> nbformat.NotebookNode:
    data = {MIME_TYPE: {"name": name, "value": number, "tol": tolerance}, "text/plain": "…"}
    return new_output("display_data", data=data)


def test_values_are_read_from_all_cells_of_a_notebook():
    notebook = new_notebook(
        cells=[
            new_code_cell("", outputs=[output("a", 1), new_output("stream", text="a = 7")]),
            new_code_cell("", outputs=[output("b", 0.5, 0.1)]),
        ]
    )
    assert recorded_values(notebook.cells) == {"a": Value("a", 1, None), "b": Value("b", 0.5, 0.1)}


def test_the_last_recording_of_a_name_counts():
    cells = [new_code_cell("", outputs=[output("a", number)]) for number in (1, 2)]
    assert recorded_values(cells)["a"].number == 2


@pytest.mark.parametrize(
    ("old", "tolerance", "new", "accepted"),
    [
        (0.85, 0.02, 0.8699, True),
        (0.85, 0.02, 0.8799, False),
        (0.85, 0.02, 0.8201, False),
        (3.0, None, 3.000001, True),
        (3.0, None, 3.00001, False),
        (0, None, 0, True),
        (0, None, 1, False),
    ],
)
def test_a_number_is_accepted_within_its_tolerance(
    old: float, tolerance: float | None, new: float, accepted: bool
):
    assert Value("a", old, tolerance).accepts(new) is accepted
