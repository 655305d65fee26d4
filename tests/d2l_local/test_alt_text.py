"""What readers who cannot see a figure are told of it."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from d2l_local.common.alt_text import describe
from d2l_local.common.figures import plot, show_images
from d2l_local.common.statistics import plot_intervals


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")
    mpl.rcdefaults()


def test_a_plot_is_described_by_its_labels_and_where_its_curves_go():
    plot([0, 1], [[2.5, 0.25], [1 / 3, 1 / 3]], "epoch", "loss", ["train", "val"])
    expected = "Plot of loss against epoch; curves: train (2.5 to 0.25), val (0.333)."
    assert describe(plt.gcf()) == expected


def test_curves_without_a_common_label_are_what_is_plotted():
    plot([0, 1, 2], [[np.nan, 1, 2], [2, 1, np.inf]], "epoch", None, ["loss", "accuracy"])
    expected = "Plot of loss (1 to 2), accuracy (2 to 1) against epoch."
    assert describe(plt.gcf()) == expected


def test_a_single_curve_needs_no_name():
    plot([0, 1], [3, 4], "x", "f(x)")
    assert describe(plt.gcf()) == "Plot of f(x) against x (3 to 4)."


def test_points_have_no_first_and_last():
    plt.plot([0, 1], [3, 4], "o", label="days")
    plt.scatter([0], [1], label="nights")
    plt.ylabel("sales")
    plt.legend()
    assert describe(plt.gcf()) == "Plot of sales; curves: days, nights."


def test_error_bars_are_curves():
    for name, mean in (("depth 1", 0.5), ("depth 3", 0.7)):
        plot_intervals([1, 2], [[mean, mean + 0.2], [0.8, 0.9]], label=name)
    plt.axhline(0.6)
    plt.xlabel("epochs")
    plt.ylabel("accuracy")
    expected = "Plot of accuracy against epochs"
    curves = "; curves: depth 1 (0.6 to 0.85), depth 3 (0.8 to 0.85)."
    assert describe(plt.gcf()) == expected + curves
    plt.legend()
    assert describe(plt.gcf()) == expected + curves


def test_a_legend_with_as_many_names_as_lines_have_labels():
    plt.errorbar([0, 1], [3, 4], yerr=1, label="mean")
    plt.plot([0, 1], [2, 2], label="chance")
    plt.ylabel("accuracy")
    plt.legend()
    assert describe(plt.gcf()) == "Plot of accuracy; curves: chance (2), mean (3 to 4)."


def test_bars_are_named_with_their_lengths():
    plt.barh(["coat", "bag"], [1 / 3, 12345.6])
    plt.xlabel("pixels")
    assert describe(plt.gcf()) == "Bar chart of pixels; bars: coat 0.333, bag 12,346."


def test_bars_without_names_are_not_read_out():
    plt.hist(np.arange(100), bins=20)
    plt.ylabel("how many")
    assert describe(plt.gcf()) == "Bar chart of how many."


def test_contours_are_called_so():
    plt.contour(np.outer(np.arange(3), np.arange(4)))
    plt.title("loss")
    assert describe(plt.gcf()) == "loss: Contour plot."


def test_images_are_described_by_their_titles():
    show_images(np.zeros((2, 4, 4)), 1, 3, titles=["coat\nbag", "shirt"])
    assert describe(plt.gcf()) == "2 images: coat, bag; shirt."
    show_images(np.zeros((1, 4, 4)), 1, 1, titles=["coat"])
    plt.gca().set(xlabel="column", ylabel="row")
    assert describe(plt.gcf()) == "coat: Image of row against column."
