"""Curves that grow while a model trains."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from d2l_local.common.figures import Limits, mime_bundle, set_axes
from d2l_local.common.hyperparameters import HyperParameters

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Redraw at most this often (seconds), and spend at most this share of the time on drawing.
_MIN_PAUSE = 0.5
_MAX_SHARE = 0.03


class Point(NamedTuple):
    """A point of a curve."""

    x: float
    y: float


class ProgressBoard(HyperParameters):
    """Live plot of one or several curves.

    In Jupyter and Colab one figure is redrawn in place, a few times a second at most; in a
    terminal one line shows the latest value of each curve. `data[label]` is the list of the
    points of a curve, whether it is displayed or not.
    """

    xlabel: str | None
    xlim: Limits
    fig: Any
    axes: Any

    def __init__(
        self,
        xlabel: str | None = None,
        ylabel: str | None = None,
        xlim: Limits = None,
        ylim: Limits = None,
        xscale: str = "linear",
        yscale: str = "linear",
        ls: Sequence[str] = ("-", "--", "-.", ":"),
        colors: Sequence[str] = ("C0", "C1", "C2", "C3"),
        fig: Figure | None = None,
        axes: Any = None,
        figsize: tuple[float, float] = (3.5, 2.5),
        display: bool = True,
    ):
        self.save_hyperparameters()
        self.raw_points: dict[str, list[tuple[float, Any]]] = {}
        self.data: dict[str, list[Point]] = {}
        self._screen: _Screen | None = None

    def draw(self, x: float, y: Any, label: str, every_n: int = 1) -> None:
        """Add a point to the curve `label`.

        Args:
            x: position on the x axis.
            y: a number, or a one-element array or tensor of any framework; it is read when its
                point is made, so that a training step need not wait for it.
            label: name of the curve in the legend.
            every_n: number of calls whose mean makes one point of the curve.
        """
        waiting = self.raw_points.setdefault(label, [])
        curve = self.data.setdefault(label, [])
        waiting.append((x, y))
        if len(waiting) < every_n:
            return
        curve.append(Point(_mean([x for x, _ in waiting]), _mean([y for _, y in waiting])))
        waiting.clear()
        if self.display:
            self._on_screen().refresh()

    def finish(self) -> None:
        """Show the final state of the curves; called at the end of training and of a cell."""
        if self._screen is not None:
            self._screen.finish()
            self._screen = None

    def figure(self) -> Figure:
        """Return a figure of the curves as they are now."""
        figure, axes = self._canvas()
        axes.cla()
        for i, (label, curve) in enumerate(self.data.items()):
            style = {"ls": self.ls[i % len(self.ls)], "color": self.colors[i % len(self.colors)]}
            axes.plot([p.x for p in curve], [p.y for p in curve], label=label, **style)
        set_axes(
            axes,
            self.xlabel,
            self.ylabel,
            self.xlim,
            self.ylim,
            self.xscale,
            self.yscale,
            list(self.data),
        )
        return figure

    def _canvas(self) -> tuple[Figure, Any]:
        """Return the caller's figure and axes, or new ones that pyplot does not show again."""
        from matplotlib.figure import Figure

        if self.axes is None:
            self.fig = self.fig or Figure(figsize=self.figsize)
            self.axes = self.fig.add_subplot()
        return self.fig or self.axes.figure, self.axes

    def _on_screen(self) -> _Screen:
        if self._screen is None:
            self._screen = _NotebookScreen(self) if _in_notebook() else _TerminalScreen(self)
        return self._screen


def _mean(values: Sequence[Any]) -> float:
    return sum(map(float, values)) / len(values)


def _in_notebook() -> bool:
    """Tell whether output goes to Jupyter or Colab, without importing IPython to find out."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None


class _Screen:
    """Shows a board again and again, but never so often that training becomes slower."""

    def __init__(self, board: ProgressBoard):
        self.board = board
        self.next_show = 0.0

    def refresh(self) -> None:
        """Show the board, unless it has been shown a moment ago."""
        start = time.perf_counter()
        if start < self.next_show:
            return
        self.show()
        end = time.perf_counter()
        self.next_show = end + max(_MIN_PAUSE, (end - start) / _MAX_SHARE)

    def show(self) -> None:
        raise NotImplementedError

    def finish(self) -> None:
        raise NotImplementedError


class _NotebookScreen(_Screen):
    """One output of the cell, updated in place until the cell ends."""

    def __init__(self, board: ProgressBoard):
        super().__init__(board)
        self.handle: Any = None
        # Whoever draws in a loop of their own never says that the last point has come.
        _call_after_cell(board.finish)

    def show(self) -> None:
        """Update the figure below the cell."""
        from IPython.display import display

        data, metadata = mime_bundle(self.board.figure())
        if self.handle is None:
            self.handle = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self.handle.update(data, metadata=metadata, raw=True)

    def finish(self) -> None:
        """Leave the final figure."""
        self.show()


def _call_after_cell(function: Callable[[], None]) -> None:
    """Call `function` once, when the running cell has ended, whether well or with an error."""
    from IPython import get_ipython

    events = get_ipython().events

    def once() -> None:
        events.unregister("post_execute", once)
        function()

    events.register("post_execute", once)


class _TerminalScreen(_Screen):
    """One line that is written over and over; in a file or a pipe, the final line only."""

    def show(self) -> None:
        """Write over the line, where somebody watches."""
        if sys.stderr.isatty():
            sys.stderr.write("\r" + self.line())
            sys.stderr.flush()

    def finish(self) -> None:
        """Write the final line."""
        start = "\r" if sys.stderr.isatty() else ""
        sys.stderr.write(f"{start}{self.line()}\n")

    def line(self) -> str:
        """Return the latest point of every curve, as in `epoch 3  train_loss 0.51`."""
        curves = [(label, points[-1]) for label, points in self.board.data.items() if points]
        position = max((point.x for _, point in curves), default=0.0)
        values = "  ".join(f"{label} {point.y:.4f}" for label, point in curves)
        return f"{self.board.xlabel or 'x'} {position:.3g}  {values}"
