"""The documentation's table of the d2l package's names and of what this library has of them.

python tests/d2l_local/interface_table.py    writes reference/interface.rst anew
"""

import json
from pathlib import Path
from types import ModuleType

from d2l_local.compat.absent import ABSENT

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "reference" / "interface.rst"
TITLES = {"torch": "PyTorch", "tensorflow": "TensorFlow", "mxnet": "MXNet"}
GENERATIONS = {"object": "1.0", "functional": "0.17"}
EARLIER = "0.13"

_HEAD = """\
.. Written by tests/d2l_local/interface_table.py.

Names of the d2l Package
========================

Notebooks that were written for the ``d2l`` package run with one line changed:
``from d2l_local import torch as d2l``, or ``tensorflow``, or ``mxnet``. This table lists the names
of that package's two interfaces, the object-oriented one of version 1.0 and the functional one of
version 0.17, which the first notebooks, MXNet's, already used; 0.13 stands for names that were gone
by then. A tick means that the name is there, with the arguments it always had, under the names that
they had in any of these releases; a dash, that the package did not have it for this framework
either. Every other name raises an ``AttributeError`` that says so.

"""


def interface() -> dict:
    return json.loads((HERE / "interface.json").read_text(encoding="utf-8"))


def rows(faces: dict[str, ModuleType]) -> list[list[str]]:
    """One row per name: the name, its generations, a mark per framework, what to use instead."""
    described = interface()
    table = []
    for name in sorted(sorted(names_of(described)), key=str.casefold):
        releases = [v for g, v in GENERATIONS.items() if name in names_of({g: described[g]})]
        marks = [
            "✓" if hasattr(face, name) else ("no" if was_in(described, framework, name) else "—")
            for framework, face in faces.items()
        ]
        instead = ABSENT.get(name, "") if "no" in marks else ""
        table.append([f"``{name}``", ", ".join(releases or [EARLIER]), *marks, instead])
    return table


def names_of(described: dict) -> set[str]:
    """All names of the generations in `described`, and of the earlier releases."""
    return set(described.get("earlier", ())) | {
        name
        for generation, parts in described.items()
        if generation in GENERATIONS
        for name in [*parts["first"], *(n for names in parts["others"].values() for n in names)]
    }


def was_in(described: dict, framework: str, name: str) -> bool:
    """Whether the package had `name` for `framework`."""
    return framework in described["earlier"].get(name, ()) or any(
        framework in described[g]["first"].get(name, {})
        or name in described[g]["others"][framework]
        for g in GENERATIONS
    )


def page(faces: dict[str, ModuleType]) -> str:
    """Return the page with the table."""
    header = ["Name", "In", *(TITLES[framework] for framework in faces), "Instead"]
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in [header, *rows(faces)]:
        lines += [f"   {'*' if i == 0 else ' '} - {cell}".rstrip() for i, cell in enumerate(row)]
    return _HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    import faces

    PAGE.write_text(page({name: faces.load(name).d2l for name in TITLES}), encoding="utf-8")
