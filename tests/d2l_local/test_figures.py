"""Images and curves."""

import base64
import datetime
import io
import re

import matplotlib as mpl
import nbformat
import numpy as np
import pytest
from drawn import image_in, stretched
from nbclient import NotebookClient

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


@pytest.mark.parametrize(("x", "y"), [("linear", "log"), ("log", "linear")])
def test_each_axis_has_the_scale_that_is_asked_for(x, y):
    plot([1, 10], [[1, 100]], xscale=x, yscale=y)
    assert (plt.gca().get_xscale(), plt.gca().get_yscale()) == (x, y)


def test_a_legend_names_each_curve_by_the_line_that_it_shows():
    plot([0, 1], [[i, i] for i in range(4)], legend=list("abcd"))
    axes = plt.gca()
    handles = axes.get_legend().legend_handles
    styles = [[(e.get_linestyle(), e.get_color()) for e in of] for of in (handles, axes.lines)]
    assert styles[0] == styles[1]
    assert [line.get_ydata()[0] for line in axes.lines] == [0, 1, 2, 3]


def test_four_curves_differ_in_print_and_for_those_who_see_no_colours():
    plot([0, 1], [[i, i] for i in range(4)])
    lines = plt.gca().lines
    assert len({line.get_linestyle() for line in lines}) == 4
    assert len({line.get_color() for line in lines}) == 4


def test_formats_are_those_that_were_asked_for_in_their_order():
    plot([0, 1], [[0, 1], [1, 0], [2, 2]], fmts=("k.", "r--"))
    drawn = [(e.get_marker(), e.get_linestyle(), e.get_color()) for e in plt.gca().lines]
    assert drawn == [(".", "None", "k"), ("None", "--", "r"), (".", "None", "k")]


@pytest.mark.parametrize("style", ["default", {"axes.grid": True}])
def test_curves_lie_on_a_grid(style):
    with plt.style.context(style):
        plot([0, 1], [0, 1])
        axes = plt.gca()
        figure = axes.figure
        figure.canvas.draw()
    shown = [line.get_visible() for line in axes.get_xgridlines() + axes.get_ygridlines()]
    assert all(shown)


def test_curves_get_a_figure_of_their_own_in_the_size_that_was_asked_for():
    cells = show_images(np.zeros((8, 4, 4)), 1, 8)
    plot([0, 1], [0, 1], figsize=(5, 2))
    assert not cells[-1].lines
    assert plt.gcf().get_size_inches().tolist() == [5, 2]
    plot([0, 1], [1, 0])
    assert [len(plt.figure(number).axes) for number in plt.get_fignums()] == [8, 1, 1]
    assert plt.gcf().get_size_inches().tolist() == [3.5, 2.5]
    assert curves() == [([0, 1], [1, 0])]


def test_a_grid_with_a_cell_to_spare_is_no_place_for_curves():
    cells = show_images(np.zeros((2, 4, 4)), 1, 3)
    plot([0, 1], [0, 1])
    assert not any(axes.lines for axes in cells)


def test_nor_is_a_drawing_of_texts():
    plt.text(0.5, 0.5, "input")
    plot([0, 1], [0, 1])
    assert len(plt.get_fignums()) == 2


def test_empty_axes_that_were_just_made_are_taken():
    left = plt.subplot(1, 2, 1)
    plot([0, 1], [0, 1])
    right = plt.subplot(1, 2, 2)
    plot([0, 1], [1, 0])
    assert plt.gcf().axes == [left, right]
    assert [axes.lines[0].get_ydata().tolist() for axes in (left, right)] == [[0, 1], [1, 0]]


def test_axes_that_are_given_are_drawn_in_once_more():
    figure, axes = plt.subplots()
    for y in (1, 2):
        plot([0, 1], [y, y], "x", axes=axes)
    assert plt.get_fignums() == [figure.number]
    assert curves() == [([0, 1], [2, 2])]


def test_what_comes_after_a_plot_is_drawn_in_its_figure():
    plot([0, 1], [0, 1])
    plt.axvline(0.5)
    plt.title("a line")
    assert len(plt.get_fignums()) == 1
    assert len(plt.gca().lines) == 2


def test_names_dates_and_gaps_can_be_plotted():
    days = [datetime.date(2026, 1, day) for day in (1, 2, 3)]
    plot([1, 2, 3], ["a", "b", "c"])
    plot(days, [1, 2, 3])
    assert plt.gca().lines[0].get_xdata().tolist() == days
    plot([1, 2, 3], np.ma.masked_less([1.0, 2.0, 3.0], 2))
    assert np.isnan(plt.gca().lines[0].get_ydata(orig=False)).tolist() == [True, False, False]


IMAGES = np.random.default_rng(0).integers(0, 256, (6, 5, 7))


def test_images_stand_in_their_order_upright_and_the_brightest_value_is_white():
    cells = show_images(IMAGES, 2, 3)
    figure = cells[0].figure
    for axes, image in zip(cells, IMAGES, strict=True):
        np.testing.assert_allclose(image_in(axes), stretched(image), atol=0.02)
    places = [axes.get_position() for axes in cells]
    assert [round(place.y0, 3) for place in places[:3]] == [round(places[0].y0, 3)] * 3
    assert places[0].x0 < places[1].x0 < places[2].x0
    assert places[0].y0 > places[3].y0, "the second row is below the first"
    assert figure.get_size_inches().tolist() == [4.5, 3]


def test_images_have_no_axes_around_them():
    assert not any(axes.axison for axes in show_images(IMAGES, 2, 4))


def test_more_images_than_cells_are_left_out():
    cells = show_images(IMAGES, 1, 2, titles=list("abcdef"))
    assert [axes.get_title() for axes in cells] == ["a", "b"]


def test_titles_may_be_fewer_than_images():
    cells = show_images(IMAGES, 1, 3, titles=["a"])
    assert [axes.get_title() for axes in cells] == ["a", "", ""]


def test_images_come_in_colour_with_the_channels_first_or_last_and_from_pillow():
    colours = np.random.default_rng(0).random((5, 7, 3))
    grey = stretched(IMAGES[0])
    given = [
        colours,
        np.moveaxis(colours, -1, 0),
        IMAGES[0][None],
        Image.fromarray(IMAGES[0].astype(np.uint8)),
    ]
    cells = show_images(given, 1, 4)
    for axes, expected in zip(cells, (colours, colours, grey, grey), strict=True):
        np.testing.assert_allclose(image_in(axes), expected, atol=0.02)


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


def width_and_height(svg):
    return [float(size) for size in re.search(r'width="(.*?)pt" height="(.*?)pt"', svg).groups()]


@pytest.mark.parametrize(("rows", "columns"), [(1, 8), (2, 9)])
def test_a_row_of_many_images_is_as_wide_as_the_page(rows, columns):
    show_images(np.zeros((rows * columns, 28, 28)), rows, columns, titles=["ankle boot"] * columns)
    svg, png = svg_of(plt.gcf()), Image.open(io.BytesIO(png_of(plt.gcf())))
    width, height = width_and_height(svg)
    assert width * 96 / 72 <= 848, "what JupyterLab has at 1280 pixels"
    assert png.width <= 848
    box = [float(number) for number in re.search(r'viewBox="0 0 (.*?)"', svg)[1].split()]
    assert width / height == pytest.approx(box[0] / box[1], rel=1e-3)
    assert width / height == pytest.approx(png.width / png.height, rel=0.05)


def test_a_figure_that_fits_is_shown_in_its_own_size():
    plot([0, 1], [0, 1])
    svg = svg_of(plt.gcf())
    box = [float(number) for number in re.search(r'viewBox="0 0 (.*?)"', svg)[1].split()]
    assert width_and_height(svg) == pytest.approx(box)
    assert 200 < box[0] < 260


def test_a_figure_that_cannot_be_described_is_shown_all_the_same():
    plot([0, 1], [0, 1])
    figure = plt.gcf()
    figure.axes[0].lines[0].get_label = lambda: 1 / 0
    with pytest.raises(ZeroDivisionError):
        describe(figure)
    data, metadata = mime_bundle(figure)
    assert data["image/svg+xml"].lstrip().startswith("<?xml")
    assert metadata["image/png"]["alt"] == "Figure without a description."


# A face without its framework, which takes seconds to start.
FACE = """
import sys, types
import numpy as np
from d2l_local.common import figures
from d2l_local.common.faces import lazy_attribute
d2l = sys.modules['face'] = types.ModuleType('face')
d2l.__getattr__ = lambda name: lazy_attribute('face', name)
"""


def test_jupyter_shows_every_figure_with_a_description_whatever_is_on_it():
    cells = [
        FACE,
        "d2l.plt.plot([1, 2, 3], ['a', 'b', 'c']);",
        "d2l.plt.plot([0, 1])\nd2l.plt.gca().lines[0].get_label = lambda: 1 / 0",
        "figures.show_images(np.eye(4)[None], 1, 1, titles=['coat'])\n"
        "figures.plot([0, 1], [2, 3], 'x', 'y')\nfigures.plot([0, 1], [3, 2], 'x', 'y')",
        # What readers choose for themselves holds: `plt` does not ask for SVG again.
        "from matplotlib_inline.backend_inline import set_matplotlib_formats\n"
        "set_matplotlib_formats('png')\nd2l.plt.plot([0, 1]);",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    *shown, own_choice = [
        [output for output in cell.outputs if output.output_type == "display_data"]
        for cell in notebook.cells[1:]
    ]
    assert [
        [output.metadata[kind]["alt"] for output in outputs]
        for outputs in shown
        for kind in ("image/svg+xml", "image/png")
    ] == [
        *[["Plot (a to c)."]] * 2,
        *[["Figure without a description."]] * 2,
        *[["coat: Image.", "Plot of y against x (2 to 3).", "Plot of y against x (3 to 2)."]] * 2,
    ]
    assert ["image/svg+xml" in output.data for output in own_choice] == [False]


def test_set_figsize_holds_for_the_figures_that_follow():
    set_figsize((5, 1))
    assert plt.figure().get_size_inches().tolist() == [5, 1]


def test_nested_lists_become_arrays():
    assert as_numpy([[1, 2], [3, 4]]).tolist() == [[1, 2], [3, 4]]
