"""What may import what: the walls of CONTRIBUTING, read from the code."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What each face may import.
OWN = {
    "torch": {"torch"},
    "tensorflow": {"tensorflow", "keras"},
    "mxnet": {"mxnet"},
    "jax": {"jax", "flax", "optax"},
}
FRAMEWORKS = set().union(*OWN.values())
LEAVES = ("common", "compat", "lab")


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The full names of what a module imports, at its top or in a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def outside(path: Path, allowed: set[str]) -> list[str]:
    """Imports of the library and of frameworks that are not allowed."""
    return [
        name
        for name in imported(path)
        if name.split(".")[0] in {"d2l_local", "tabbook", *FRAMEWORKS}
        and not any(f"{name}.".startswith(f"{room}.") for room in allowed)
    ]


@pytest.mark.parametrize("room", LEAVES)
def test_leaves_import_no_framework_and_no_face(room):
    rooms = {f"d2l_local.{leaf}" for leaf in LEAVES}
    assert {path: outside(path, rooms) for path in modules(f"d2l_local/{room}")} == {
        path: [] for path in modules(f"d2l_local/{room}")
    }


@pytest.mark.parametrize("face", OWN)
def test_a_face_imports_leaves_and_its_own_framework(face):
    rooms = {f"d2l_local.{room}" for room in (face, *LEAVES)} | OWN[face]
    for path in modules(f"d2l_local/{face}"):
        assert outside(path, rooms) == [], path


def test_the_builder_imports_no_library_and_no_framework():
    for path in modules("tabbook"):
        assert outside(path, {"tabbook"}) == [], path


@pytest.mark.parametrize(
    ("room", "others"),
    [
        ("text", ()),
        ("book", ("text",)),
        ("notebook", ("book", "text")),
        ("page", ("notebook", "book", "text")),
        ("run", ("notebook", "book", "text")),
    ],
)
def test_a_room_of_the_builder_imports_those_below_it(room, others):
    allowed = {f"tabbook.{each}" for each in (room, "problems", *others)}
    for path in modules(f"tabbook/{room}"):
        assert outside(path, allowed) == [], path


@pytest.mark.parametrize("face", OWN)
def test_no_class_of_a_face_inherits_from_a_leaf_but_hyperparameters(face):
    """So that nobody is led from a face to a leaf and back by a method that is not there."""
    for path in modules(f"d2l_local/{face}"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        leaves = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith(tuple(f"d2l_local.{room}" for room in LEAVES))
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
                assert bases & leaves <= {"HyperParameters"}, f"{path}: {node.name}"


def test_the_same_files_are_in_every_face():
    files = [{path.name for path in (ROOT / "d2l_local" / face).glob("*.py")} for face in OWN]
    assert {"core.py", "data.py", "functional.py", "ops.py"} <= set.intersection(*files)


def test_the_builder_changes_nothing_in_modules_of_others():
    for path in modules("tabbook"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {name.split(".")[0] for name in imported(path)}
        targets = (target for node in ast.walk(tree) for target in getattr(node, "targets", []))
        changed = [
            ast.unparse(target)
            for target in targets
            if not isinstance(target, ast.Name | ast.Tuple)
            and ast.unparse(target).split(".")[0] in names
        ]
        assert changed == [], path
