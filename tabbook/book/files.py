"""The files of a book, without what programs leave among them."""

import os
from collections.abc import Iterator
from pathlib import Path


def is_file(path: Path) -> bool:
    """Whether there is such a file; not where no file can have such a name."""
    return os.path.isfile(path)


def files_in(folder: Path, suffix: str = "") -> Iterator[Path]:
    """Yield the files in a folder and below it that end with `suffix`, sorted.

    Hidden files and folders are left out, as JupyterLab's copies in `.ipynb_checkpoints` are, and
    so is bytecode.
    """
    for path in sorted(folder.rglob(f"*{suffix}")):
        parts = path.relative_to(folder).parts
        is_left_out = any(part.startswith(".") or part == "__pycache__" for part in parts)
        if not is_left_out and is_file(path):
            yield path
