"""What a few repetitions of an experiment say about all that could have been made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np


def interval(values: Iterable[Any], confidence: float = 0.95) -> tuple[float, float]:
    """Return the mean of `values` and half the width of its confidence interval.

    The interval is Student's: `confidence` of all intervals made like this contain the expected
    value, if the values are independent and roughly normally distributed. Of differences between
    pairs (the same seed, two networks) it tells whether their mean could be zero.

    Args:
        values: results of at least two repetitions.
        confidence: a fraction between 0 and 1.

    Raises:
        ValueError: if there are fewer than two values, or `confidence` is no such fraction.

    Source: Student, "The probable error of a mean", Biometrika 6(1), 1908.
    """
    from scipy import stats

    array = np.asarray(list(values), dtype=float)
    if array.ndim != 1 or len(array) < 2:
        raise ValueError(f"an interval needs two values or more, but got {array.tolist()}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, but is {confidence!r}")
    factor = stats.t.ppf((1 + confidence) / 2, len(array) - 1)
    return float(array.mean()), float(factor * stats.sem(array))
