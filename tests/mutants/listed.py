"""The changes of meaning that are written by hand in `changes/`.

Each file has a table `changes` whose keys are modules; a change is a list of four texts: its
category, the old text, which must stand exactly once in the module, the new text, and what is wrong
then, in a few words.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from mutant import Mutant, file_of, is_plain, means_the_same

FOLDER = Path(__file__).parent / "changes"
CATEGORIES = (
    "drawing",
    "seeds",
    "modes",
    "devices",
    "gradients",
    "noise",
    "names",
    "averaging",
    "order",
    "units",
    "errors",
    "data",
)


class OutOfDateError(ValueError):
    """Entries of the list that no longer fit the library; the message has a line for each."""


def read_list(package: Path, folder: Path = FOLDER) -> list[Mutant]:
    """Return all changes of the list, applied to nothing yet.

    Raises:
        OutOfDateError: if some no longer apply to the modules of `package`.
    """
    mutants, faults = [], []
    for path in sorted(folder.glob("*.toml")):
        for module, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            for entry in entries:
                try:
                    mutants.append(_mutant(package, module, *entry))
                except (OSError, TypeError, ValueError, SyntaxError) as error:
                    faults.append(f"{path.name}, {module}, {entry}:\n    {error}")
    if faults:
        raise OutOfDateError("\n".join(faults))
    return mutants


def _mutant(package: Path, module: str, category: str, old: str, new: str, words: str) -> Mutant:
    source = file_of(package, module).read_text(encoding="utf-8")
    if category not in CATEGORIES:
        raise ValueError(f"no category {category!r}; there are: {', '.join(CATEGORIES)}")
    if (times := source.count(old)) != 1:
        raise ValueError(f"the old text must stand once in the module, but stands {times} times")
    changed = source.replace(old, new)
    if means_the_same(source, changed):
        raise ValueError("the new text means the same as the old")
    plain = is_plain(source, changed)
    return Mutant(module, category, words, source.index(old), old, new, plain)
