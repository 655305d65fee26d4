"""Which notebooks a pull request runs."""

from pathlib import Path

import pytest
from affected import RUNS_ALL, affected

from tabbook.book.settings import read_book

ROOT = Path(__file__).parents[1]
NOTEBOOKS = [
    "notebooks/jax/mlp/scratch.ipynb",
    "notebooks/pytorch/mlp/concise.ipynb",
    "notebooks/pytorch/mlp/scratch.ipynb",
]
JAX, *PYTORCH = NOTEBOOKS


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ([], []),
        (["README.md", "tests/test_links.py"], []),
        (["chapters/mlp/scratch.md", *PYTORCH[1:]], PYTORCH[1:]),
        (["d2l_local/torch/core.py"], PYTORCH),
        (["d2l_local/results/jax/width.json"], [JAX]),
        (["d2l_local/jax/steps.py", PYTORCH[0]], NOTEBOOKS[:2]),
        (["d2l_local/common/board.py"], NOTEBOOKS),
        (["d2l_local/lab/search.py"], NOTEBOOKS),
        (["d2l_local/collect.py"], NOTEBOOKS),
        (["tabbook/run/kernel.py"], NOTEBOOKS),
        (["requirements-nodeps.txt"], NOTEBOOKS),
    ],
)
def test_a_notebook_runs_if_a_change_can_affect_it(changed, expected):
    assert affected(changed, NOTEBOOKS, read_book(ROOT).tabs) == expected


def test_what_affects_all_notebooks_is_there():
    assert [name for name in RUNS_ALL if not list(ROOT.glob(f"{name}*"))] == []
