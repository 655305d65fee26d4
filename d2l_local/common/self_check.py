"""Tells learners whether the result of their own experiment is what was to be expected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from d2l_local.common.figures import as_numpy


def self_check(between: Sequence[float], hint: str, **result: Any) -> None:
    """Say whether a result is in the expected range: `d2l.self_check((0.8, 0.9), '…', acc=acc)`.

    The number itself is shown only if it is outside: a notebook whose results are good says the
    same each time.

    Args:
        between: the smallest and the largest expected value.
        hint: what to look at if the result is outside.
        result: one number or one-element tensor under its name; `...` if there is none yet.

    Raises:
        TypeError: if there is not exactly one result, or it is not a number.
    """
    if len(result) != 1:
        names = ", ".join(result) or "none"
        raise TypeError(f"self_check needs one result by name, such as acc=acc, but got {names}")
    (name, value), (low, high) = next(iter(result.items())), between
    if value is ...:
        print(f"… {name} has no value yet.")
        return
    array = as_numpy(value)
    if array.size != 1 or array.dtype.kind not in "biuf":
        raise TypeError(f"{name} should be a number, but is a {type(value).__name__}: {value!r}")
    number = array.item()
    if low <= number <= high:
        print(f"✓ {name} is as expected, between {low:g} and {high:g}.")
    else:
        print(f"✗ {name} = {number:.4g} is not between {low:g} and {high:g}. {hint}")
