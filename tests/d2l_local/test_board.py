"""The live plot: what it keeps, and what Jupyter and a terminal show of it."""

import io
import sys
from types import SimpleNamespace

import matplotlib as mpl
import nbformat
import pytest
from nbclient import NotebookClient

mpl.use("agg")

from d2l_local.common import live as module
from d2l_local.common.board import ProgressBoard
from d2l_local.common.live import Point


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    # Not sys.stderr itself: pytest puts its own back between a fixture and its test.
    stderr = Terminal()
    monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=stderr, modules=sys.modules))
    return stderr


def executed(code):
    """The outputs of a cell with `code`, run in a real kernel."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    return notebook.cells[0].outputs


def test_a_point_is_the_mean_of_every_n_calls():
    board = ProgressBoard(display=False)
    for x in range(7):
        board.draw(x, 10 * x, "loss", every_n=3)
    assert board.data == {"loss": [Point(1, 10), Point(4, 40)]}


def test_curves_are_kept_apart():
    board = ProgressBoard(display=False)
    board.draw(0, 1, "train")
    board.draw(0, 2, "val")
    assert board.data == {"train": [Point(0, 1)], "val": [Point(0, 2)]}


def test_values_are_read_only_when_their_point_is_made():
    class Tensor:
        reads = 0

        def __float__(self):
            Tensor.reads += 1
            return 1.0

    board = ProgressBoard(display=False)
    board.draw(0, Tensor(), "loss", every_n=2)
    assert Tensor.reads == 0
    board.draw(1, Tensor(), "loss", every_n=2)
    assert Tensor.reads == 2


def test_a_board_that_is_not_displayed_writes_nothing(terminal):
    board = ProgressBoard(display=False)
    board.draw(0, 1, "loss")
    board.finish()
    assert terminal.getvalue() == ""


def test_a_terminal_shows_one_line_with_the_latest_values(terminal):
    board = ProgressBoard(xlabel="epoch")
    board.draw(1, 0.5, "train_loss")
    board.draw(2, 0.25, "train_loss")
    board.finish()
    assert terminal.getvalue().endswith("\repoch 2  train_loss 0.2500\n")
    assert terminal.getvalue().count("\n") == 1


def test_a_file_gets_the_final_line_only(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    board = ProgressBoard(xlabel="epoch")
    for i in range(100):
        board.draw(i, 1, "loss")
    board.finish()
    assert sys.stderr.getvalue() == "epoch 99  loss 1.0000\n"


def test_it_is_shown_at_most_a_few_times_a_second(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: clock[0])
    shown = []

    class Screen(module.Screen):
        def show(self):
            shown.append(clock[0])

    screen = Screen(ProgressBoard())
    for _ in range(1000):
        clock[0] += 0.01
        screen.refresh()
    assert 10 <= len(shown) <= 21


def test_slow_drawing_takes_a_small_share_of_the_time(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: clock[0])
    drawing = []

    class Screen(module.Screen):
        def show(self):
            clock[0] += 1.0
            drawing.append(1.0)

    screen = Screen(ProgressBoard())
    while clock[0] < 300:
        clock[0] += 0.01
        screen.refresh()
    assert sum(drawing) / clock[0] < 0.05


def test_in_jupyter_any_number_of_points_ends_as_exactly_one_figure():
    (output,) = executed(
        "from d2l_local.common.board import ProgressBoard\n"
        "board = ProgressBoard('x')\n"
        "for i in range(500):\n"
        "    board.draw(i, i * i, 'square', every_n=2)\n"
    )
    assert output.output_type == "display_data"
    assert output.data["image/svg+xml"].lstrip().startswith("<?xml")
    assert "Plot of square (0.5 to 248,50" in output.metadata["image/svg+xml"]["alt"]


def test_in_jupyter_the_last_point_is_in_the_figure():
    outputs = [
        executed(
            "from d2l_local.common.board import ProgressBoard\n"
            f"board = ProgressBoard('x', xlim=(0, 9), ylim=(0, 9))\n{draw}"
        )
        for draw in ("for i in range(9): board.draw(i, i, 'y')", "board.draw(0, 0, 'y')")
    ]
    lengths = [len(output[0].data["image/svg+xml"]) for output in outputs]
    assert lengths[0] > lengths[1], "the figure of nine points has more in it than that of one"


def test_in_jupyter_the_figure_stays_when_the_cell_fails():
    code = (
        "from d2l_local.common.board import ProgressBoard\n"
        "board = ProgressBoard()\n"
        "board.draw(0, 1, 'y')\n"
        "1 / 0"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=600, kernel_name="python3", allow_errors=True).execute()
    kinds = [output.output_type for output in notebook.cells[0].outputs]
    assert sorted(kinds) == ["display_data", "error"]


def test_the_callers_own_axes_are_drawn_on():
    import matplotlib.pyplot as plt

    fig, axes = plt.subplots()
    board = ProgressBoard(fig=fig, axes=axes, display=False)
    board.draw(0, 1, "loss")
    assert board.figure() is fig
    assert [line.get_label() for line in axes.lines] == ["loss"]
    plt.close(fig)
