"""Figures are compared as data: what a figure shows must come out nearly the same."""

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tabbook.run.figures import (
    Axis,
    compare_figures,
    looks_like_another,
    numbers,
)
from tabbook.text.tolerance import Tolerance, parse_tolerance

Data = dict[str, Any]
EPOCHS = range(1, 13)
LOSS = [0.3 + 0.9 / epoch for epoch in EPOCHS]
ACCURACY = [0.9 - 0.5 / epoch for epoch in EPOCHS]
DEFAULT = Tolerance()


def text(values: Any) -> str:
    return " ".join(f"{value:.4g}" for value in values)


def line(y: Any, label: str = "", colour: str = "#1f77b4", **fields: str) -> Data:
    data = {"kind": "line", "label": label, "look": f"{colour} - None", "shape": "12"}
    return {**data, "x": text(EPOCHS), "y": text(y), **fields}


def training() -> Data:
    """A loss and two accuracies over the epochs, in two panels."""
    loss = {
        **{"xlabel": "epoch", "xlim": "0 13", "ylabel": "loss", "ylim": "0.3 1.3"},
        **{"legend": ["training"], "series": [line(LOSS, "training")]},
    }
    curves = [
        line(ACCURACY, "training"),
        line([a - 0.1 for a in ACCURACY], "validation", "#ff7f0e"),
    ]
    accuracy = {
        **{"title": "how often it is right", "xlabel": "epoch", "xlim": "0 13"},
        **{"ylabel": "accuracy", "ylim": "0.2 1", "legend": ["training", "validation"]},
        **{"series": curves, "texts": ["best 0.9"]},
    }
    return {"axes": [loss, accuracy], "pictures": {"image/png": "0" * 16}}


def bars(heights: Any = (5, 3, 2)) -> Data:
    names = ["shirt", "coat", "bag"]
    series = {"kind": "bars", "look": "#808080", "shape": "3", "x": "0 1 2", "y": text(heights)}
    axes = {"ylabel": "images", "xlim": "-0.5 2.5", "ylim": "0 5.25", "xticks": names}
    return {"axes": [{**axes, "series": [series]}]}


def images(*pixels: list[float]) -> Data:
    return {
        "axes": [
            {"title": f"unit {index}", "series": [image(each)]}
            for index, each in enumerate(pixels, 1)
        ]
    }


def image(pixels: list[float]) -> Data:
    mean = sum(pixels) / len(pixels)
    spread = math.sqrt(sum((pixel - mean) ** 2 for pixel in pixels) / len(pixels))
    data = {"kind": "image", "look": "gray", "shape": "2 3", "pixels": text(pixels)}
    return {**data, "spread": text([mean, spread])}


def differences(old: Data, change: Callable[[Data], Any], tolerance: Tolerance = DEFAULT) -> str:
    new = copy.deepcopy(old)
    change(new)
    return "\n".join(compare_figures(old, new, tolerance))


def curve(figure: Data, axes: int, series: int = 0) -> Data:
    return figure["axes"][axes]["series"][series]


def wiggle(figure: Data, share: float) -> None:
    """Move all points up and down by a share of their values."""
    for axes in figure["axes"]:
        for series in axes["series"]:
            moved = enumerate(numbers(series["y"]))
            series["y"] = text(y * (1 + (-1) ** index * share) for index, y in moved)


def test_a_figure_agrees_with_itself():
    for figure in (training(), bars(), images([0, 50, 100, 0, 50, 100])):
        assert differences(figure, lambda _: None) == ""


def test_curves_that_differ_a_little_agree_and_no_chance_makes_them_exchanged():
    assert differences(training(), lambda figure: wiggle(figure, 0.02)) == ""


def test_a_spike_of_one_point_is_no_difference():
    def spike(figure: Data) -> None:
        y = numbers(curve(figure, 0)["y"])
        curve(figure, 0)["y"] = text([*y[:5], 1e6, *y[6:]])

    assert differences(training(), spike) == ""


def exchange(figure: Data) -> None:
    first, second = curve(figure, 1, 0), curve(figure, 1, 1)
    first["y"], second["y"] = second["y"], first["y"]


def raise_curve(figure: Data) -> None:
    y = numbers(curve(figure, 1)["y"])
    curve(figure, 1)["y"] = text(value - 0.2 for value in y)


Change = tuple[Callable[[Data], Any], str]
OF_HEIGHTS: list[Change] = [
    (exchange, "line training and line validation are exchanged"),
    (raise_curve, "y of line training differs by 0.25 of the axis, more than 0.1"),
    (lambda figure: curve(figure, 0).update(y=text([math.nan] * 12)), "y of line training"),
    (lambda figure: figure["axes"][0].update(ylim="0.3 2.3"), "limits of y differ"),
    (lambda figure: figure["axes"][1].update(texts=["best 0.7"]), "texts differs"),
]
OTHERS: list[Change] = [
    (lambda figure: figure["axes"].reverse(), "title differs"),
    (lambda figure: figure["axes"].pop(), "the figure has 1 axes, the committed one 2"),
    (lambda figure: figure["axes"][1]["legend"].reverse(), "legend differs"),
    (lambda figure: figure["axes"][1]["series"].reverse(), "label of line training differs"),
    (lambda figure: figure["axes"][1]["series"].pop(), "drawn are line, committed line, line"),
    (lambda figure: figure["axes"][0].update(xlabel="step"), "xlabel differs"),
    (lambda figure: figure["axes"][1].update(title="what"), "title differs"),
    (lambda figure: figure["axes"][0].update(yscale="log"), "yscale differs"),
    (lambda figure: figure["axes"][0].pop("xlim"), "limits of x differ"),
    (lambda figure: curve(figure, 0).update(look="#1f77b4 -- None"), "look of line training"),
    (lambda figure: curve(figure, 0).update(shape="13"), "shape of line training differs"),
    (lambda figure: curve(figure, 0).update(x=text(x + 4 for x in EPOCHS)), "x of line training"),
    (lambda figure: figure.update(texts=["a title"]), "texts differs"),
]


@pytest.mark.parametrize(("change", "message"), [*OF_HEIGHTS, *OTHERS])
def test_each_change_of_a_figure_is_noticed(change: Callable[[Data], Any], message: str):
    assert message in differences(training(), change)


def test_a_list_that_is_gone_or_shorter_is_noticed():
    for cut in (lambda data: data.pop("y"), lambda data: data.update(y="1 1 1")):
        assert "lists of" in differences(training(), lambda figure, cut=cut: cut(curve(figure, 1)))


def test_bars_that_begin_elsewhere_are_noticed():
    figure = bars()
    figure["axes"][0]["series"][0]["feet"] = "0 1 1"
    moved = differences(figure, lambda changed: curve(changed, 0).update(feet="0 3 1.5"))
    assert "feet of bars 1 differs by 0.16 of the axis" in moved
    assert "feet" not in differences(figure, lambda _: None)


def test_numbers_of_legends_and_labels_are_settings_and_come_out_the_same():
    figure = training()
    figure["axes"][1]["legend"] = ["9 units", "10 units"]

    def change(changed: Data) -> None:
        changed["axes"][1]["legend"] = ["10 units", "9 units"]

    assert "legend differs" in differences(figure, change)
    assert "legend differs" in differences(figure, change, parse_tolerance("machine: timed"))


def test_two_curves_that_lie_close_are_told_apart_all_the_same():
    def close() -> Data:
        figure = training()
        curve(figure, 1, 1)["y"] = text(accuracy - 0.03 for accuracy in ACCURACY)
        return figure

    assert differences(close(), exchange) == ("line training and line validation are exchanged")


def test_limits_follow_the_highest_point_and_so_may_differ_more():
    assert differences(training(), lambda figure: figure["axes"][0].update(ylim="0.25 1.45")) == ""


def test_the_names_of_bars_have_their_order_unless_the_cell_says_otherwise():
    def swap(figure: Data) -> None:
        figure["axes"][0]["xticks"] = ["shirt", "bag", "coat"]

    assert "xticks differs" in differences(bars(), swap)
    assert differences(bars(), swap, parse_tolerance("0.1")) == ""
    assert "xticks differs" in differences(
        bars(), lambda figure: figure["axes"][0]["xticks"].pop(), parse_tolerance("0.5")
    )


NOISE = [0.0, 90.0, 40.0, 70.0, 10.0, 60.0]
OTHER_NOISE = [60.0, 10.0, 80.0, 0.0, 90.0, 30.0]


def test_another_image_is_noticed_and_so_are_two_that_are_exchanged():
    def exchange_images(figure: Data) -> None:
        first, second = figure["axes"]
        first["series"], second["series"] = second["series"], first["series"]

    assert "pixels of image 1 differs" in differences(
        images(NOISE), lambda figure: figure.update(images(OTHER_NOISE))
    )
    close = [pixel + 4 for pixel in NOISE]
    assert "exchanged" in differences(images(NOISE, close), exchange_images)
    assert differences(images(NOISE), lambda figure: figure.update(images(close))) == ""


def test_curves_may_not_change_places_but_what_has_a_name_along_an_axis_may():
    wide = parse_tolerance("0.5")
    assert "are exchanged" in differences(training(), exchange, wide)
    sorted_by_height = training()
    sorted_by_height["axes"][1]["xticks"] = ["tanh", "ReLU"]
    assert differences(sorted_by_height, exchange, wide) == ""


def test_some_images_may_be_others_where_the_cell_says_so():
    old = images(*[[*NOISE[n:], *NOISE[:n]] for n in range(6)])
    new = copy.deepcopy(old)
    first, second = new["axes"][:2]
    first["series"], second["series"] = second["series"], first["series"]
    second["title"] = "unit 9"
    assert list(compare_figures(old, new, parse_tolerance("0.4"))) == []
    assert "title differs" in "\n".join(compare_figures(old, new, parse_tolerance("0.3")))
    assert "title differs" in "\n".join(compare_figures(old, new, DEFAULT))


def test_a_cell_may_widen_its_tolerance():
    assert differences(training(), raise_curve, parse_tolerance("0.3")) == ""


TIMED = parse_tolerance("machine: it is timed")


def test_heights_of_the_machine_are_not_compared_but_all_else_is():
    higher = bars([50, 30, 90])
    higher["axes"][0] |= {"ylim": "0 100", "xticks": ["bag", "coat", "shirt"]}
    assert differences(bars(), lambda figure: figure.update(higher), TIMED) == ""
    for change, _ in OF_HEIGHTS:
        assert differences(training(), change, TIMED) == ""
    for change, message in OTHERS:
        assert message in differences(training(), change, TIMED)


def test_bars_that_lie_have_their_heights_along_x():
    def lying(lengths: Any) -> Data:
        series = {"kind": "barh", "shape": "3", "x": text(lengths), "y": "0 1 2"}
        return {"axes": [{"xlim": f"0 {max(lengths)}", "ylim": "-0.5 2.5", "series": [series]}]}

    new = lying([9, 1, 1])
    assert differences(lying([1, 2, 3]), lambda figure: figure.update(new), TIMED) == ""
    moved = lying([1, 2, 3])
    curve(moved, 0)["y"] = "3 4 5"
    assert "y of barh 1" in differences(lying([1, 2, 3]), lambda f: f.update(moved), TIMED)


def test_predictions_above_images_are_of_the_machine():
    change = {"axes": [{"title": "a shirt", "series": [image(OTHER_NOISE)]}]}
    assert differences(images(NOISE), lambda figure: figure.update(change), TIMED) == ""


def test_the_figure_of_another_cell_is_noticed_where_its_labels_are_the_same():
    close = training()
    wiggle(close, 0.04)
    assert list(compare_figures(training(), close, DEFAULT)) == []
    assert looks_like_another(training(), close, [training(), close])
    assert not looks_like_another(training(), training(), [training(), close])
    assert not looks_like_another(training(), close, [training(), bars()])


@pytest.mark.parametrize(
    ("axis", "value", "place"),
    [
        (Axis(0, 4), 1, 0.25),
        (Axis(4, 0), 1, 0.75),
        (Axis(1, 10_000, "log"), 10, 0.25),
        (Axis(1, 10_000, "log"), 0, -math.inf),
        (Axis(0.1, 0.9, "logit"), 0.5, 0.5),
        (Axis(-1, 1, "symlog"), 0, 0.5),
        (Axis(2, 2), 2, 0),
    ],
)
def test_a_value_has_its_place_on_an_axis_by_its_scale(axis: Axis, value: float, place: float):
    assert axis.place(value) == pytest.approx(place)


@pytest.mark.parametrize(
    ("old", "new", "distance"),
    [
        (1, 2, 0.25),
        (3, 1e9, 0.25),
        (-math.inf, 0, 0),
        (math.nan, 1, 1),
        (math.nan, math.nan, 0),
    ],
)
def test_values_that_are_not_seen_are_as_far_as_the_edge(old: float, new: float, distance: float):
    assert Axis(0, 4).distance(old, new) == distance


@pytest.mark.parametrize(
    ("said", "tolerance"),
    [
        ("0.3", Tolerance(0.3, any_order=True)),
        ("machine: it is timed", Tolerance(0.2, any_order=True, machine=True)),
    ],
)
def test_a_tolerance_is_a_part_of_the_axis_or_of_the_machine(said: str, tolerance: Tolerance):
    assert parse_tolerance(said) == tolerance


@pytest.mark.parametrize(
    "said", ["", "0", "-1", "0.6", "nan", "much", "machine", "machine: ", "50"]
)
def test_a_tolerance_that_is_none_says_what_would_be_right(said: str):
    with pytest.raises(ValueError, match="#@tol"):
        parse_tolerance(said)


def test_a_mapping_is_all_that_is_needed():
    empty: Mapping[str, Any] = {}
    assert list(compare_figures(empty, empty, DEFAULT)) == []
