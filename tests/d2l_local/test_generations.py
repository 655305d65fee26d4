"""Notebooks as people wrote them for the three generations of the `d2l` package.

Each file of `generations/` is one notebook; `# %% title (n figures)` starts a cell that must end
with n figures. A notebook that says what it found wrong does so by an assertion of its own. What
the library asks of people is done in them: its line comes first, above MXNet's too.
"""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent / "generations").glob("*.py"))
CELL = re.compile(r"^# %% ([^\n]*) \((\d+) figures?\)\n(.*?)(?=^# %%|\Z)", re.M | re.S)
# For speed.
SETTING = """
from d2l_local.common import fashion_mnist
whole = fashion_mnist.load
fashion_mnist.load = lambda train: tuple(a[: 3000 if train else 1000] for a in whole(train))
"""


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_of_its_generation_runs(path, tmp_path):
    cells = CELL.findall(path.read_text(encoding="utf-8"))
    assert len(cells) >= 6
    code = [SETTING, *(source for _, _, source in cells)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in code])
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
    for (title, figures, _), cell in zip(cells, notebook.cells[1:], strict=True):
        shown = sum(output.output_type == "display_data" for output in cell.outputs)
        assert shown == int(figures), title


def test_every_generation_and_framework_has_a_notebook():
    assert [path.stem for path in NOTEBOOKS] == [
        "first_mxnet",
        "functional_mxnet",
        "functional_tensorflow",
        "functional_torch",
        "object_mxnet",
        "object_tensorflow",
        "object_torch",
    ]
