import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tabbook.notebook.values import MIME_TYPE
from tabbook.notebook.write import write_notebook

FACTS = {"tabbook": {"chapter": "chapters/part/first.md", "tab": "mxnet"}}


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def result(text: str) -> NotebookNode:
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def value(number: float, tolerance: float | None = 0.02, name: str = "acc") -> NotebookNode:
    data = {MIME_TYPE: {"name": name, "value": number, "tol": tolerance}}
    return new_output("display_data", data={**data, "text/plain": f"{name} = {number}"})


def nbval(root: Path, cells: Iterable[tuple[str, list[NotebookNode]]]) -> str:
    """Write a notebook into a book and let pytest execute it again; return its report."""
    notebook = new_notebook(
        cells=[
            new_code_cell(source, outputs=outputs, execution_count=count)
            for count, (source, outputs) in enumerate(cells, 1)
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}, **FACTS},
    )
    write_notebook(notebook, root / "notebooks/mxnet/part/first.ipynb")
    (root / "pytest.ini").write_text("[pytest]\n")
    options = ["-p", "tabbook.nbval_plugin", "-p", "no:cacheprovider", "--color=no", "--nbval"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "notebooks"],
        cwd=root,
        capture_output=True,
        text=True,
    )
    return run.stdout


def test_the_cells_after_a_dead_kernel_fail_at_once(root: Path):
    report = nbval(root, [("import os\nos._exit(1)", []), ("1", [result("1")])])
    assert "the kernel died in this cell" in report
    assert "Not executed: an earlier cell took the kernel with it" in report
    assert "2 failed" in report


RECORD = "from lib.record import record\nrecord(acc=0.85, tol=0.02)"


def test_a_notebook_that_reproduces_passes(root: Path):
    shadow = "from IPython.display import clear_output\nprint(1)\nclear_output()\nprint(2)"
    report = nbval(root, [(RECORD, [value(0.86)]), (shadow, [stream("2\n")])])
    assert "2 passed" in report


def test_an_output_that_was_replaced_is_compared_as_it_is_in_the_end(root: Path):
    source = (
        "from IPython.display import display\n"
        "handle = display({'image/png': 'AA=='}, raw=True, display_id=True)\n"
        "handle.update({'text/plain': 'the end'}, raw=True)"
    )
    end = new_output("display_data", data={"text/plain": "the end"})
    other = new_output("display_data", data={"text/plain": "another end"})
    report = nbval(root, [(source, [end]), (source, [other])])
    assert "1 failed, 1 passed" in report
    assert "executed:  the end" in report


def test_differences_and_failing_cells_are_reported_with_chapter_and_tab(root: Path):
    cells = [
        (RECORD, [value(0.80)]),
        ("print('new')", [stream("old\n")]),
        ("1 / 0", []),
    ]
    report = nbval(root, cells)
    place = "chapters/part/first.md (mxnet): "
    assert f"{place}value acc: committed 0.8, executed 0.85, tolerance 0.02" in report
    assert f"{place}text differs" in report
    assert "ZeroDivisionError: division by zero" in report
    assert "3 failed" in report


def test_a_notebook_cannot_switch_its_own_comparison_off(root: Path):
    markers = ("# NBVAL_IGNORE_OUTPUT", "# NBVAL_SKIP", "# PYTEST_VALIDATE_IGNORE_OUTPUT")
    report = nbval(root, [(f"{marker}\nprint(1)", [stream("2\n")]) for marker in markers])
    assert "3 failed" in report
