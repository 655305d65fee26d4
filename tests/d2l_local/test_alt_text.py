"""What readers who cannot see a figure are told of it."""

import datetime

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from d2l_local.common.alt_text import describe
from d2l_local.common.figures import plot, show_images
from d2l_local.lab.statistics import plot_intervals


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


def test_a_bar_has_the_name_at_its_foot_whatever_the_order():
    plt.bar([2, 0, 1], [3, 1, 2])
    plt.xticks([0, 1, 2], ["zero", "one", "two"])
    assert describe(plt.gcf()) == "Bar chart; bars: two 3, zero 1, one 2."


def test_bars_are_not_named_by_ticks_that_lie_elsewhere():
    plt.bar([0.5, 1.5, 2.5], [3, 1, 2], width=0.4)
    plt.xticks([0, 1, 2], ["zero", "one", "two"])
    assert describe(plt.gcf()) == "Bar chart."


def test_a_legend_of_given_names_goes_by_the_order_of_the_lines():
    plt.plot([0, 1], [1, 2])
    plt.plot([0, 1], [5, 4])
    plt.axhline(3)
    plt.legend(["up", "down", "level"])
    assert describe(plt.gcf()) == "Plot of up (1 to 2), down (5 to 4), level (3)."


DAYS = [datetime.date(2026, 1, day) for day in (1, 2, 3)]


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        (["a", "b", "c"], " (a to c)"),
        (["10", "9", "8"], " (10 to 8)"),
        (DAYS, " (2026-01-01 to 2026-01-03)"),
        (np.array(DAYS, "datetime64[ns]"), " (2026-01-01 to 2026-01-03)"),
        (
            [datetime.datetime(2026, 1, 1, hour) for hour in (0, 6)],
            " (2026-01-01 to 2026-01-01 06:00:00)",
        ),
        (np.ma.masked_less([1, 2, 3.0], 2), " (2 to 3)"),
        ([None, 2, 3], " (2 to 3)"),
        (np.array([1, 2.5, 3], object), " (1 to 3)"),
        ([np.nan, np.nan], ""),
        ([], ""),
        ([2.3, 1e31], " (2.3 to 1e+31)"),
    ],
)
def test_values_are_told_as_they_were_given(values, ends):
    plt.plot(range(len(values)), values)
    assert describe(plt.gcf()) == f"Plot{ends}."


def test_names_and_dates_below_a_curve_do_not_hide_its_values():
    plt.plot(["a", "b"], [1, 2])
    plt.figure().gca().plot(DAYS, [1, 2, 3])
    assert [describe(plt.figure(n)) for n in (1, 2)] == ["Plot (1 to 2).", "Plot (1 to 3)."]


def test_axes_with_logarithms_are_told_in_plain_numbers():
    plt.loglog([1, 10], [0.01, 100])
    assert describe(plt.gcf()) == "Plot (0.01 to 100)."


def test_circles_and_spaces_are_called_so():
    plt.subplot(projection="polar").plot([0, 1], [2, 3])
    assert describe(plt.gcf()) == "Polar plot (2 to 3)."
    axes = plt.figure().add_subplot(projection="3d")
    axes.plot([0, 1], [2, 3], [5, 7])
    axes.set(xlabel="w", ylabel="b", zlabel="loss")
    plt.gcf().canvas.draw()
    assert describe(plt.gcf()) == "3D plot of loss against w and b (5 to 7)."


def test_a_colour_bar_is_no_plot():
    plt.imshow(np.eye(3))
    plt.colorbar(label="share")
    assert describe(plt.gcf()) == "Image. Colour bar of share."


def test_what_is_drawn_in_a_corner_of_other_axes_is_told():
    axes = plt.subplot()
    axes.plot([1, 2])
    axes.secondary_xaxis("top")
    inset = axes.inset_axes([0.5, 0.5, 0.4, 0.4])
    inset.plot([3, 4])
    inset.set_title("close")
    assert describe(plt.gcf()) == "Plot (1 to 2). close: Plot (3 to 4)."


def test_several_panels_are_told_one_after_the_other():
    _, (left, right) = plt.subplots(1, 2, sharex=True)
    left.plot([2, 1], label="train")
    right.plot([0.5, 0.9], label="train")
    left.set(ylabel="loss", xlabel="epoch", title="fit")
    right.set_ylabel("accuracy")
    right.legend()
    assert describe(plt.gcf()) == (
        "fit: Plot of loss against epoch; curves: train (2 to 1). "
        "Plot of accuracy; curves: train (0.5 to 0.9)."
    )


def learning_curves():
    """Axes of losses, and those of accuracies upon them."""
    _, losses = plt.subplots()
    accuracies = losses.twinx()
    for name, ys in (("train", [2, 1]), ("val", [3, 2])):
        losses.plot([0, 1], ys, label=name)
    for name, ys in (("train", [0.5, 0.9]), ("val", [0.4, 0.8])):
        accuracies.plot([0, 1], ys, label=name)
    losses.set(xlabel="epoch", ylabel="loss")
    accuracies.set_ylabel("accuracy")
    return losses, accuracies


LEARNING_CURVES = (
    "Plot of loss against epoch; curves: train (2 to 1), val (3 to 2); "
    "second axis accuracy: train (0.5 to 0.9), val (0.4 to 0.8)."
)


def test_a_second_axis_has_curves_of_its_own():
    losses, accuracies = learning_curves()
    assert describe(plt.gcf()) == LEARNING_CURVES
    losses.legend()
    assert describe(plt.gcf()) == LEARNING_CURVES
    accuracies.legend()
    assert describe(plt.gcf()) == LEARNING_CURVES


@pytest.mark.parametrize("upper", [False, True])
def test_one_legend_may_name_the_curves_of_both_axes(upper):
    both = learning_curves()
    lines = [line for axes in both for line in axes.lines]
    both[upper].legend(lines, [line.get_label() for line in lines])
    assert describe(plt.gcf()) == LEARNING_CURVES
    for line in lines:
        line.set_label("_")
    both[upper].legend(lines, ["train", "val", "train", "val"])
    assert describe(plt.gcf()) == LEARNING_CURVES


def test_a_second_axis_needs_no_names():
    _, below = plt.subplots()
    below.plot([2, 1])
    right = below.twinx()
    right.plot([0.5, 0.9])
    assert describe(plt.gcf()) == "Plot (2 to 1); second axis (0.5 to 0.9)."
    right.set_ylabel("accuracy")
    below.set_xlabel("epoch")
    expected = "Plot against epoch (2 to 1); second axis accuracy (0.5 to 0.9)."
    assert describe(plt.gcf()) == expected
    below.lines[0].remove()
    assert describe(plt.gcf()) == "Plot of accuracy against epoch (0.5 to 0.9)."


def test_a_second_axis_may_stand_at_the_top():
    _, below = plt.subplots()
    below.plot([2, 1], label="by step")
    top = below.twiny()
    top.plot([0, 10], [2, 1], label="by epoch")
    below.set(xlabel="step", ylabel="loss")
    top.set_xlabel("epoch")
    expected = (
        "Plot of loss against step; curves: by step (2 to 1); second axis epoch: by epoch (2 to 1)."
    )
    assert describe(plt.gcf()) == expected


def test_a_figure_without_anything_is_empty():
    plt.figure()
    assert describe(plt.gcf()) == "Empty figure."
    plt.subplots()
    assert describe(plt.gcf()) == "Empty figure."


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


def test_bars_have_names_where_only_the_first_of_several_panels_shows_them():
    figure, panels = plt.subplots(1, 2, sharey=True)
    for panel in panels:
        panel.barh(["shirt", "coat"], [1, 2])
        panel.label_outer()
    assert describe(figure) == " ".join(["Bar chart; bars: shirt 1, coat 2."] * 2)
