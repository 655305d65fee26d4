"""Collect what `d2l.self_check` said in notebooks, a line of CSV for each exercise.

    python -m d2l_local.collect HANDED_IN > checks.csv

`HANDED_IN` is a folder, or a notebook; there may be several. It reads the saved outputs, which
anybody can edit: where it counts, run the notebooks again first.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from d2l_local.lab.self_check import MIME_TYPE

COLUMNS = ("notebook", "exercise", "right", "of", "not right")


def main(arguments: list[str] | None = None) -> None:
    """Write the outcomes in all notebooks to the standard output."""
    parser = argparse.ArgumentParser(prog="d2l_local.collect", description=__doc__.splitlines()[0])
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a folder or a notebook"
    )
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for path in parser.parse_args(arguments).paths:
        for notebook in sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]:
            if ".ipynb_checkpoints" not in notebook.parts:
                writer.writerows((notebook, *outcome) for outcome in outcomes(notebook))


def outcomes(notebook: Path) -> Iterator[tuple[str, int, int, str]]:
    """Yield for each self-check: its exercise, how much is right, of how much, and what is not."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError, TypeError, OSError) as error:
        yield "", 0, 0, f"cannot be read: {error}"
        return
    found = [
        output["data"][MIME_TYPE]
        for cell in cells
        for output in cell.get("outputs", [])
        if MIME_TYPE in output.get("data", {})
    ]
    if not found:
        yield "", 0, 0, "no self-check was run"
    for content in found:
        checks = content["checks"]
        wrong = [f"{check['name']}: {check['said']}" for check in checks if not check["passed"]]
        yield content["exercise"], len(checks) - len(wrong), len(checks), "; ".join(wrong)


if __name__ == "__main__":
    main()
