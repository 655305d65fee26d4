"""Figures of the library, in a notebook that is executed again: each edit of one is noticed."""

import base64
import copy
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image

from tabbook.notebook.figure_data import MIME_TYPE as FIGURE
from tabbook.notebook.values import MIME_TYPE as RECORD
from tabbook.notebook.write import PYTHON, write_notebook

ROOT = Path(__file__).parents[1]
SVG, PNG = "image/svg+xml", "image/png"
IMPORTS = """
import numpy as np
from d2l_local.common.figures import plot, show_images
from d2l_local.lab.record import record
x = np.arange(1, 9)
"""
CURVES = "plot(x, [1 / x, 1 - 1 / x], 'epoch', 'share', ['falling', 'rising'])"
OTHER = "plot(x, [x / 8, 1 - x / 8], 'epoch', 'share', ['falling', 'rising'])"
WIGGLED = "plot(x, [1.02 / x, 1 - 0.98 / x], 'epoch', 'share', ['falling', 'rising'])"
IMAGE = "show_images(np.random.default_rng(0).random((1, 9, 9)), 1, 1, titles=['noise']);"
RECORDED = "record(accuracy=0.853, tol=0.02)"


@pytest.fixture(scope="module")
def outputs() -> dict[str, list[NotebookNode]]:
    """What each of the cells above puts out."""
    sources = [IMPORTS, CURVES, OTHER, WIGGLED, IMAGE, RECORDED]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(notebook, kernel_name="python3").execute()
    return {cell.source: cell.outputs for cell in notebook.cells}


def one_pixel() -> str:
    with io.BytesIO() as file:
        Image.new("RGB", (1, 1)).save(file, "png")
        return base64.b64encode(file.getvalue()).decode()


def edit_curves(output: NotebookNode, change: Callable[[dict[str, str], dict[str, str]], None]):
    change(*output.data[FIGURE]["axes"][0]["series"])


def exchange(first: dict[str, str], second: dict[str, str]) -> None:
    first["y"], second["y"] = second["y"], first["y"]


def edit_axes(output: NotebookNode, **fields: object) -> None:
    output.data[FIGURE]["axes"][0] |= fields


def edit_alt(output: NotebookNode, alt: str) -> None:
    for metadata in output.metadata.values():
        metadata["alt"] = alt


def test_nbval_notices_each_edit_and_accepts_what_training_moves(
    outputs: dict[str, list[NotebookNode]], tmp_path: Path
):
    """Each cell is compared with the outputs that another one gave, or with edited ones."""
    other, image = outputs[OTHER][0], outputs[IMAGE][0]
    edits: list[tuple[str, str, Callable[[NotebookNode], object], str]] = [
        (CURVES, CURVES, lambda output: None, ""),
        (CURVES, WIGGLED, lambda output: None, ""),
        (IMAGE, IMAGE, lambda output: None, ""),
        (RECORDED, RECORDED, lambda output: None, ""),
        (CURVES, OTHER, lambda output: None, "y of line falling differs"),
        (CURVES, CURVES, lambda output: edit_curves(output, exchange), "are exchanged"),
        (CURVES, CURVES, lambda output: edit_axes(output, ylabel="part"), "ylabel differs"),
        (CURVES, CURVES, lambda output: edit_axes(output, ylim="0 2"), "limits of y differ"),
        (CURVES, CURVES, lambda output: edit_axes(output, legend=["rising", "falling"]), "legend"),
        (CURVES, CURVES, lambda output: edit_alt(output, "a cat"), "description of image/png"),
        (CURVES, CURVES, lambda output: output.data.update({PNG: one_pixel()}), "is not the pict"),
        (CURVES, CURVES, lambda output: output.data.update({PNG: other.data[PNG]}), "is not the p"),
        (CURVES, CURVES, lambda output: output.data.update({SVG: other.data[SVG]}), "is not the p"),
        (CURVES, IMAGE, lambda output: None, "drawn are line, line, committed image"),
        (
            IMAGE,
            IMAGE,
            lambda output: output.data[FIGURE]["axes"][0]["series"][0].update(
                pixels=" ".join(["50"] * 81)
            ),
            "pixels of image 1 differs",
        ),
        (
            RECORDED,
            RECORDED,
            lambda output: output.data.update({"text/plain": "accuracy = 9.99"}),
            "the committed text is 'accuracy = 9.99'",
        ),
        (
            RECORDED,
            RECORDED,
            lambda output: output.data[RECORD].update(tol=50),
            "committed tol=50, executed 0.02",
        ),
    ]
    assert image.data[FIGURE]["axes"][0]["title"] == "noise"
    cells = [new_code_cell(IMPORTS, execution_count=1)]
    for source, other_source, edit, _ in edits:
        (output,) = copy.deepcopy(outputs[other_source])
        edit(output)
        cells.append(new_code_cell(source, outputs=[output], execution_count=1))
    write_notebook(new_notebook(cells=cells, metadata=PYTHON), tmp_path / "edited.ipynb")
    report = nbval(tmp_path)
    parts = dict(re.findall(r"^_+ .*?Cell (\d+)\S* _+$(.*?)(?=^_+ |^=+ )", report, re.M | re.S))
    assert {number: part for number, part in parts.items() if not edits[int(number) - 1][3]} == {}
    for number, (*_, message) in enumerate(edits, 1):
        assert message in parts.get(str(number), ""), f"{number}: {message}"


def nbval(folder: Path) -> str:
    options = ["-p", "tabbook.nbval_plugin", "-p", "no:cacheprovider", "--color=no", "--nbval"]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "edited.ipynb"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    return run.stdout
