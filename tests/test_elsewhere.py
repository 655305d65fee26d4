"""What `make colab` makes of a notebook before it executes it."""

import hashlib
from pathlib import Path

import nbformat
from elsewhere import COLAB, on_colab

from tabbook.book.settings import read_book

ROOT = Path(__file__).parents[1]


def test_on_colab_a_notebook_installs_the_library_from_a_wheel_here(tmp_path):
    wheel = tmp_path / "d2l_local-1-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    path = ROOT / "notebooks/jax/start/network.ipynb"
    notebook, before = (nbformat.read(path, as_version=4) for _ in range(2))
    on_colab(notebook, wheel)
    first, *others = notebook.cells
    assert first.source.startswith(COLAB)
    digest = hashlib.sha256(b"a wheel").hexdigest()
    assert f'install("{wheel.as_uri()}#sha256={digest}")' in first.source
    assert read_book(ROOT).wheel not in first.source
    assert others == before.cells[1:]
