"""The list of changes fits the library as it is."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from listed import OutOfDateError, read_list

PACKAGE = Path(__file__).parents[2] / "d2l_local"


@pytest.fixture(scope="module")
def mutants():
    return read_list(PACKAGE)  # An error here names the entries that no longer fit the library.


def test_every_change_of_the_list_applies_to_the_library_and_stands_there_once(mutants):
    assert len({mutant.id for mutant in mutants}) == len(mutants)


def test_every_module_that_defines_something_has_five_changes_of_its_own(mutants):
    listed = Counter(mutant.module for mutant in mutants)
    for path in PACKAGE.rglob("*.py"):
        nodes = ast.parse(path.read_text(encoding="utf-8")).body
        if any(isinstance(node, (ast.FunctionDef, ast.ClassDef)) for node in nodes):
            module = path.relative_to(PACKAGE).with_suffix("").as_posix()
            assert listed[module] >= 5, module


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (["order", "absent", "b", "…"], "stands 0 times"),
        (["order", "int", "str", "…"], "stands 3 times"),
        (["order", "return a", "return (", "…"], "never closed"),
        (["order", "-> int", "-> str", "…"], "means the same"),
        (["colour", "return a", "return b", "…"], "no category 'colour'"),
        (["order", "return a"], "missing 2 required"),
    ],
)
def test_an_entry_that_does_not_apply_is_named_with_its_fault(entry, fault, tmp_path):
    (tmp_path / "maths.py").write_text("def larger(a: int, b: int) -> int:\n    return a\n")
    (tmp_path / "room.toml").write_text(f"maths = [{entry}]\n", encoding="utf-8")
    with pytest.raises(OutOfDateError, match=fault) as caught:
        read_list(tmp_path, tmp_path)
    assert "room.toml, maths" in str(caught.value)
    assert entry[1] in str(caught.value)
