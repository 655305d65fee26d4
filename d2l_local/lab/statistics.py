"""What a few repetitions of an experiment say about all that could have been made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
        ModuleNotFoundError: if SciPy, which has Student's distribution, is not installed.

    Source: Student, "The probable error of a mean", Biometrika 6(1), 1908.
    """
    try:
        from scipy import stats
    except ModuleNotFoundError as error:
        message = "an interval needs the package scipy: pip install scipy"
        raise ModuleNotFoundError(message, name=error.name) from None

    array = np.asarray(list(values), dtype=float)
    if array.ndim != 1 or len(array) < 2:
        raise ValueError(f"an interval needs two values or more, but got {array.tolist()}")
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, but is {confidence!r}")
    factor = stats.t.ppf((1 + confidence) / 2, len(array) - 1)
    return float(array.mean()), float(factor * stats.sem(array))


def plot_intervals(
    x: Sequence[Any],
    runs: Sequence[Iterable[Any]],
    fmt: str = "o-",
    label: str | None = None,
    axes: Axes | None = None,
    confidence: float = 0.95,
) -> None:
    """Draw the means of repeated runs with their confidence intervals, and each run as a dot.

    Args:
        x: positions, n numbers or names.
        runs: the results at each position, n sequences of at least two numbers.
        fmt: marker and line of the means, as matplotlib writes them.
        label: name of the curve in a legend.
        axes: where to draw; the current axes if None.
        confidence: of the intervals, see `interval`.

    Raises:
        ValueError: if there are not as many positions as sequences of runs.
    """
    import matplotlib.pyplot as plt

    axes = axes if axes is not None else plt.gca()
    results = [list(values) for values in runs]
    if len(results) != len(x):
        raise ValueError(f"got {len(x)} positions for the results at {len(results)}")
    means, halves = zip(*(interval(values, confidence) for values in results), strict=True)
    bars = axes.errorbar(x, means, yerr=halves, fmt=fmt, capsize=3, markersize=4, label=label)
    for position, values in zip(x, results, strict=True):
        # Above the bars, and with an edge, or black bars would hide the runs.
        style = {"ms": 2.5, "mec": "w", "mew": 0.4, "zorder": bars[0].get_zorder() + 1}
        axes.plot([position] * len(values), values, "ko", **style)
