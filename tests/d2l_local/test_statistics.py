import sys

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from d2l_local.lab.statistics import interval, plot_intervals


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


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


def test_means_and_runs_stand_at_their_positions():
    axes = plt.figure().gca()
    plot_intervals([8, 16], [[1, 2], [2, 4]], axes=axes)
    ((means, _, (bars,)),) = (container.lines for container in axes.containers)
    assert list(means.get_xdata(orig=False)) == [8, 16]
    assert [segment[:, 0].tolist() for segment in bars.get_segments()] == [[8, 8], [16, 16]]
    dots = [line for line in axes.lines if line.get_marker() == "o" and line is not means]
    assert [list(line.get_xdata()) for line in dots] == [[8, 8], [16, 16]]


def test_runs_are_dots_that_neither_means_nor_bars_hide():
    axes = plt.figure().gca()
    plot_intervals(["a", "b"], [[1, 2], [2, 4]], fmt="ks", axes=axes)
    ((means, caps, bars),) = (container.lines for container in axes.containers)
    below = {drawn.get_zorder() for drawn in (means, *caps, *bars)}
    dots = [line for line in axes.lines if line not in (means, *caps)]
    assert len(dots) == 2
    for line in dots:
        assert (line.get_marker(), line.get_linestyle()) == ("o", "None")
        assert line.get_zorder() > max(below)
        assert line.get_markeredgecolor() != line.get_markerfacecolor()


def test_a_confidence_makes_the_bars_as_long_as_its_interval():
    axes = plt.figure().gca()
    plot_intervals([1], [[1, 2, 3]], confidence=0.5, axes=axes)
    ((_, _, (bars,)),) = (container.lines for container in axes.containers)
    mean, half = interval([1, 2, 3], 0.5)
    np.testing.assert_allclose(bars.get_segments()[0][:, 1], [mean - half, mean + half])


def test_curves_share_the_current_axes_and_have_the_format_and_name_they_were_given():
    for fmt, name in (("ko-", "depth 1"), ("rs--", "depth 3")):
        plot_intervals([1, 2], [[1, 2], [2, 4]], fmt=fmt, label=name)
    handles, names = plt.gca().get_legend_handles_labels()
    means = [container.lines[0] for container in handles]
    assert names == ["depth 1", "depth 3"]
    assert [line.get_color() + line.get_marker() + line.get_linestyle() for line in means] == [
        "ko-",
        "rs--",
    ]
    assert len(plt.get_fignums()) == 1


def test_without_scipy_an_interval_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ModuleNotFoundError, match="pip install scipy"):
        interval([1, 2])
