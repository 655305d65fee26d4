"""What of a cell's outputs must come out again, and how nearly."""

import base64
import hashlib
import io
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image, ImageDraw

from tabbook.notebook.figure_data import MIME_TYPE as FIGURE
from tabbook.notebook.values import MIME_TYPE
from tabbook.notebook.write import TOLERANCE, WIDGET
from tabbook.run.compare import compare_cells, compare_outputs
from tabbook.text.tolerance import parse_tolerance


def stream(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def result(text: str) -> NotebookNode:
    return new_output("execute_result", data={"text/plain": text}, execution_count=1)


def value(
    number: float, tolerance: float | None = 0.02, name: str = "acc", text: str = ""
) -> NotebookNode:
    data = {MIME_TYPE: {"name": name, "value": number, "tol": tolerance}}
    text = text or f"{name} = {number:.4g}"
    return new_output("display_data", data={**data, "text/plain": text})


def image(view_box: str, path: str = "M0 0") -> NotebookNode:
    svg = f'<svg viewBox="{view_box}"><path d="{path}"/></svg>'
    return new_output("display_data", data={"image/svg+xml": svg, "text/plain": "<Figure>"})


def facts(**content: object) -> NotebookNode:
    return new_output("display_data", data={"application/json": content})


def error(name: str, text: str = "…") -> NotebookNode:
    return new_output("error", ename=name, evalue=text, traceback=[text])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([], []),
        ([stream("a\n")], [stream("a\n")]),
        ([stream("a\nb\n")], [stream("a\n"), stream("b\n")]),
        ([result("3")], [result("3")]),
        ([value(0.85)], [value(0.8601)]),
        ([value(3, None)], [value(3, None)]),
        ([facts(a=1, b=[2])], [facts(b=[2], a=1)]),
        ([image("0 0 9 9")], [image("0 0 9 9", path="M1 1")]),
        ([error("ValueError", "at 0x7f")], [error("ValueError", "at 0x8f")]),
    ],
)
def test_outputs_that_mean_the_same_agree(old: list[NotebookNode], new: list[NotebookNode]):
    assert compare_outputs(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ([stream("a\n")], [stream("b\n")], "text differs\ncommitted: a\nexecuted:  b"),
        ([stream("a\n")], [stream("a\n", "stderr")], "committed stdout, executed stderr"),
        ([result("3")], [result("4")], "text/plain differs"),
        ([], [stream("a\n")], "number of outputs differs: committed [] and executed [stdout]"),
        ([stream("a\n")], [stream("b\n", "stderr"), stream("a\n")], "stdout]\nstderr: b"),
        ([image("0 0 9 9")], [], "committed [image/svg+xml/text/plain] and executed []"),
        (
            [image("0 0 9 9")],
            [image("0 0 9 8")],
            "image/svg+xml: size differs: committed (9.0, 9.0)",
        ),
        ([image("0 0 9 9")], [result("3")], "executed text/plain"),
        ([facts(a=1)], [facts(a=2)], "application/json differs"),
        ([error("ValueError")], [error("KeyError")], "error differs"),
        ([value(0.85)], [value(0.88)], "value acc: committed 0.85, executed 0.88"),
        ([value(3, None)], [value(3.1, None)], "must come out the same"),
        ([value(0.85)], [value(0.85, name="loss")], "value acc is no longer recorded here"),
    ],
)
def test_outputs_that_differ_are_told_apart(
    old: list[NotebookNode], new: list[NotebookNode], message: str
):
    assert message in "\n".join(compare_outputs(old, new))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (value(0.85, text="acc = 9.99"), "the committed text is 'acc = 9.99', the number 0.85"),
        (value(0.85, text="loss = 0.85"), "the committed text is 'loss = 0.85'"),
        (value(0.85, 50), "committed tol=50, executed 0.02"),
        (value(0.85, None), "committed tol=None, executed 0.02"),
    ],
)
def test_an_edited_record_is_noticed(changed: NotebookNode, message: str):
    assert message in "\n".join(compare_outputs([changed], [value(0.85)]))


def test_the_text_of_a_record_shows_its_own_number_which_may_differ_within_its_tolerance():
    old, new = value(0.85), value(0.8601)
    assert compare_outputs([old], [new]) == []
    old.data["text/plain"] = new.data["text/plain"]
    assert "the committed text is" in "\n".join(compare_outputs([old], [new]))
    count = [value(60000, None, text="acc = 60,000") for _ in range(2)]
    assert compare_outputs(count[:1], count[1:]) == []
    count[0].data["text/plain"] = "acc = 60,025"
    assert "the committed text is" in "\n".join(compare_outputs(count[:1], count[1:]))


def test_widgets_are_compared_by_their_text():
    old, new = facts(), facts()
    for number, output in enumerate((old, new)):
        output.data = {WIDGET: {"model_id": number}, "text/plain": "IntSlider(value=3)"}
    assert compare_outputs([old], [new]) == []
    new.data = {WIDGET: {"model_id": 3}, "text/plain": "IntSlider(value=4)"}
    assert compare_outputs([old], [new]) != []


def picture(*points: tuple[int, int], size: tuple[int, int] = (200, 120)) -> str:
    """A PNG of a line in a frame."""
    drawn = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(drawn)
    draw.rectangle((10, 10, size[0] - 10, size[1] - 10), outline="black")
    draw.line(points, fill="blue", width=3)
    with io.BytesIO() as file:
        drawn.save(file, "png")
        return base64.b64encode(file.getvalue()).decode()


FALLING = picture((10, 10), (60, 80), (190, 100))
RISING = picture((10, 110), (60, 30), (190, 15))


def dot() -> str:
    with io.BytesIO() as file:
        Image.new("RGB", (1, 1)).save(file, "png")
        return base64.b64encode(file.getvalue()).decode()


def svg(points: str, label: str = "loss", ticks: int = 3) -> str:
    """An SVG as matplotlib draws it, with letters that are paths."""
    marks = "".join(
        f'<g id="xtick_{n}"><g><use href="#m" x="{40 * n}" y="100"/></g>'
        f'<g id="text_{n}"><!-- {n} --></g></g>'
        for n in range(ticks)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100">'
        f'<defs><path id="m" d="M 0 0 L 9 9 L 8 8 L 7 7"/></defs>{marks}'
        f'<g id="text_9"><!-- {label} --></g><path d="{points}"/></svg>'
    )


CURVE = "M 0 0 L 50 50 L 100 70 L 150 80 L 200 85"


def figure(alt: str, data: dict[str, Any] | None = None, **pictures: str) -> NotebookNode:
    """A displayed figure with an SVG, a PNG or both, and with data where the library has told."""
    media_types = {"svg": "image/svg+xml", "png": "image/png"}
    kinds = {media_types[key]: picture for key, picture in pictures.items()}
    told = {FIGURE: data} if data else {}
    metadata = {kind: {"alt": alt} for kind in kinds}
    return new_output("display_data", data={**kinds, **told}, metadata=metadata)


def told(y: str = "1 0.5 0.3 0.2") -> NotebookNode:
    """A figure with data, and the hashes of its pictures."""
    document = svg(CURVE)
    contents = {"image/svg+xml": document.encode(), "image/png": base64.b64decode(FALLING)}
    hashes = {kind: hashlib.sha256(each).hexdigest()[:16] for kind, each in contents.items()}
    line = {"kind": "line", "label": "training", "shape": "4", "x": "1 2 3 4", "y": y}
    axes = {"ylabel": "loss", "xlim": "0 5", "ylim": "0 1", "series": [line]}
    first, *_, last = y.split()
    alt = f"Plot of loss; curves: training ({first} to {last})."
    return figure(alt, {"axes": [axes], "pictures": hashes}, svg=document, png=FALLING)


def difference(old: NotebookNode, new: NotebookNode, said: str = "0.1") -> str:
    return "\n".join(compare_outputs([old], [new], parse_tolerance(said)))


def test_a_figure_with_data_agrees_with_one_that_differs_a_little():
    assert difference(told(), told("1.02 0.49 0.306 0.204")) == ""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image/png": dot()}, "image/png is not the picture that was drawn"),
        ({"image/png": RISING}, "image/png is not the picture that was drawn"),
        ({"image/svg+xml": svg("M 0 0 L 1 1")}, "image/svg+xml is not the picture"),
        ({FIGURE: told("0.2 0.3 0.5 1").data[FIGURE]}, "y of line 1 differs"),
        ({FIGURE: {"axes": [{"series": [{}]}]}}, "cannot be read"),
        ({FIGURE: {"axes": "none"}}, "cannot be read"),
    ],
)
def test_each_picture_of_a_figure_is_the_one_that_its_data_describe(
    changes: dict[str, Any], message: str
):
    committed = told()
    committed.data |= changes
    assert message in difference(committed, told())


@pytest.mark.parametrize(
    "alt",
    [
        "a cat",
        "",
        "Plot of loss; curves: validation (1 to 0.2).",
        "Plot of loss; curves: training (1 to 0.5).",
        "Plot of loss; curves: training (1).",
    ],
)
def test_a_changed_description_is_noticed(alt: str):
    committed = told()
    for metadata in committed.metadata.values():
        metadata["alt"] = alt
    assert "description of image/svg+xml differs" in difference(committed, told())
    assert "description of image/png differs" in difference(committed, told())


def test_a_curve_that_ends_where_it_began_may_end_a_little_elsewhere():
    old, new = figure("curve (2.3).", png=FALLING), figure("curve (2.3 to 2.31).", png=FALLING)
    assert difference(old, new) == ""


def test_names_that_are_sorted_by_heights_may_change_places_in_a_description_too():
    old, new = (figure(f"bars: {names}.", png=FALLING) for names in ("a b 3, c 2", "c 3, a b 2"))
    for output, names in ((old, ["a b", "c"]), (new, ["c", "a b"])):
        output.data[FIGURE] = {"axes": [{"xlim": "0 1", "ylim": "0 3", "xticks": names}]}
    assert "description" in "\n".join(compare_outputs([old], [new]))
    assert difference(old, new, "0.1") == ""


def test_an_svg_without_data_is_compared_by_its_texts_and_shapes():
    old = figure("", svg=svg(CURVE))
    near = "M 0 2 L 50 47 L 100 72 L 125 75 L 150 81 L 200 83"
    assert difference(old, figure("", svg=svg(near, ticks=5))) == ""
    assert "texts differ" in difference(old, figure("", svg=svg(CURVE, "gain")))
    far = "M 0 100 L 50 50 L 100 30 L 150 20 L 200 15"
    assert "shape 1 is" in difference(old, figure("", svg=svg(far)))
    assert "2 shapes are drawn" in difference(
        old, figure("", svg=svg(CURVE).replace("</svg>", f'<path d="{far}"/></svg>'))
    )
    moved = svg(CURVE).replace("<path d=", '<path transform="translate(0 40)" d=')
    assert "shape 1 is" in difference(old, figure("", svg=moved))
    assert "cannot be read" in difference(figure("", svg="<svg"), old)


def test_points_of_an_svg_are_compared_one_by_one():
    def points(*heights: int) -> NotebookNode:
        marks = "".join(f'<use href="#m" x="{40 * n}" y="{y}"/>' for n, y in enumerate(heights))
        return figure("", svg=f'<svg viewBox="0 0 200 100">{marks}</svg>')

    assert difference(points(10, 90, 10, 90), points(12, 88, 12, 88)) == ""
    assert "shape 1 is" in difference(points(10, 90, 10, 90), points(90, 10, 90, 10))


def test_a_picture_without_data_is_compared_by_its_pixels():
    old = figure("", png=FALLING)
    assert difference(old, figure("", png=picture((10, 11), (60, 78), (190, 102)))) == ""
    assert "it shows something else" in difference(old, figure("", png=RISING))
    assert "size differs" in difference(figure("", png=dot()), old)
    assert "cannot be read" in difference(figure("", png="AA=="), old)
    assert difference(old, figure("", png=RISING), "machine: it is timed") == ""


def test_the_twin_of_an_svg_is_compared_by_its_pixels():
    old = figure("", svg=svg(CURVE), png=FALLING)
    for twin in (RISING, dot()):
        new = figure("", svg=svg(CURVE), png=twin)
        assert "image/png: " in difference(new, old)


def test_a_cell_says_how_far_its_figures_may_be_and_a_wrong_word_is_a_difference():
    def cell(output: NotebookNode, **metadata: str) -> NotebookNode:
        return new_code_cell("", outputs=[output], metadata=metadata)

    low = told("0.8 0.3 0.1 0")
    for kind in ("image/svg+xml", "image/png"):
        low.metadata[kind] = told().metadata[kind]
    committed = new_notebook(cells=[cell(told())])
    assert compare_cells(cell(told()), cell(low), committed) != []
    assert compare_cells(cell(told(), **{TOLERANCE: "0.3"}), cell(low), committed) == []
    (difference,) = compare_cells(cell(told(), **{TOLERANCE: "5"}), cell(low), committed)
    assert "tabbook_tol is '5'" in difference


def test_a_figure_that_looks_like_that_of_another_cell_is_noticed():
    first, second = told("1 0.5 0.3 0.2"), told("0.96 0.46 0.26 0.16")
    committed = new_notebook(cells=[new_code_cell("", outputs=[each]) for each in (second, first)])
    executed = new_code_cell("", outputs=[first])
    (*_, difference) = compare_cells(committed.cells[0], executed, committed)
    assert "looks like that of another cell" in difference
