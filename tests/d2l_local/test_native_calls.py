"""What chapters show in place of `d2l.f(…)` gives what `d2l.f(…)` gives, in every framework."""

import ast
from pathlib import Path

import numpy as np
import pytest

from tabbook.book.aliases import alias_table
from tabbook.book.settings import read_book
from tabbook.notebook.manuscript import read_manuscript
from tabbook.notebook.write import CHECK, SET_UP
from tabbook.text.cell_code import parse_cell
from tabbook.text.native import with_native_calls
from tabbook.text.reader import Cell

ROOT = Path(__file__).parents[2]
BOOK = read_book(ROOT)
WIDTH = 88
MATRIX = [[1.0, -2.0], [0.5, 4.0]]
# Arguments for each alias; `a` is a matrix, and `batch` a stack of two.
ARGUMENTS = {
    "abs": ["a"],
    "argmax": ["a", "a * a, 0", "-a, axis=1"],
    "arange": ["3", "0.0, 1.0, 0.25"],
    "astype": ["a - 1, d2l.float32", "d2l.abs(a), d2l.int32", "a, d2l.int64"],
    "batch_matmul": ["batch, batch"],
    "cos": ["a"],
    "cosh": ["a - a"],
    "concat": ["[a, a + 1], 0"],
    "exp": ["a"],
    "expand_dims": ["a, 0"],
    "eye": ["3"],
    "get_seed": [""],
    "linspace": ["0.0, 1.0, 5"],
    "log": ["a * a"],
    "matmul": ["a, a"],
    "meshgrid": ["d2l.arange(2), d2l.arange(3)"],
    "normal": ["0.0, 1.0, (2, 3)"],
    "numpy": ["a", "a + 1", "d2l.exp(a)"],
    "ones": ["(2, 3)", "3"],
    "ones_like": ["a"],
    "rand": ["2, 3"],
    "randn": ["2, 3", "4", "*[2, 3]"],
    "reduce_mean": ["a", "a * a, 0", "-a, axis=1"],
    "reduce_sum": ["a", "a * a, 0", "-a, axis=1"],
    "repeat": ["a, 2"],
    "reshape": ["a, (4,)", "a + a, (-1, 1)"],
    "sigmoid": ["a"],
    "sin": ["a"],
    "sinh": ["a"],
    "size": ["a", "a + a"],
    "stack": ["[a, a], 0"],
    "swapaxes": ["a, 0, 1"],
    "tanh": ["a"],
    "tensor": ["[[1.0, 2.0]]"],
    "to": ["a, d2l.cpu()"],
    "transpose": ["a", "a + a"],
    "zeros": ["(2, 3)", "3"],
    "zeros_like": ["a"],
}
# Where frameworks want other arguments.
OWN_ARGUMENTS = {
    ("tensorflow", "normal"): ["(2, 3), 0.0, 1.0"],
    ("tensorflow", "rand"): ["(2, 3)"],
    ("tensorflow", "repeat"): ["a, 2, axis=0"],
    ("torch", "repeat"): ["a, 2, 1"],
}
IMPORTS = {
    "torch": "import torch",
    "tensorflow": "import tensorflow as tf",
    "mxnet": "from mxnet import np, npx",
    "jax": "import jax\nimport jax.numpy as jnp",
}
WITH_TAB = [tab.module for tab in BOOK.tabs]
TYPES = {"int32", "int64", "float32"}


def aliases_of(face):
    return alias_table(BOOK, next(tab for tab in BOOK.tabs if tab.module == face.name))


def natively(code, face):
    """Return code as notebooks of a framework show it."""
    imports = f"{IMPORTS[face.name]}\nfrom d2l_local import {face.name} as d2l"
    cells = [Cell("code", imports, 1), Cell("code", code, 3)]
    return with_native_calls(cells, aliases_of(face))[1].source


def run(code, face):
    """Return what an expression gives, in numpy, from the same seed on."""
    face.d2l.set_seed(3)
    names = {
        "d2l": face.d2l,
        "a": face.tensor(np.array(MATRIX, np.float32)),
        "batch": face.tensor(np.array([MATRIX, MATRIX], np.float32)),
    }
    exec(IMPORTS[face.name], names)
    value = eval(code, names)
    if isinstance(value, list | tuple):
        return [face.numpy(each) for each in value]
    return value if isinstance(value, int | np.generic | np.ndarray) else face.numpy(value)


@pytest.mark.parametrize("face", WITH_TAB, indirect=True)
def test_every_alias_means_what_it_stands_for(face):
    aliases = aliases_of(face).aliases
    assert aliases.keys() <= {*ARGUMENTS, *TYPES}
    for name in aliases.keys() - TYPES:
        for arguments in OWN_ARGUMENTS.get((face.name, name), ARGUMENTS[name]):
            call = f"d2l.{name}({arguments})"
            native = natively(call, face)
            assert "d2l." not in native.replace("d2l.cpu()", ""), native
            np.testing.assert_array_equal(run(native, face), run(call, face), err_msg=native)


@pytest.mark.parametrize("draft", read_manuscript(BOOK).drafts, ids=lambda draft: draft.name)
def test_what_readers_see_parses_calls_the_framework_itself_and_fits_the_page(draft):
    aliases = alias_table(BOOK, draft.tab).aliases
    for cell in draft.cells:
        if cell.kind == "code" and SET_UP not in cell.marks:
            code = parse_cell(cell.source.split("\n"))
            nodes = [] if code is None else ast.walk(code.tree)
            names = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
            assert not {f"d2l.{name}" for name in aliases} & names
            assert CHECK in cell.marks or max(map(len, cell.source.split("\n"))) <= WIDTH
