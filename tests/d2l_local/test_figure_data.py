"""What a figure shows, as the data that a re-execution compares."""

import base64
import datetime
import hashlib
import json

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt

from d2l_local.common.board import ProgressBoard
from d2l_local.common.figure_data import (
    AXES_FIELDS,
    FIGURE_FIELDS,
    MIME_TYPE,
    SERIES_FIELDS,
    figure_data,
)
from d2l_local.common.figures import mime_bundle, plot, show_images


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")
    mpl.rcdefaults()


def shown(figure=None):
    """The data of a figure once it has been drawn, as they come out of a file."""
    figure = figure or plt.gcf()
    figure.canvas.draw()
    return json.loads(json.dumps(figure_data(figure, {}), allow_nan=False))


def series(figure=None):
    return [each for axes in shown(figure)["axes"] for each in axes["series"]]


def numbers(text):
    return [float(number) for number in text.split()]


def test_a_plot_tells_its_labels_limits_scales_legend_and_curves():
    x = [1, 10, 100]
    plot(x, [[1, 2, 3], [3, 2, 1]], "step", "loss", ["a", "b"], (1, 100), (0, 4), "log")
    plt.title("two curves")
    assert shown() == {
        "axes": [
            {
                "title": "two curves",
                "xlabel": "step",
                "xscale": "log",
                "xlim": "1 100",
                "ylabel": "loss",
                "ylim": "0 4",
                "legend": ["a", "b"],
                "series": [
                    {"kind": "line", "look": "#1f77b4 - None", "shape": "3"}
                    | {"x": "1 10 100", "y": "1 2 3"},
                    {"kind": "line", "look": "#bf00bf -- None", "shape": "3"}
                    | {"x": "1 10 100", "y": "3 2 1"},
                ],
            }
        ]
    }


def test_of_a_long_curve_some_points_are_told_the_ends_among_them():
    plot(np.linspace(0, 1, 1001), np.linspace(5, 7, 1001) ** 2)
    (curve,) = series()
    x, y = numbers(curve["x"]), numbers(curve["y"])
    assert curve["shape"] == "1001"
    assert (x[0], x[-1], y[0], y[-1]) == (0, 1, 25, 49)
    assert len(x) == len(y) == 24
    np.testing.assert_allclose(y, (5 + 2 * np.array(x)) ** 2, atol=0.1)


def test_digits_are_as_many_as_the_range_of_the_numbers_deserves():
    days = [datetime.date(2026, 1, 1) + datetime.timedelta(days=day) for day in range(3)]
    plot(days, [1e-17, 0.123456, 1.0])
    plot([0, 1, 2], [1000.001, 1000.002, 1000.003])
    plot([0, 1, 2], [1.23456e-9, float("nan"), float("inf")], yscale="log")
    first, second, third = (series(plt.figure(number))[0] for number in plt.get_fignums())
    assert (first["x"], first["y"]) == ("20454 20455 20456", "0 0.123 1")
    assert second["y"] == "1000.001 1000.002 1000.003"
    assert third["y"] == "1.235e-09 nan inf"


def test_names_along_an_axis_are_told_and_numbers_are_not():
    figure, (left, right) = plt.subplots(1, 2)
    left.bar(["shirt", "coat"], [2, 1])
    right.plot([1, 1000], [-1e-5, 1e-5])
    right.set_xscale("log")
    names, figures = shown(figure)["axes"]
    assert names["xticks"] == ["shirt", "coat"]
    assert not {"xticks", "yticks"} & set(figures)
    assert "yticks" not in names


def test_names_are_told_of_each_panel_that_shares_them():
    figure, panels = plt.subplots(1, 2, sharey=True)
    panels[0].plot([1, 2], [0, 1])
    panels[0].set(yticks=[0, 1], yticklabels=["off", "on"])
    assert [axes["yticks"] for axes in shown(figure)["axes"]] == [["off", "on"]] * 2


def test_bars_tell_their_ends_whether_they_stand_or_lie():
    figure, (left, right) = plt.subplots(1, 2)
    left.bar([1, 2], [3, 4], color="k", label="both")
    right.barh([1, 2], [3, 4], color=["r", "b"])
    standing, lying = series(figure)
    assert standing == {
        **{"kind": "bars", "label": "both", "look": "#000000"},
        **{"shape": "2", "x": "1 2", "y": "3 4"},
    }
    assert lying == {
        **{"kind": "barh", "look": "#ff0000 #0000ff", "shape": "2"},
        **{"x": "3 4", "y": "1 2"},
    }


def test_bars_on_other_bars_tell_where_they_begin():
    plt.bar(["a", "b"], [3, 4])
    plt.bar(["a", "b"], [1, 2], bottom=[3, 4])
    plt.bar([], [])
    below, above, none = series()
    assert "feet" not in below
    assert (above["feet"], above["y"]) == ("3 4", "4 6")
    assert none == {"kind": "bars", "shape": "0"}


def test_an_image_of_which_nothing_can_be_seen_has_no_brightness(recwarn):
    show_images([np.full((4, 4), np.nan)], 1, 1)
    assert "spread" not in series()[0]
    assert not recwarn


def test_an_image_tells_its_shape_some_pixels_and_how_bright_it_is():
    array = np.arange(60 * 40).reshape(60, 40)
    show_images([array], 1, 1, titles=["ramp"])
    (axes,) = shown()["axes"]
    (image,) = axes["series"]
    pixels = numbers(image["pixels"])
    assert axes["title"] == "ramp"
    assert "xlim" not in axes, "the shape of an image says it"
    assert (image["kind"], image["look"], image["shape"]) == ("image", "gray", "60 40")
    assert len(pixels) == 16 * 16
    assert pixels == sorted(pixels)
    assert (pixels[0], pixels[-1]) == (0, 100)
    assert image["spread"] == "50.0 28.9"


def test_colours_of_an_image_are_told_channel_by_channel():
    red = np.zeros((2, 2, 3), dtype=np.uint8)
    red[..., 0] = 255
    show_images([red], 1, 1)
    (image,) = series()
    assert image["shape"] == "2 2 3"
    assert image["pixels"] == "100 0 0 " * 3 + "100 0 0"


def test_the_colours_of_points_are_told_where_they_mean_a_number():
    figure, (left, right) = plt.subplots(1, 2)
    left.scatter([0, 1, 2], [2, 1, 0], c=[5, 6, 7])
    right.scatter([0, 1], [1, 0], c=["r", "b"], label="two")
    numbered, named = series(figure)
    assert numbered["colours"] == "0 50 100"
    assert (named["look"], named["label"]) == ("#ff0000 #0000ff", "two")
    assert (named["x"], named["y"]) == ("0 1", "1 0")


def everything():
    """A figure with all that the course draws, and some that others might."""
    random = np.random.default_rng(0)
    figure, grid = plt.subplots(2, 4, layout="constrained")
    axes = grid.ravel()
    axes[0].hist(random.random(50), histtype="step", label="steps")
    axes[0].axvspan(0.2, 0.3)
    axes[1].errorbar([1, 2], [1, 2], yerr=0.1, label="e")
    axes[2].contourf(random.random((9, 9)))
    axes[3].pcolormesh(random.random((9, 9)))
    axes[4].fill_between([1, 2, 3], [1, 2, 3], 0)
    axes[5].annotate("here", (0, 0), (1, 1), arrowprops={})
    axes[5].arrow(0, 0, 1, 1)
    axes[6].quiver([1, 2], [1, 2])
    figure.colorbar(axes[7].imshow(random.random((4, 5))))
    axes[1].inset_axes((0.5, 0.5, 0.3, 0.3)).plot([1, 2])
    axes[1].twinx().plot([3, 4])
    figure.suptitle("everything")
    figure.add_subplot(projection="3d").plot([1, 2], [1, 2], [3, 4])
    figure.add_subplot(projection="polar").plot([1, 2], [1, 2])
    return figure


def test_all_that_is_told_stands_in_the_tables():
    data = shown(everything())
    assert set(data) <= set(FIGURE_FIELDS)
    assert {key for axes in data["axes"] for key in axes} <= set(AXES_FIELDS)
    drawn = [each for axes in data["axes"] for each in axes["series"]]
    assert {key for each in drawn for key in each} <= set(SERIES_FIELDS)
    assert data["texts"] == ["everything"]
    assert {each["kind"] for each in drawn} == {"outline", "shapes", "line", "contours", "image"}
    assert len(data["axes"]) == 13, "insets, twins and colour bars are axes, too"


def test_the_data_of_a_figure_are_the_same_whenever_they_are_asked_for():
    figures = [everything() for _ in range(2)]
    assert shown(figures[0]) == shown(figures[1])


def test_they_stay_small_however_much_is_drawn():
    plot(np.arange(10_000), np.random.default_rng(0).random((20, 10_000)))
    curves = json.dumps(shown())
    show_images(np.random.default_rng(0).random((28, 280, 280)), 4, 7, titles=["shirt"] * 28)
    assert len(curves) < 6000
    assert len(json.dumps(shown())) < 6000


def test_a_displayed_figure_carries_them_with_a_hash_of_each_picture():
    plot([0, 1], [0, 1], "x", "y")
    data, _ = mime_bundle(plt.gcf())
    pictures = {
        "image/svg+xml": data["image/svg+xml"].encode(),
        "image/png": base64.b64decode(data["image/png"]),
    }
    assert data[MIME_TYPE] == shown() | {
        "pictures": {kind: hashlib.sha256(each).hexdigest()[:16] for kind, each in pictures.items()}
    }


def test_so_does_the_figure_of_a_board(monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: displayed.append(data))
    board = ProgressBoard(xlabel="epoch", display=False)
    for x in range(3):
        board.draw(x, 1 / (x + 1), "train_loss")
    board._ipython_display()
    (axes,) = displayed[0][MIME_TYPE]["axes"]
    assert axes["ylabel"] == "loss"
    assert axes["series"][0]["y"] == "1 0.5 0.3333"


def test_what_cannot_be_told_is_shown_all_the_same():
    plot([0, 1], [0, 1])
    plt.gca().lines[0].get_marker = lambda: 1 / 0
    data, _ = mime_bundle(plt.gcf())
    assert set(data) == {"image/svg+xml", "image/png", "text/plain"}
