import pytest

from d2l_local.common.self_check import self_check

HINT = "Is the learning rate 0.1?"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.85, "✓ acc is as expected, between 0.8 and 0.9.\n"),
        (0.8, "✓ acc is as expected, between 0.8 and 0.9.\n"),
        (0.1, f"✗ acc = 0.1 is not between 0.8 and 0.9. {HINT}\n"),
        (float("nan"), f"✗ acc = nan is not between 0.8 and 0.9. {HINT}\n"),
        (..., "… acc has no value yet.\n"),
    ],
)
def test_a_result_is_compared_with_what_was_expected(value, said, capsys):
    self_check((0.8, 0.9), HINT, acc=value)
    assert capsys.readouterr().out == said


def test_a_result_may_be_a_tensor(face, capsys):
    import numpy as np

    self_check((0, 2), HINT, acc=face.tensor(np.ones(1, dtype="float32")))
    assert capsys.readouterr().out.startswith("✓")


@pytest.mark.parametrize(
    ("result", "message"),
    [
        ({}, "needs one result by name, such as acc=acc, but got none"),
        ({"a": 1, "b": 2}, "but got a, b"),
        ({"acc": "0.8"}, "acc should be a number, but is a str: '0.8'"),
        ({"acc": [0.8, 0.9]}, "acc should be a number, but is a list"),
    ],
)
def test_what_cannot_be_compared_is_an_error(result, message):
    with pytest.raises(TypeError, match=message):
        self_check((0.8, 0.9), HINT, **result)
