"""Images and curves."""

import base64
import io

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("agg")

import matplotlib.pyplot as plt
from PIL import Image

from d2l_local.common.alt_text import describe
from d2l_local.common.figures import (
    as_numpy,
    mime_bundle,
    plot,
    png_of,
    set_figsize,
    show_images,
    svg_of,
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")
    mpl.rcdefaults()


def curves():
    return [(line.get_xdata().tolist(), line.get_ydata().tolist()) for line in plt.gca().lines]


def test_one_curve_over_its_x():
    plot(np.array([0.0, 1.0]), np.array([2.0, 3.0]))
    assert curves() == [([0, 1], [2, 3])]


def test_several_curves_share_one_x():
    plot([0, 1], [[2, 3], np.array([4, 5])])
    assert curves() == [([0, 1], [2, 3]), ([0, 1], [4, 5])]


def test_each_curve_over_its_own_x():
    plot([[0, 1], [0, 1, 2]], [[2, 3], [4, 5, 6]])
    assert curves() == [([0, 1], [2, 3]), ([0, 1, 2], [4, 5, 6])]


def test_without_x_curves_run_over_0_1_2():
    plot([[5, 6, 7]])
    assert curves() == [([0, 1, 2], [5, 6, 7])]


def test_more_curves_than_formats_are_all_drawn():
    plot([0, 1], [[i, i] for i in range(6)])
    assert len(curves()) == 6


def test_numbers_of_curves_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="2 x curves for 3 y curves"):
        plot([[0, 1], [0, 1]], [[0, 1], [0, 1], [0, 1]])


def test_labels_limits_scales_and_legend_are_set():
    plot([1, 10], [[1, 2]], "x", "f(x)", ["f"], (1, 10), (0, 3), "log", "linear")
    axes = plt.gca()
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("x", "f(x)")
    assert (axes.get_xlim(), axes.get_ylim()) == ((1, 10), (0, 3))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "linear")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["f"]


def test_images_fill_the_grid_and_carry_their_titles():
    cells = show_images(np.zeros((3, 4, 4)), 2, 2, titles=["a", "b", "c"])
    assert len(cells) == 4
    assert [len(axes.images) for axes in cells] == [1, 1, 1, 0]
    assert [axes.get_title() for axes in cells] == ["a", "b", "c", ""]


def test_the_same_figure_gives_the_same_svg_without_a_date():
    svgs = []
    for _ in range(2):
        plot([0, 1], [[0, 1], [1, 0]], "x", "y", ["up", "down"])
        svgs.append(svg_of(plt.gcf()))
        plt.close()
    assert svgs[0] == svgs[1]
    assert "<dc:date>" not in svgs[0]


def test_the_png_keeps_the_colours_of_many_lines():
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
    left.plot(np.linspace(0, 6, 50)[:, None] * range(10))
    right.imshow(np.random.default_rng(1).random((30, 30)), cmap="RdBu")
    exact = io.BytesIO()
    figure.savefig(exact, format="png", dpi=80, bbox_inches="tight")
    pixels, true = (
        np.asarray(Image.open(file).convert("RGB"), dtype=int)
        for file in (io.BytesIO(png_of(figure)), exact)
    )
    assert abs(pixels - true).max() < 32  # of 255


def test_a_figure_comes_as_svg_and_as_a_png_for_readers_whose_jupyter_hides_svg():
    show_images(np.random.default_rng(0).normal(size=(16, 28, 28)), 2, 8, titles=["unit"] * 16)
    data, metadata = mime_bundle(plt.gcf())
    png = base64.b64decode(data["image/png"])
    assert png.startswith(b"\x89PNG")
    assert len(png) < 100_000
    assert len(data["image/svg+xml"]) < 100_000
    assert metadata["image/png"]["alt"] == metadata["image/svg+xml"]["alt"] == describe(plt.gcf())


def test_set_figsize_holds_for_the_figures_that_follow():
    set_figsize((5, 1))
    assert plt.figure().get_size_inches().tolist() == [5, 1]


def test_nested_lists_become_arrays():
    assert as_numpy([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]
