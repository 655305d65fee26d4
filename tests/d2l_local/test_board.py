"""The live plot: what it keeps, and what Jupyter, a script and a terminal show of it."""

import copy
import io
import os
import pickle
import pty
import subprocess
import sys
import threading
import warnings
from types import SimpleNamespace

import matplotlib as mpl
import nbformat
import pytest
from nbclient import NotebookClient

mpl.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image

from d2l_local.common import board as module
from d2l_local.common.board import Point, ProgressBoard, new_curves
from d2l_local.common.functional import Animator


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    # Not sys.stderr itself: pytest puts its own back between a fixture and its test.
    stderr = Terminal()
    monkeypatch.setattr(module, "sys", SimpleNamespace(stderr=stderr, modules=sys.modules))
    return stderr


@pytest.fixture(autouse=True)
def close_figures():
    yield
    module._finish_current()
    plt.close("all")


def executed(*code):
    """The outputs of cells with `code`, run in a real kernel: of the last one."""
    cells = [nbformat.v4.new_code_cell(IMPORTS + each) for each in code]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook, timeout=600, kernel_name="python3", allow_errors=True).execute()
    return notebook.cells[-1].outputs


def alts(outputs):
    """What readers who cannot see them are told of the figures among the outputs."""
    return [o.metadata["image/png"]["alt"] for o in outputs if o.output_type == "display_data"]


IMPORTS = """
import matplotlib.pyplot as plt
from d2l_local.common.board import ProgressBoard
from d2l_local.common.functional import Animator
"""


def script(code, **kwargs):
    """A finished process that ran `code` as a script, without a screen to open windows on."""
    environment = {**os.environ, "MPLBACKEND": "agg"}
    command = [sys.executable, "-c", IMPORTS + code]
    return subprocess.run(command, check=True, text=True, env=environment, **kwargs)


def drawn(figure):
    """Every curve of a figure as (name in the legend, points), by the label of its y axis."""
    return {
        axes.get_ylabel(): [
            (text.get_text(), line.get_xydata().tolist())
            for text, line in zip(
                axes.get_legend().get_texts(), axes.get_legend().legend_handles, strict=True
            )
            for line in axes.lines
            if line.get_label() == text.get_text()
        ]
        for axes in figure.axes
    }


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


def test_what_is_drawn_next_lands_on_the_losses(terminal):
    board = ProgressBoard()
    for label in ("train_loss", "val_acc"):
        board.draw(1, 0.5, label)
    assert [axes.get_ylabel() for axes in board.fig.axes] == ["loss", "accuracy"]
    assert plt.gca() is board.fig.axes[0] is board.axes


def test_a_panel_that_is_not_needed_any_more_leaves_the_figure(terminal):
    board = ProgressBoard()
    for label in ("train_loss", "val_acc"):
        board.draw(1, 0.5, label)
    assert len(board.fig.axes) == 2
    del board.data["val_acc"]
    (axes,) = board.fig.axes
    assert axes.get_ylabel() == "loss"


def test_curves_of_the_test_set_are_called_so(terminal):
    for data, name in ((SimpleNamespace(val_name="test"), "test"), (None, "validation")):
        board = ProgressBoard()
        with new_curves(board, data):
            board.draw(1, 0.5, "train_loss")
            board.draw(1, 0.5, "val_loss")
        legend = board.fig.axes[0].get_legend()
        assert [text.get_text() for text in legend.get_texts()] == ["training", name]


def test_panels_fill_the_figure_and_leave_room_for_labels_and_names(terminal):
    board = ProgressBoard(xlabel="epoch")
    for label in ("train_loss", "val_acc"):
        board.draw(1, 0.5, label)
    board.fig.canvas.draw()
    width, height = board.fig.get_size_inches() * board.fig.dpi
    for axes in board.fig.axes:
        everything = axes.get_tightbbox()  # with labels and the legend
        assert everything.x0 >= 0
        assert everything.y0 >= 0
        assert everything.x1 <= width
        assert everything.y1 <= height
    left, right = (axes.get_tightbbox() for axes in board.fig.axes)
    assert left.x1 < right.x0
    left, right = (axes.get_position() for axes in board.fig.axes)
    assert left.x0 * width < 0.8 * board.fig.dpi
    assert (1 - right.x1) * width < 0.2 * board.fig.dpi


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


@pytest.mark.parametrize(("seconds", "share"), [(0.05, 0.05), (1.0, 0.4)])
def test_drawing_takes_a_small_share_of_the_time_but_never_pauses_for_long(
    monkeypatch, seconds, share
):
    clock = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: clock[0])
    starts = []

    class Screen(module.Screen):
        def show(self):
            starts.append(clock[0])
            clock[0] += seconds

    screen = Screen(ProgressBoard())
    while clock[0] < 100:
        clock[0] += 0.01
        screen.refresh()
    assert len(starts) * seconds / clock[0] < share
    assert max(np.diff(starts)) < seconds + 2.1


# In Jupyter


def test_in_jupyter_any_number_of_points_ends_as_exactly_one_figure():
    outputs = executed(
        "board = ProgressBoard('x')\n"
        "for i in range(500):\n"
        "    board.draw(i, i * i, 'square', every_n=2)\n"
    )
    (alt,) = alts(outputs)
    assert outputs[0].data["image/svg+xml"].lstrip().startswith("<?xml")
    assert alt.startswith("Plot of square (0.5 to 248,50")


def test_in_jupyter_the_figure_stays_when_the_cell_fails():
    outputs = executed("board = ProgressBoard()\nboard.draw(0, 1, 'y')\n1 / 0")
    assert sorted(output.output_type for output in outputs) == ["display_data", "error"]


def test_in_jupyter_the_figure_is_pyplots_until_the_cell_ends(tmp_path):
    path = tmp_path / "saved.png"
    outputs = executed(
        "animator = Animator('epoch')\n"
        "for i in range(3):\n"
        "    animator.add(i, i)\n"
        "plt.title('mine')\n"
        f"plt.savefig({str(path)!r})\n"
        "plt.show()\n"
        "animator.add(3, 5)\n"
    )
    assert alts(outputs) == ["mine: Plot against epoch (0 to 5)."]
    assert ink(path) > 0


def ink(path):
    """How many pixels of a picture show the first colour of the curves."""
    blue = np.array(mpl.colors.to_rgb("C0")) * 255
    pixels = np.asarray(Image.open(path).convert("RGB"), float)
    return int((abs(pixels - blue).max(axis=-1) < 8).sum())


def test_in_jupyter_each_training_of_a_cell_has_a_figure():
    outputs = executed(
        "board = ProgressBoard('epoch')\n"
        "for label in ('train_loss', 'val_loss'):\n"
        "    board.begin()\n"
        "    for i in range(3):\n"
        "        board.draw(i, i * i, label)\n"
        "    board.finish()\n"
    )
    assert alts(outputs) == [
        f"Plot of loss against epoch; curves: {name} (0 to 4)."
        for name in ("training", "validation")
    ]


def test_in_jupyter_boards_on_the_axes_of_one_figure_show_it_once():
    outputs = executed(
        "boards = [ProgressBoard('epoch', axes=axes) for axes in plt.subplots(1, 2)[1]]\n"
        "for i in range(3):\n"
        "    for board, label in zip(boards, ('train_loss', 'val_acc')):\n"
        "        board.draw(i, i, label)\n"
    )
    assert len(alts(outputs)) == 1
    assert "training (0 to 2)" in alts(outputs)[0]
    assert "validation (0 to 2)" in alts(outputs)[0]


def test_in_jupyter_a_later_cell_can_go_on_or_show_the_figure_again():
    begin = (
        "board = ProgressBoard('epoch')\nboard.draw(0, 1, 'val_acc')\nboard.draw(1, 2, 'val_acc')"
    )
    assert alts(executed(begin, "board.draw(2, 3, 'val_acc')")) == [
        "Plot of accuracy against epoch; curves: validation (1 to 3)."
    ]
    assert alts(executed(begin, "board.fig")) == [
        "Plot of accuracy against epoch; curves: validation (1 to 2)."
    ]


# In a script


def test_in_a_script_the_curves_are_there_for_show_and_savefig(tmp_path):
    script(
        "animator = Animator('epoch', legend=['a', 'b'])\n"
        "for i in range(4):\n"
        "    animator.add(i, (i, 2 * i))\n"
        f"plt.savefig({str(tmp_path / 'a.png')!r})\n"
        "assert plt.gcf() is animator.fig\n"
        "points = [line.get_xydata().tolist() for line in plt.gcf().axes[0].lines]\n"
        "assert points == [[[i, k * i] for i in range(4)] for k in (1, 2)], points\n"
        "board = ProgressBoard('epoch')\n"
        "for i in range(4):\n"
        "    board.draw(i, i, 'train_loss')\n"
        "assert plt.get_fignums() == [1, 2] and plt.gcf() is board.fig\n"
        f"board.fig.savefig({str(tmp_path / 'b.png')!r})\n"
    )
    assert ink(tmp_path / "a.png") > 100
    assert ink(tmp_path / "b.png") > 100


def test_a_loop_of_ones_own_ends_with_its_last_values_where_nobody_watches():
    run = script(
        "animator = Animator('epoch', legend=['loss'])\n"
        "for i in range(3):\n"
        "    animator.add(i, 1 / (i + 1))\n"
        "board = ProgressBoard('step')\n"
        "board.draw(7, 0.125, 'train_loss')\n",
        stderr=subprocess.PIPE,
    )
    assert run.stderr == "epoch 2  loss 0.3333\nstep 7  train_loss 0.1250\n"


def test_a_terminal_shows_no_digit_of_an_earlier_value():
    master, slave = pty.openpty()
    script(
        "import time\n"
        "board = ProgressBoard('epoch')\n"
        "for i, y in enumerate([123.45678, 1.5]):\n"
        "    board.draw(i, y, 'loss')\n"
        "    time.sleep(0.6)\n",
        stderr=slave,
    )
    os.close(slave)
    written = os.read(master, 10_000).decode()
    os.close(master)
    assert "loss 123.4568" in written
    assert screen(written) == ["epoch 1  loss 1.5000", ""]


def screen(written):
    """The lines of a terminal after `written`."""
    lines = []
    for line in written.replace("\r\n", "\n").split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return lines


def test_in_a_thread_no_figure_is_opened():
    board = ProgressBoard("x")

    def work():
        board.draw(0, 1, "y")
        board.draw(1, 2, "y")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert plt.get_fignums() == []
    assert drawn(board.fig) == {"": [("y", [[0, 1], [1, 2]])]}


# What is drawn


def test_losses_and_accuracies_have_axes_of_their_own_and_names_in_words():
    board = ProgressBoard("epoch", xlim=(0, 2))
    for epoch in (1, 2):
        board.draw(epoch, 1 / epoch, "train_loss")
        board.draw(epoch, 2 / epoch, "val_loss")
        board.draw(epoch, epoch / 4, "val_acc")
    assert drawn(board.fig) == {
        "loss": [("training", [[1, 1], [2, 0.5]]), ("validation", [[1, 2], [2, 1]])],
        "accuracy": [("validation", [[1, 0.25], [2, 0.5]])],
    }
    loss, accuracy = board.fig.axes
    assert board.axes is loss
    assert {axes.get_xlabel() for axes in (loss, accuracy)} == {"epoch"}
    assert {axes.get_xlim() for axes in (loss, accuracy)} == {(0, 2)}
    styles = [(line.get_linestyle(), line.get_color()) for line in (*loss.lines, *accuracy.lines)]
    assert styles[0][0] != styles[1][0], "they differ without colours, too"
    assert styles[1] == styles[2], "validation looks the same in both"


def test_curves_of_different_quantities_are_named_in_full():
    board = ProgressBoard("epoch", ylabel="error", yscale="log")
    board.draw(1, 2, "train_loss")
    board.draw(1, 3, "train_l2_norm")
    board.draw(1, 4, "mine")
    (axes,) = board.fig.axes
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["training loss", "training l2 norm", "mine"]
    assert (axes.get_ylabel(), axes.get_yscale()) == ("error", "log")


def test_the_legend_covers_no_curve():
    board = ProgressBoard("epoch")
    for epoch in range(3):
        board.draw(epoch, 1, "train_loss")
        board.draw(epoch, 2, "val_loss")
    animator = Animator("epoch", legend=["train loss", "train acc", "test acc"])
    animator.add(1, (1, 2, 3))
    for plot in (board, animator):
        figure = plot.fig
        figure.canvas.draw()
        for axes in figure.axes:
            legend = axes.get_legend().get_window_extent()
            assert legend.y0 >= axes.get_window_extent().y1 - 0.5
            assert legend.y1 <= figure.bbox.y1, "nor is it cut off when the figure is saved"


def test_a_single_point_can_be_seen():
    board = ProgressBoard("epoch")
    board.draw(1, 0.5, "val_loss")
    animator = Animator(fmts=("-", "r^"))
    animator.add(1, (2, 3))
    assert [line.get_marker() for line in (*board.axes.lines, *animator.axes[0].lines)] == [
        *("o", "o", "^")
    ]
    board.draw(2, 0.5, "val_loss")
    animator.add(2, (2, 3))
    assert [line.get_marker() for line in (*board.axes.lines, *animator.axes[0].lines)] == [
        *("None", "None", "^")
    ]


def test_a_mean_that_still_changes_is_shown_but_not_kept():
    board = ProgressBoard("epoch", display=False)
    board.draw_running(1, lambda: {"train_loss": 3.0})
    assert board.curves(unfinished=True) == {"train_loss": [Point(1, 3)]}
    assert len(board.figure(unfinished=True).axes[0].lines[0].get_xdata()) == 1
    board.draw(1, 2.0, "train_loss")
    assert board.curves(unfinished=True) == board.data == {"train_loss": [Point(1, 2)]}
    board.draw_running(2, lambda: {"train_loss": 1.0})
    assert board.curves(unfinished=True) == {"train_loss": [Point(1, 2), Point(2, 1)]}
    assert board.data == board.curves() == {"train_loss": [Point(1, 2)]}
    assert pickle.loads(pickle.dumps(board)).curves(unfinished=True) == board.data
    board.begin()
    assert board.curves(unfinished=True) == {}


def test_what_waits_for_its_mean_is_shown_but_not_kept():
    board = ProgressBoard("epoch", display=False)
    for x, y in ((0, 4), (1, 2)):
        board.draw(x, y, "loss", every_n=100)
    assert board.curves(unfinished=True) == {"loss": [Point(0.5, 3)]}
    assert board.data == {"loss": []}
    assert len(board.figure(unfinished=True).axes[0].lines[0].get_xdata()) == 1
    board.draw(9, 9, "other")
    assert [len(line.get_xdata()) for line in board.axes.lines] == [0, 1]


def test_what_is_interrupted_before_its_first_point_shows_its_mean_so_far():
    board = ProgressBoard("epoch")
    board.draw_running(1, lambda: {"train_loss": 3.0})
    board.finish()
    assert drawn(board.fig) == {"loss": [("training", [[1, 3]])]}


def test_a_mean_counts_each_value_by_its_weight():
    board = ProgressBoard(display=False)
    for x, y, weight in ((0, 1.0, 256), (1, 0.0, 16)):
        board.draw(x, y, "val_acc", every_n=2, weight=weight)
    assert board.data["val_acc"] == [Point(0.5, 256 / 272)]


def test_beginning_again_leaves_the_first_figure_and_starts_another():
    board = ProgressBoard("epoch")
    for epoch in (1, 2):
        board.draw(epoch, epoch, "train_loss")
    board.draw(3, 100, "train_loss", every_n=2)
    first, data = board.fig, board.data
    board.begin()
    board.draw(1, 7, "train_loss", every_n=1)
    assert drawn(first) == {"loss": [("training", [[1, 1], [2, 2]])]}
    assert drawn(board.fig) == {"loss": [("training", [[1, 7]])]}
    assert data == {"train_loss": [Point(1, 1), Point(2, 2)]}
    assert plt.gcf() is board.fig is not first


def test_the_callers_own_axes_are_drawn_on_and_keep_what_else_they_have():
    fig, axes = plt.subplots()
    axes.axhline(0.5, label="goal")
    board = ProgressBoard("epoch", fig=fig, axes=axes)
    for _ in range(2):
        board.begin()
        for epoch in (1, 2):
            board.draw(epoch, epoch, "train_loss")
            board.draw(epoch, epoch, "val_acc")
    assert board.fig is fig
    assert board.axes is axes
    assert [line.get_label() for line in axes.lines] == [
        *("goal", "training loss", "validation accuracy")
    ]
    assert plt.get_fignums() == [fig.number]


def test_limits_follow_the_points_unless_they_were_given():
    board = ProgressBoard("x")
    for i in range(3):
        board.draw(i, 10 * i, "y")
    assert board.axes.get_ylim()[1] >= 20
    animator = Animator(xlim=[1, 10], ylim=[0, 1])
    for i in range(30):
        animator.add(i, i)
    assert (animator.axes[0].get_xlim(), animator.axes[0].get_ylim()) == ((1, 10), (0, 1))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda plot: pickle.loads(pickle.dumps(plot))])
def test_a_plot_can_be_copied_and_saved_with_its_points(copied):
    board, animator = ProgressBoard("epoch"), Animator("epoch", legend=["loss"])
    board.draw(1, 2, "train_loss")
    animator.add(1, 2)
    fresh_board, fresh_animator = copied(board), copied(animator)
    assert drawn(fresh_board.fig) == {"loss": [("training", [[1, 2]])]}
    assert drawn(fresh_animator.fig) == {"": [("loss", [[1, 2]])]}
    assert fresh_board.fig is not board.fig


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e31])
def test_a_curve_that_leaves_all_bounds_is_reported_once(value):
    board = ProgressBoard("epoch", display=False)
    board.draw(0, 2.3, "train_loss", every_n=2)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(5):
            board.draw(1, value, "train_loss", every_n=2)
    (warning,) = caught
    assert f"train_loss became {value / 2:.4g} at epoch 0.5" in str(warning.message)
    assert "learning rate" in str(warning.message)


@pytest.mark.filterwarnings("error")
def test_large_values_alone_are_no_reason_to_warn():
    board = ProgressBoard("epoch", display=False)
    for y in (3e8, 2e8, 5e8):
        board.draw(0, y, "train_loss")
