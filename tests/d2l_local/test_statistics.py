import sys

import matplotlib as mpl
import numpy as np
import pytest

from d2l_local.common.statistics import interval, plot_intervals

mpl.use("agg")


def test_the_interval_of_five_values_is_students():
    values = [0.1, 0.2, 0.3, 0.4, 0.5]
    mean, half = interval(values)
    assert mean == pytest.approx(0.3)
    # The factor for four degrees of freedom, from Student's table.
    assert half == pytest.approx(2.776 * np.std(values, ddof=1) / 5**0.5, rel=1e-3)


def test_intervals_contain_the_expected_value_as_often_as_they_say():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(2000):
        mean, half = interval(rng.normal(1, 2, 3), confidence=0.8)
        hits += abs(mean - 1) <= half
    assert hits / 2000 == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    ("values", "confidence", "message"),
    [
        ([1], 0.95, r"two values or more, but got \[1.0\]"),
        ([[1, 2], [3, 4]], 0.95, "two values or more"),
        ([1, 2], 95, "between 0 and 1, but is 95"),
    ],
)
def test_what_has_no_interval_is_an_error(values, confidence, message):
    with pytest.raises(ValueError, match=message):
        interval(values, confidence)


def test_a_plot_shows_means_intervals_and_runs():
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    runs = [[1, 2, 3], [2, 4, 6]]
    plot_intervals([8, 16], runs, label="width", axes=axes)
    (container,) = axes.containers
    means, _, (bars,) = container.lines
    np.testing.assert_allclose(means.get_ydata(orig=False), [2, 4])
    ends = [segment[:, 1] for segment in bars.get_segments()]
    for values, (low, high) in zip(runs, ends, strict=True):
        mean, half = interval(values)
        np.testing.assert_allclose([low, high], [mean - half, mean + half])
    drawn = [list(line.get_ydata()) for line in axes.lines if line is not means]
    assert drawn[-2:] == runs
    assert axes.get_legend_handles_labels()[1] == ["width"]
    with pytest.raises(ValueError, match="got 1 positions for the results at 2"):
        plot_intervals([8], runs, axes=axes)
    plt.close("all")


def test_without_scipy_an_interval_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ModuleNotFoundError, match="pip install scipy"):
        interval([1, 2])
