"""Results of experiments that take longer than a notebook should.

They lie beside this module as JSON files, one for each framework and experiment, with the command
that made them: `python benchmarks/full.py EXPERIMENT`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "results"


def path_of(framework: str, name: str) -> Path:
    """Return where the results of the experiment `name` in a framework lie."""
    return FOLDER / framework / f"{name}.json"


def results_of(framework: str) -> Callable[[str], list[dict[str, Any]]]:
    """Return the function `full_results` of a framework's face."""

    def full_results(name: str) -> list[dict[str, Any]]:
        """Return what an experiment gave in its full setting: a dictionary for each run.

        Args:
            name: what the experiment is called, such as "width".

        Raises:
            FileNotFoundError: if the library has no results of that name.
        """
        try:
            text = path_of(framework, name).read_text(encoding="utf-8")
        except FileNotFoundError:
            known = sorted(path.stem for path in (FOLDER / framework).glob("*.json"))
            raise FileNotFoundError(
                f"there are no full results of {name!r} for {framework}; "
                f"there are: {', '.join(known) or 'none'}"
            ) from None
        return json.loads(text)["runs"]

    return full_results
