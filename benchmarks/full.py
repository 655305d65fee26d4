"""Run an exercise of the course in its full setting, and keep the results with the library.

    python benchmarks/full.py width [pytorch] [tensorflow] [mxnet] [jax]

A notebook uses fewer images, epochs or seeds than one would with time. This runs the code of its
solution with more of them, as `SETTINGS` says, and writes what its list `runs` has at the end to
d2l_local/results/, where `d2l.full_results` finds it. One exercise takes minutes to an hour.
"""

import argparse
import ast
import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell

from d2l_local.lab.results import path_of
from tabbook.book.settings import Tab, read_book
from tabbook.notebook.draft import installed_versions
from tabbook.notebook.write import write_text
from tabbook.run.kernel import kernel_environment

ROOT = Path(__file__).parents[1]
# What is different from the notebook: names that one of its cells assigns, and their values here.
SETTINGS: dict[str, dict[str, Any]] = {
    "activations": {
        "NUM_TRAIN": 10_240,
        "NUM_VAL": 5_120,
        "EPOCHS": 6,
        "RATES": [0.0003, 0.001, 0.003, 0.01, 0.03],
        "SEARCH_SEEDS": [1, 2],
        "SEEDS": list(range(11, 21)),
    },
    "depth": {"NUM_TRAIN": 50_000, "NUM_VAL": 10_000, "SEEDS": [1, 2, 3, 4, 5]},
    "initialisation": {
        "NUM_TRAIN": 10_240,
        "NUM_VAL": 5_120,
        "EPOCHS": 5,
        "DEPTHS": [1, 3, 8],
        "SEEDS": [1, 2, 3, 4, 5],
    },
    "learning-rate": {"NUM_TRAIN": 20_000, "NUM_VAL": 10_000, "SEEDS": [1, 2, 3, 4, 5]},
    "record": {"SEEDS": [1, 2, 3], "TEST_SEEDS": [1, 2, 3]},
    "search": {
        "EPOCHS": 9,
        "TRIED": {
            "lr": [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
            "width": [16, 64, 256],
            "batch_size": [64, 256, 1024],
            "depth": [1, 3],
        },
        "TOP": 5,
        "NEW_SEEDS": [2, 3, 4, 5, 6, 7],
    },
    "speed": {
        "WIDTHS": [8, 32, 128, 512, 1024],
        "DEPTHS": [1, 4],
        "ROUNDS": 15,
        "STEPS": 3,
        "COMPILED": True,
    },
    "width": {
        "NUM_TRAIN": 20_000,
        "NUM_VAL": 10_000,
        "BATCH_SIZE": 250,
        "EPOCHS": 4,
        "SEEDS": list(range(1, 11)),
    },
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exercise", choices=SETTINGS)
    parser.add_argument("tabs", nargs="*", metavar="TAB", help="all if none is named")
    options = parser.parse_args()
    book = read_book(ROOT)
    for tab in map(book.tab, options.tabs or [tab.name for tab in tabs_of(options.exercise)]):
        write_text(
            json.dumps(full_run(options.exercise, tab), indent=1) + "\n", target(options, tab)
        )
        print(f"{tab.title}: {target(options, tab).relative_to(ROOT)}", flush=True)


def target(options: argparse.Namespace, tab: Tab) -> Path:
    return path_of(tab.module, options.exercise)


def full_run(exercise: str, tab: Tab) -> dict[str, Any]:
    """Execute the notebook of an exercise in its full setting; return its runs and their origin."""
    path = notebook_of(exercise, tab)
    notebook = nbformat.read(path, as_version=4)
    setting = notebook.cells[cell_that_assigns(notebook, set(SETTINGS[exercise]))]
    setting.source = with_setting(setting.source, SETTINGS[exercise])
    last = cell_that_assigns(notebook, {"runs"})  # What comes after it only looks at them.
    printed = new_code_cell("import json\nprint(json.dumps(runs))")
    notebook.cells = [*notebook.cells[: last + 1], printed]
    os.environ |= kernel_environment(ROOT)
    start = time.perf_counter()
    NotebookClient(notebook, timeout=None, kernel_name="python3").execute(cwd=str(path.parent))
    (output,) = notebook.cells[-1].outputs
    return {
        "command": f"python benchmarks/full.py {exercise} {tab.name}",
        "setting": SETTINGS[exercise],
        "framework": " ".join(next(iter(installed_versions(read_book(ROOT), tab).items()))),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "seconds": round(time.perf_counter() - start),
        "runs": json.loads(output.text),
    }


def tabs_of(exercise: str) -> list[Tab]:
    """The tabs that have a notebook of an exercise."""
    book = read_book(ROOT)
    (chapter,) = (path for path in book.chapters if Path(path).stem == exercise)
    return [tab for tab in book.tabs if tab.covers(chapter)]


def notebook_of(exercise: str, tab: Tab) -> Path:
    """The notebook of an exercise, whichever part of the course it belongs to."""
    (path,) = (ROOT / "notebooks" / tab.name).glob(f"**/{exercise}.ipynb")
    return path


def cell_that_assigns(notebook: nbformat.NotebookNode, names: set[str]) -> int:
    """The last cell of code that assigns all of `names`: `runs = ...` comes before the runs."""
    for index, cell in reversed(list(enumerate(notebook.cells))):
        if cell.cell_type == "code" and names <= set(assignments(cell.source)):
            return index
    sys.exit(f"no cell assigns {', '.join(sorted(names))}")


def with_setting(source: str, setting: dict[str, Any]) -> str:
    """The source with other values for some names, right after it has assigned them itself."""
    lines = source.split("\n")
    places = assignments(source)
    after = max(places[name] for name in setting)
    return "\n".join(
        [
            *lines[:after],
            *(f"{name} = {value!r}" for name, value in setting.items()),
            *lines[after:],
        ]
    )


def assignments(source: str) -> dict[str, int]:
    """The names that a cell assigns, and the line that the assignment ends in."""
    code = TransformerManager().transform_cell(source)
    return {
        name.id: node.end_lineno or node.lineno
        for node in ast.parse(code).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    }


if __name__ == "__main__":
    main()
