"""What is drawn, and what counts as a mere constant or operator."""

import json
from collections import Counter

import pytest
from mutant import Mutant, is_plain
from sampling import draw, read_made


def some(number, plain):
    return [
        Mutant(module, "order", f"{i} {plain}", 0, "a", "b", plain)
        for module in ("one", "two", "three")
        for i in range(number)
    ]


def test_each_module_has_five_and_one_of_them_is_plain():
    drawn = draw(some(9, plain=True) + some(9, plain=False), seed=0)
    assert Counter(m.module for m in drawn) == {"one": 5, "two": 5, "three": 5}
    assert Counter(m.module for m in drawn if m.plain) == {"one": 1, "two": 1, "three": 1}


def test_the_seed_decides_and_fewer_are_the_beginning_of_more():
    mutants = some(9, plain=True) + some(9, plain=False)
    drawn = draw(mutants, seed=1)
    assert draw(reversed(mutants), seed=1) == drawn
    assert draw(mutants, seed=2) != drawn
    assert draw(mutants, seed=1, number=7) == drawn[:7]
    assert draw(mutants, seed=1, number=20)[:15] == drawn


def test_where_one_kind_is_used_up_the_other_takes_its_place():
    assert len(draw(some(2, plain=True) + some(4, plain=False), seed=0)) == 15
    assert len(draw(some(0, plain=True) + some(4, plain=False), seed=0)) == 12


@pytest.mark.parametrize(
    ("changed", "plain"),
    [
        ("x = a * b + 3 if not c and d < 2 else True", True),
        ("x = a - b + 2 if not c and d < 2 else True", True),
        ("x = a * b + 2 if c or d >= 2 else False", True),
        ("x = b * a + 2 if not c and d < 2 else True", False),
        ("x = a * b + 2 if not c and d < 2 else 'True'", False),
    ],
)
def test_numbers_truth_values_and_operators_are_plain_and_nothing_else(changed, plain):
    assert is_plain("x = a * b + 2 if not c and d < 2 else True", changed) is plain


def test_of_cosmic_rays_changes_those_of_annotations_and_of_grammar_are_left_out(tmp_path):
    line = "def f(a: int | None = 1): return a\n"
    (tmp_path / "maths.py").write_text(line)
    changes = [line.replace("1", "2"), line.replace("|", "+"), line.replace("return", "not return")]
    printed = [json.dumps(["maths", "NumberReplacer", 0, line, new]) for new in changes]
    [mutant] = read_made(tmp_path, printed)
    assert (mutant.new, mutant.category, mutant.plain) == (changes[0], "constants", True)
