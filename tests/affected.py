"""Print the notebooks whose results a change can affect: those that it changes, and what it runs.

    python tests/affected.py BASE [TAB]

BASE is a commit, such as origin/main: what has changed since this branch left it counts. A change
of a chapter needs no rule, because its notebooks change with it. One of a face of the library
affects the notebooks of its tab, and one of what all of them run with affects all.
"""

import argparse
import subprocess
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from tabbook.book.settings import Tab, read_book

ROOT = Path(__file__).parents[1]
LIBRARY = "d2l_local"
# Besides the library: what executes and compares notebooks, and the versions that they run with.
RUNS_ALL = ("tabbook", "_config.yml", "Makefile", "pyproject.toml", "requirements", ".github")


def affected(changed: Iterable[str], notebooks: Iterable[str], tabs: Iterable[Tab]) -> list[str]:
    """Return those of `notebooks` that changed files can affect; all are paths from the root."""
    changed = list(changed)
    names = {tab.module: tab.name for tab in tabs}
    stale = {names.get(module, "") for module in map(_module, changed) if module is not None}
    every = "" in stale or any(path.startswith(RUNS_ALL) for path in changed)
    return [
        path
        for path in notebooks
        if every or path in changed or PurePosixPath(path).parts[1] in stale
    ]


def _module(path: str) -> str | None:
    """The framework whose face or results a file belongs to, "" if all, and None if no library."""
    top, *rest = PurePosixPath(path).parts
    if top != LIBRARY:
        return None
    folders = [part for part in rest[:-1] if part != "results"]
    return folders[0] if folders else ""


def changed_since(base: str) -> list[str]:
    """The files that differ from where this branch left `base`."""
    command = ["git", "diff", "--name-only", "-z", "--no-renames", f"{base}...HEAD"]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [path for path in output.split("\0") if path]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("tab", nargs="?", default="*")
    options = parser.parse_args()
    found = (ROOT / "notebooks").glob(f"{options.tab}/**/*.ipynb")
    notebooks = sorted(path.relative_to(ROOT).as_posix() for path in found)
    print(*affected(changed_since(options.base), notebooks, read_book(ROOT).tabs), sep="\n")


if __name__ == "__main__":
    main()
