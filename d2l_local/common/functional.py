"""What training with plain functions needs besides the framework: sums, times and live curves."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from d2l_local.common import fashion_mnist
from d2l_local.common.board import (
    Curves,
    LivePlot,
    Point,
    ProgressBoard,
    dress,
    legend_above,
    margins,
    new_figure,
    set_points,
)
from d2l_local.common.figures import Limits, as_numpy, show_images

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


class Accumulator:
    """`n` running sums, such as loss, correct predictions and examples of an epoch."""

    def __init__(self, n: int):
        self.data = [0.0] * n

    def add(self, *args: Any) -> None:
        """Add one number to each sum."""
        values = (as_numpy(value).item() for value in args)
        self.data = [total + value for total, value in zip(self.data, values, strict=True)]

    def reset(self) -> None:
        """Set all sums to zero."""
        self.data = [0.0] * len(self.data)

    def __getitem__(self, idx: int) -> float:
        return self.data[idx]


class Timer:
    """A stopwatch that keeps every time it has measured, in seconds; it starts when it is made."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.start()

    def start(self) -> None:
        """Start to measure."""
        self.tik = time.perf_counter()

    def stop(self) -> float:
        """Return the time since `start`, and keep it."""
        self.times.append(time.perf_counter() - self.tik)
        return self.times[-1]

    def avg(self) -> float:
        """Return the mean of the times."""
        return sum(self.times) / len(self.times)

    def sum(self) -> float:
        """Return the sum of the times."""
        return sum(self.times)

    def cumsum(self) -> list[float]:
        """Return the sum of the times up to each of them."""
        return np.cumsum(self.times).tolist()


class Animator(LivePlot):
    """Live plot of several curves: `animator.add(epoch, (train_loss, test_acc))`.

    In Jupyter and Colab it is redrawn in place, about once a second, and the cell ends with one
    figure; elsewhere `fig` is pyplot's current figure, and a line of text shows the latest values.
    `X` and `Y` hold the points of every curve.
    """

    def __init__(
        self,
        xlabel: str | None = None,
        ylabel: str | None = None,
        legend: Sequence[str] | None = None,
        xlim: Limits = None,
        ylim: Limits = None,
        xscale: str = "linear",
        yscale: str = "linear",
        fmts: Sequence[str] = ("-", "m--", "g-.", "r:"),
        nrows: int = 1,
        ncols: int = 1,
        figsize: tuple[float, float] = (3.5, 2.5),
    ):
        self.xlabel = xlabel
        self.legend = legend or []
        self.fmts = fmts
        self.X: list[list[float]] = []
        self.Y: list[list[float]] = []
        self._look = (xlabel, ylabel, xlim, ylim, xscale, yscale)
        self._grid = (nrows, ncols, figsize)
        self._figure: Figure | None = None
        self._axes: np.ndarray = np.empty(0, object)
        self._lines: list[tuple[Line2D, Any]] = []

    def add(self, x: Any, y: Any) -> None:
        """Add a point to each curve.

        Args:
            x: position on the x axis, one for all curves or one for each.
            y: one number, or one for each curve; a curve whose number is None gets no point.
        """
        ys = list(y) if hasattr(y, "__len__") else [y]
        xs = list(x) if hasattr(x, "__len__") else [x] * len(ys)
        while len(self.X) < len(ys):
            self.X.append([])
            self.Y.append([])
        for i, (a, b) in enumerate(zip(xs, ys, strict=True)):
            if a is not None and b is not None:
                self.X[i].append(as_numpy(a).item())
                self.Y[i].append(as_numpy(b).item())
        self._drawn()
        self.refresh()

    @property
    def data(self) -> dict[str, list[Point]]:
        """The points of each curve, by its name in the legend or else its number."""
        names = [*self.legend, *map(str, range(len(self.legend), len(self.X)))]
        curves = zip(self.X, self.Y, strict=True)
        return {name: list(map(Point, X, Y)) for name, (X, Y) in zip(names, curves, strict=False)}

    def curves(self, unfinished: bool = False) -> Curves:
        """Return the points of each curve; none of them is ever unfinished."""
        return self.data

    def figure(self, unfinished: bool = False) -> Figure:
        """Return the figure of the curves as they are now."""
        figure = self._drawn()
        self.config_axes()
        return figure

    @property
    def axes(self) -> np.ndarray:
        """The axes, `nrows * ncols` of them; the curves are in the first."""
        self.figure()
        return self._axes

    def config_axes(self) -> None:
        """Set labels, scales and limits."""
        dress(self._axes[0], *self._look)

    def _drawn(self) -> Figure:
        """Return the figure with the points that were added, each curve in its format."""
        if self._figure is None:
            nrows, ncols, figsize = self._grid
            self._figure = new_figure(self, figsize)
            room = {"wspace": 0.45, "hspace": 0.7, **margins(*figsize)}
            grid = self._figure.subplots(nrows, ncols, squeeze=False, gridspec_kw=room)
            self._axes = grid.flatten()
            self._figure.sca(self._axes[0])
            self.config_axes()
        curves = self.data
        for name in list(curves)[len(self._lines) :]:
            fmt = self.fmts[len(self._lines) % len(self.fmts)]
            (line,) = self._axes[0].plot([], [], fmt, label=name)
            self._lines.append((line, line.get_marker()))
            lines = [line for line, _ in self._lines[: len(self.legend)]]
            legend_above(self._axes[0], lines, self.legend[: len(lines)])
        for (line, marker), points in zip(self._lines, curves.values(), strict=True):
            set_points(self._axes[0], line, points, marker)
        return self._figure

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy or a file keeps: the points, but not where they are shown."""
        return {**vars(self), "_screen": None, "_figure": None, "_lines": []}


# What returns the mean loss and the accuracy over an epoch as far as it has come.
Means = Callable[[], tuple[float, float]]


def train(
    num_epochs: int,
    train_epoch: Callable[[Callable[[Means], None]], tuple[float, float]],
    evaluate: Callable[[], float],
) -> tuple[float, float, float]:
    """Train epoch after epoch with a live plot.

    Args:
        num_epochs: number of passes over the training data.
        train_epoch: trains for one epoch and returns its mean loss and its accuracy; after each
            batch it calls its argument with what returns them so far.
        evaluate: returns the accuracy on the test data.

    Returns:
        The training loss, training accuracy and test accuracy of the last epoch.
    """
    board = ProgressBoard(xlabel="epoch", xlim=(1, max(2, num_epochs)))
    labels = ("train_loss", "train_acc", "test_acc")
    metrics = (float("nan"),) * 3
    epoch = 0

    def report(means: Means) -> None:
        board.draw_running(epoch, lambda: dict(zip(labels, means(), strict=False)))

    try:
        for epoch in range(1, num_epochs + 1):
            metrics = (*train_epoch(report), evaluate())
            for label, value in zip(labels, metrics, strict=True):
                board.draw(epoch, value, label)
    finally:
        board.finish()
    return metrics


def unreported(means: Means) -> None:
    """Show nobody how far an epoch has come."""


class OnDevice:
    """The batches of a loader, moved to a device one by one."""

    def __init__(self, loader: Any, move: Callable[[Any], Any]):
        self.loader = loader
        self.move = move

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for batch in self.loader:
            yield tuple(self.move(tensor) for tensor in batch)

    def __len__(self) -> int:
        return len(self.loader)


def get_fashion_mnist_labels(labels: Iterable[Any]) -> list[str]:
    """Return the names of the classes `labels`."""
    return fashion_mnist.text_labels(labels)


def get_dataloader_workers(num_workers: int = 4) -> int:
    """Return the number of worker processes for a data loader: the cores, at most `num_workers`."""
    return min(num_workers, os.cpu_count() or 1)


def show_predictions(images: Any, true: Iterable[Any], predicted: Iterable[Any]) -> None:
    """Show images (n, height, width) in a row, below the names of both their classes."""
    names = zip(*map(get_fashion_mnist_labels, (true, predicted)), strict=True)
    show_images(images, 1, len(images), titles=["\n".join(pair) for pair in names])
