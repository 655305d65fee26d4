# /// script
# requires-python = ">=3.11"
# dependencies = ["cosmic-ray==8.7.0"]
# ///
"""Print some of what cosmic-ray's operators make of each module: `operators.py PACKAGE SEED`.

A script of its own, which `uv run --script` gives an environment of its own: the rest, and the
tests, do without cosmic-ray. A line is a JSON list: the module, the operator, the character at
which the changed lines start, and their text before and after.
"""

import itertools
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

# Those whose change is not an error wherever the line runs.
OPERATORS = (
    *("NumberReplacer", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue"),
    *("AddNot", "ReplaceAndWithOr", "ReplaceOrWithAnd", "ReplaceUnaryOperator_Delete_Not"),
    *("ReplaceUnaryOperator_USub_UAdd", "ZeroIterationForLoop", "RemoveDecorator"),
    *(
        f"ReplaceBinaryOperator_{pair}"
        for pair in ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Pow_Mul")
    ),
    *(
        f"ReplaceComparisonOperator_{pair}"
        for pair in ("Eq_NotEq", "NotEq_Eq", "Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt")
    ),
    *("ReplaceComparisonOperator_Is_IsNot", "ReplaceComparisonOperator_IsNot_Is"),
)


PER_MODULE = 8


def changes(source: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield all changes of `source` in random order: an operator's name, and the changed text."""
    nodes = list(ast_nodes(get_ast(source)))
    places = []
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        number = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        places += [(name, operator, occurrence) for occurrence in range(number)]
    rng.shuffle(places)
    for name, operator, occurrence in places:
        yield name, mutate_code(source, operator, occurrence)


def changed_lines(source: str, changed: str) -> tuple[int, str, str]:
    """Return where the lines that differ start, and these lines in both texts."""
    old, new = source.splitlines(keepends=True), changed.splitlines(keepends=True)
    same = next(i for i, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1])
    until = -1
    while old[until] == new[until] and min(len(old), len(new)) + until > same:
        until -= 1
    end_old, end_new = len(old) + until + 1, len(new) + until + 1
    return len("".join(old[:same])), "".join(old[same:end_old]), "".join(new[same:end_new])


def main() -> None:
    """Print `PER_MODULE` changes of each module, or as many as there are."""
    package, rng = Path(sys.argv[1]), random.Random(int(sys.argv[2]))
    for path in sorted(package.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        module = path.relative_to(package).with_suffix("").as_posix()
        for name, changed in itertools.islice(changes(source, rng), PER_MODULE):
            print(json.dumps([module, name, *changed_lines(source, changed)]))


if __name__ == "__main__":
    main()
